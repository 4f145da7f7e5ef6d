import Conformance
import DeviceEmulator
import GuestRuntime
import ModuleProfiles
import QuecPython

/// `qpyemu conform`: every cell of the outcome table, on every model.
struct Conform: Command {
  static let name = "conform"
  static let summary = "check every documented outcome on every model"
  static let help = """
    usage: qpyemu conform [options]
           qpyemu conform --case ID
           qpyemu conform --contradictions

    Brings every row of the outcome table about on every model, under both policies, and compares
    what the script gets with the table. Prints a matrix: models across, methods down.

      --profile NAME   only this model; may be repeated
      --method NAME    only this method, such as Record.start or start; may be repeated
      --policy POLICY  only documented or observed
      --via DRIVER     swift: calls of the emulator (the default); guest: each case as a script in
                       the module's interpreter; serial:PORT: a module at a serial device, or
                       whatever else has MicroPython's raw mode (needs --profile and --policy)
      --json FILE, --jsonl FILE, --junit FILE, --html FILE, --markdown FILE
                       write a report, - for standard output; the HTML page needs no other file
      --list           only print the ids of the selected cases, for a plan
      --plan FILE      the cases of this file, an id a line, instead of those selected
      --shard I/N      only the Ith of N equal parts; "qpyemu merge" joins their JSON reports
      --case ID        one case, such as Record.start.timer/taken@EC200U+documented: shows its
                       calls, what was expected and why, and the script that reproduces it
      --mutate N       change N cells of the outcome table, one at a time, and tell which
                       changes are not noticed by all of their own cases and no other
      --contradictions where the vendor's page contradicts itself, and how each policy reads it

    exit codes: 1 something is not as the table says, 5 nothing was selected, 64 usage

    example: qpyemu conform --profile EC200U --method Record.start
    """

  private enum Action {
    case check
    case list
    case mutate(Int)
    case showCase(String)
    case contradictions
  }

  private let action: Action
  private let selection: ConformSelection
  private let outputs: ReportOutputs
  private let via: ConformVia
  private let host: Host

  init(_ arguments: inout Arguments, host: Host) throws {
    self.host = host
    selection = try ConformSelection(&arguments)
    outputs = try ReportOutputs(&arguments)
    via = try ConformVia(try arguments.option("--via"))
    if arguments.flag("--contradictions") {
      action = .contradictions
    } else if let id = try arguments.option("--case") {
      action = .showCase(id)
    } else if let count = try arguments.option("--mutate") {
      guard let count = Int(count), count > 0 else {
        throw UsageError("--mutate is a whole number above 0, not \"\(count)\"")
      }
      action = .mutate(count)
    } else {
      action = selection.plan.isListed ? .list : .check
    }
    try arguments.finish()
  }

  static func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ text: String?, _ option: String
  ) throws(UsageError) -> Choice? {
    guard let text else { return nil }
    return try Settings.Value(text: text, origin: option).choice(of: Choice.self)
  }

  func run(_ console: Console) throws -> ExitCode {
    do {
      return try act(console)
    } catch CannotCheck.hostFailed(let sentence) {
      throw Complaint(.hostFailure, sentence)
    } catch CannotCheck.noInterpreter(let sentence) {
      throw Complaint(.unavailable, sentence)
    }
  }

  private func act(_ console: Console) throws -> ExitCode {
    switch action {
    case .contradictions:
      contradictions(console)
      return .success
    case .showCase(let id): return try show(id, console)
    case .mutate(let count): return try mutate(count, console)
    case .list:
      for cell in try selected(console) { console.print(cell.id) }
      return .success
    case .check: return try check(console)
    }
  }

  // MARK: Checking

  private func check(_ console: Console) throws -> ExitCode {
    let planned = try selected(console)
    let driver = try via.driver(of: planned, host)
    let part = selection.plan.part(of: planned, id: \.id)
    let runner = Runner(driver, workerCount: via.workerCount)
    host.earlyEnd.handle { _ in runner.giveUp() }
    let results = try runner.run(part)
    if host.earlyEnd.hasCome {
      console.complain("ended early: \(results.count) of \(count(part.count, "case")) were checked")
    }
    let report = ConformanceReport(results, of: planned, shard: selection.plan.shard, via: driver)
    return try outputs.put(report, host, console)
  }

  /// The cells of the plan, or those that the options select.
  private func selected(_ console: Console) throws -> [Cell] {
    let cells = try selection.cells(try ProfileLibrary.fromEnvironment(host.variable))
    if cells.isEmpty { throw Complaint(.nothingSelected, "no case is selected") }
    return cells
  }

  // MARK: Mutations

  private func mutate(_ count: Int, _ console: Console) throws -> ExitCode {
    let cells = try selected(console)
    let makeDriver = try via.maker(host)
    var generator = SeededGenerator(seed: 1)
    let mutations = Mutation.sample(count, using: &generator)
    var wrong = 0
    for mutation in mutations {
      let finding = try mutation.run(cells, workerCount: processorCount, via: makeDriver)
      guard !finding.isRight else { continue }
      wrong += 1
      console.print(
        "\(mutation.name): \(finding.cellCount) cases; not noticed by "
          + "\(finding.missed.prefix(3)); astray in \(finding.astray.prefix(3))")
    }
    console.print("\(mutations.count) changes of the table, \(wrong) not noticed as they should be")
    return wrong == 0 ? .success : .mismatch
  }

  // MARK: One case

  private func show(_ id: String, _ console: Console) throws -> ExitCode {
    let library = try ProfileLibrary.fromEnvironment(host.variable)
    let cells = try ConformSelection.all(library)
    guard let cell = cells.first(where: { $0.id == id }) else {
      throw UsageError("there is no case \(id)\(didYouMean(id, in: cells.map(\.id)))")
    }
    let result = try CellResult(cell, via: try via.driver(of: [cell], host))
    console.print(id)
    console.print("")
    for entry in result.trace { console.print(entry.text) }
    console.print("")
    let rows = [
      ["verdict", result.verdict.rawValue], ["expected", cell.expectation.description],
      ["actual", result.actual], ["known as", cell.provenance.rawValue],
      ["source", cell.source],
    ]
    Table(rows).lines.forEach(console.print)
    console.print("\nThe script that reproduces it on \(cell.profile.nameWithArticle):\n")
    console.print(GuestScript.text(of: cell))
    return result.verdict == .failed ? .mismatch : .success
  }

  // MARK: Contradictions

  private func contradictions(_ console: Console) {
    for (index, contradiction) in PageContradiction.all.enumerated() {
      console.print("\(index + 1). \(contradiction.subject)")
      console.print("   the page: \(contradiction.page)")
      for policy in Policy.allCases {
        console.print("   \(policy.rawValue): \(contradiction.ruling(under: policy))")
      }
      console.print("")
    }
  }
}
