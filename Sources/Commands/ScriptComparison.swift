import Conformance
import DeviceEmulator
import GuestRuntime
import ModuleProfiles

/// `profiles diff --script`: one script on two models, and the first call that comes out differently.
struct ScriptComparison {
  /// Lines that are shown of what came before.
  private static let contextLimit = 5

  private let script: String
  private let settings: Settings
  private let timeout: Duration
  private let host: Host

  /// Nil if no script is named.
  init?(_ arguments: inout Arguments, host: Host) throws {
    guard let script = try arguments.option("--script") else { return nil }
    self.script = script
    self.host = host
    let decided = ScriptRunner.decided.union([.profile])
    settings = try Settings(
      &arguments, Settings.Name.allCases.filter { !decided.contains($0) }, host: host)
    timeout = try arguments.option("--timeout").map(Run.seconds) ?? .seconds(10)
  }

  /// One of the two.
  private struct Side {
    let model: String
    let run: TracedRun
  }

  /// Runs the script on both and tells how the runs differ.
  func run(on models: [ModuleProfile], _ console: Console) throws -> ExitCode {
    let source = try ScriptImport(script)
    let sides = try models.map { try side(source, $0, console) }
    guard let number = sides[0].run.firstDifference(from: sides[1].run) else {
      try tellAgreement(sides, console)
      return .success
    }
    let steps = sides.map { ["  \($0.model)"] + step(number, of: $0) }
    console.print("\(script) does not run alike on both. Before:")
    let before = sides[0].run.lines(before: number, limit: Self.contextLimit)
    for line in before.isEmpty ? ["nothing"] : before { console.print("  " + line) }
    console.print("and then:")
    Table(steps).lines.forEach(console.print)
    tellOfMissing(at: number, sides[0], sides[1], console)
    tellOfMissing(at: number, sides[1], sides[0], console)
    return .mismatch
  }

  private func side(
    _ source: ScriptImport, _ model: ModuleProfile, _ console: Console
  ) throws -> Side {
    let setup = try RunSetup(
      settings.leavingOut(ScriptRunner.decided).forProfile(model.name), heapBytes: nil, host: host,
      console)
    try setup.requireRepeatable(for: "a comparison")
    console.complain(setup.description)
    let runner = try ScriptRunner(setup, timeout: timeout, host: host)
    return Side(model: model.name, run: try runner.trace(source))
  }

  private func tellAgreement(_ sides: [Side], _ console: Console) throws(Complaint) {
    if let side = sides.first(where: { $0.run.ending == .timedOut }) {
      throw Complaint(
        .timeout,
        "no difference was found before the time was over: the run on \(side.model) "
          + side.run.ending.sentence(timeout))
    }
    let run = sides[0].run
    console.print(
      "\(script) runs alike on both: \(run.entries.count) calls and call-backs, then it "
        + run.ending.sentence(timeout))
  }

  // MARK: The difference

  /// Says so if one calls what scripts do not find on the other.
  private func tellOfMissing(
    at number: Int, _ side: Side, _ other: Side, _ console: Console
  ) {
    guard let method = side.run.method(at: number), other.run.missingMethods.contains(method) else {
      return
    }
    let isClass = method.functionName == "init"
    console.print("\(other.model) has no \(isClass ? String(method.className) : method.rawValue)")
  }

  /// What an entry was, or how the run ended before it, and at which line of the script.
  private func step(_ number: Int, of side: Side) -> [String] {
    let run = side.run
    guard number < run.entries.count else {
      let last = run.console.split(separator: "\n").last.map { ": \($0)" }
      return [
        run.ending.sentence(timeout) + (run.ending == .exited(0) ? "" : last ?? ""),
        run.exceptionPlace.map { "at \($0)" } ?? "",
      ]
    }
    return [run.entries[number].text, place(of: number, in: run)]
  }

  /// Where an entry comes from.
  private func place(of number: Int, in run: TracedRun) -> String {
    guard let origin = run.origin(of: number), let place = run.entries[origin].place else {
      return ""
    }
    return origin == number ? "at \(place)" : "handed over at \(place)"
  }
}
