import DeviceEmulator
import FlashStorage
import ModuleProfiles
import QuecPython

/// `qpyemu profiles`: the models that can be emulated.
struct Profiles: Command {
  static let name = "profiles"
  static let summary = "list, show, check and compare module profiles"
  static let help = """
    usage: qpyemu profiles list
           qpyemu profiles show <name>
           qpyemu profiles lint <file.json> …
           qpyemu profiles diff <name> <name> [--script SCRIPT [options]]

    list shows all models, with what they can record. show prints every fact of one, with how it is
    known and where it was read, and how each policy reads the places where the vendor's page
    contradicts itself. lint checks profile files and exits with 1 if it finds anything. diff shows
    what differs between two models, and exits with 1 if anything does.

      --script SCRIPT    also run this script, or the main.py of this folder, on both, and show the
                         first call or call-back that differs, with the script's line
      --timeout SECONDS  end each run after so many seconds of the host's time (10)

    With a script the settings of "run" are there too, but --profile, --flash, --time and --audio-out:
    the flash is fresh, time is virtual, and nothing is heard. What the script prints is not shown.

    Profiles of your own are looked for in the folders of QPYEMU_PROFILE_PATH, separated by colons.

    example: qpyemu profiles diff EC600N EC200U
             qpyemu profiles diff EC600N EC800M --script Docs/Examples/record.py --audio-in tone:440
    """

  private enum Action {
    case list
    case show(String)
    case lint([String])
    case diff(String, String, ScriptComparison?)
  }

  private let action: Action
  private let host: Host

  init(_ arguments: inout Arguments, host: Host) throws {
    self.host = host
    switch try arguments.action(["list", "show", "lint", "diff"], of: "profiles") {
    case "list": action = .list
    case "show": action = .show(try arguments.positional("name"))
    case "lint":
      let files = try arguments.rest()
      guard !files.isEmpty else { throw UsageError("<file.json> is missing") }
      action = .lint(files)
    default:
      let comparison = try ScriptComparison(&arguments, host: host)
      action = .diff(
        try arguments.positional("name"), try arguments.positional("name"), comparison)
    }
    try arguments.finish()
  }

  func run(_ console: Console) throws -> ExitCode {
    let library = try ProfileLibrary.fromEnvironment(host.variable)
    switch action {
    case .list: return try list(library, console)
    case .show(let name): return show(try library.profile(named: name), console)
    case .lint(let files): return try lint(files, library, console)
    case .diff(let a, let b, let comparison):
      let models = [try library.profile(named: a), try library.profile(named: b)]
      let code = diff(models[0], models[1], console)
      guard let comparison else { return code }
      console.print("")
      return try comparison.run(on: models, console) == .success ? code : .mismatch
    }
  }

  private func list(_ library: ProfileLibrary, _ console: Console) throws(ProfileError) -> ExitCode
  {
    var rows = [["model", "platform", "channels", "gain", "DTX", "stream", "flash", "also called"]]
    for name in try library.modelNames() {
      let profile = try library.profile(named: name)
      let record = profile.record
      let channels = AudioChannel.allCases.filter { record.channels.contains($0) }
      let size = profile.volumes[0].blockSize * profile.volumes[0].blockCount / 1024
      rows.append([
        name, profile.platform, channels.map(\.name).joined(separator: " "),
        record.gain ? "yes" : "-", record.amrDTX ? "yes" : "-", record.stream.text,
        "\(size)k", profile.aliases.joined(separator: " "),
      ])
    }
    Table(rows).lines.forEach(console.print)
    return .success
  }

  private func show(_ profile: ModuleProfile, _ console: Console) -> ExitCode {
    console.print(profile.name + (profile.series.isEmpty ? "" : " (\(profile.series))"))
    for note in profile.notes { console.print("note: \(note)") }
    let facts = profile.facts.values.filter { $0.path != "notes" }.sorted { $0.path < $1.path }
    var sources: [String] = []
    for fact in facts where !sources.contains(fact.source) { sources.append(fact.source) }
    let rows = facts.map { fact in
      let number = sources.firstIndex(of: fact.source).map { "[\($0 + 1)]" } ?? ""
      return [fact.path, fact.text, fact.provenance.rawValue, number]
    }
    console.print("")
    Table([["fact", "value", "known as", "source"]] + rows).lines.forEach(console.print)
    console.print("\nSources:")
    Table(sources.enumerated().map { ["  [\($0.offset + 1)]", $0.element] }).lines
      .forEach(console.print)
    console.print("\nWhere the vendor's page for audio.Record contradicts itself:")
    for contradiction in PageContradiction.all where contradiction.concerns(profile) {
      console.print("\n\(contradiction.subject): \(contradiction.page).")
      Self.rulings(contradiction).forEach(console.print)
    }
    return .success
  }

  /// A line a policy, or one for both where they agree.
  private static func rulings(_ contradiction: PageContradiction) -> [String] {
    let rulings = Policy.allCases.map { ($0.rawValue, contradiction.ruling(under: $0)) }
    if rulings.allSatisfy({ $0.1 == rulings[0].1 }) { return ["  ruling: \(rulings[0].1)"] }
    return rulings.map { "  \($0.0): \($0.1)" }
  }

  private func lint(
    _ files: [String], _ library: ProfileLibrary, _ console: Console
  ) throws(ProfileError) -> ExitCode {
    var count = 0
    for file in files {
      let problems = try library.lint(file: file)
      for problem in problems { console.print(problem.description) }
      count += problems.count
    }
    if count == 0 {
      console.print("no problems in \(files.count) file\(files.count == 1 ? "" : "s")")
    }
    return count == 0 ? .success : .mismatch
  }

  private func diff(_ a: ModuleProfile, _ b: ModuleProfile, _ console: Console) -> ExitCode {
    let differences = ModuleProfile.diff(a, b)
    guard !differences.isEmpty else {
      console.print("\(a.name) and \(b.name) do not differ")
      return .success
    }
    Table(
      [["fact", a.name, b.name]] + differences.map { [$0.path, $0.left ?? "-", $0.right ?? "-"] }
    )
    .lines.forEach(console.print)
    return .mismatch
  }
}

/// Rows of text in aligned columns. What cannot be seen is spelled out, since it has no width.
struct Table {
  let lines: [String]

  init(_ rows: [[String]]) {
    let rows = rows.map { $0.map(\.printable) }
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
    }
    lines = rows.map { row in
      let cells = zip(row, widths).map { cell, width in
        cell + String(repeating: " ", count: width - cell.count)
      }
      let line = cells.joined(separator: "  ")
      return String(
        line[..<(line.lastIndex { $0 != " " }.map(line.index(after:)) ?? line.startIndex)])
    }
  }
}

extension StreamFeatures {
  /// For the table of models.
  fileprivate var text: String {
    switch (start, read) {
    case (true, true): "yes"
    case (true, false): "start"
    case (false, true): "read"
    case (false, false): "-"
    }
  }
}
