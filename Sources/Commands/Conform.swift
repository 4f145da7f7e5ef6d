import Conformance
import DeviceEmulator
import GuestRuntime
import ModuleProfiles

/// `qpyemu conform`: every cell of the outcome table, on every model.
struct Conform: Command {
  static let name = "conform"
  static let summary = "check every documented outcome on every model"
  static let help = """
    usage: qpyemu conform [options]
           qpyemu conform --case ID
           qpyemu conform --contradictions

    Brings every row of the outcome table about on every model, under both policies, and compares what
    the script gets with the table. Prints a matrix: models across, methods down.

      --profile NAME   only this model; may be repeated
      --method NAME    only this method, such as Record.start or start; may be repeated
      --policy POLICY  only documented or observed
      --via DRIVER     swift: calls of the emulator (the default); guest: each case as a script in the
                       module's interpreter
      --case ID        one case, such as Record.start.timer/taken@EC200U+documented: shows its calls,
                       what was expected and why, and the script that reproduces it
      --contradictions where the vendor's page contradicts itself, and how each policy reads it

    exit codes: 1 something is not as the table says, 5 nothing was selected, 64 usage

    example: qpyemu conform --profile EC200U --method Record.start
    """

  private enum Action {
    case check
    case showCase(String)
    case contradictions
  }

  private let action: Action
  private let selection: ConformSelection
  private let via: Via
  private let host: Host

  enum Via: String, CaseIterable { case swift, guest }

  init(_ arguments: inout Arguments, host: Host) throws {
    self.host = host
    selection = try ConformSelection(&arguments)
    via = try Self.choice(try arguments.option("--via"), "--via") ?? .swift
    if arguments.flag("--contradictions") {
      action = .contradictions
    } else if let id = try arguments.option("--case") {
      action = .showCase(id)
    } else {
      action = .check
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
    switch action {
    case .contradictions:
      contradictions(console)
      return .success
    case .showCase(let id): return try show(id, console)
    case .check: return try check(console)
    }
  }

  private func driver() throws -> any CaseDriver {
    switch via {
    case .swift: return SwiftDriver()
    case .guest:
      do throws(Interpreter.Missing) {
        return GuestDriver(interpreter: try Interpreter.find(environment: host.variable))
      } catch {
        throw Complaint(.unavailable, error.message)
      }
    }
  }

  // MARK: Checking

  private func check(_ console: Console) throws -> ExitCode {
    let library = try ProfileLibrary.fromEnvironment(host.variable)
    let cells = try selection.cells(library)
    guard !cells.isEmpty else {
      console.complain("no case is selected")
      return .nothingSelected
    }
    let results = Runner(try driver(), workerCount: processorCount).run(cells)
    let usesColour = console.isTerminal && host.variable("NO_COLOR") == nil
    for policy in Policy.allCases {
      let lines = Matrix(results, policy).lines(usesColour: usesColour)
      lines.forEach(console.print)
      if !lines.isEmpty { console.print("") }
    }
    Matrix.legend(usesColour: usesColour).forEach(console.print)
    for result in results where result.verdict == .failed {
      console.print(
        "\(result.cell.id): expected \(result.cell.expectation.description), got \(result.actual)")
    }
    console.print(Self.summary(of: results))
    return results.contains { $0.verdict == .failed } ? .mismatch : .success
  }

  private static func summary(of results: [CellResult]) -> String {
    let counts = Dictionary(grouping: results, by: \.verdict).mapValues(\.count)
    let words = CellResult.Verdict.allCases.compactMap { verdict in
      counts[verdict].map { "\($0) \(verdict.rawValue)" }
    }
    return "\(results.count) cases: " + words.joined(separator: ", ")
  }

  // MARK: One case

  private func show(_ id: String, _ console: Console) throws -> ExitCode {
    let library = try ProfileLibrary.fromEnvironment(host.variable)
    let cells = try ConformSelection.all(library)
    guard let cell = cells.first(where: { $0.id == id }) else {
      throw UsageError("there is no case \(id)\(didYouMean(id, in: cells.map(\.id)))")
    }
    let result = CellResult(cell, via: try driver())
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
    console.print("\nThe script that reproduces it on a \(cell.profile.name):\n")
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
