import AudioEngine
package import DeviceEmulator
import EmulatedTime
import FlashStorage
package import GuestRuntime
import JSONText
import ModuleProfiles
import QuecPython

/// Runs cases as scripts, each on a module and in an interpreter of its own.
package struct GuestDriver: CaseDriver {
  package let name = "guest"
  private let interpreter: Interpreter
  private let outcomes: OutcomeTable

  /// Host time after which a case is given up.
  private static let patience = Duration.seconds(60)
  private static let path = "/usr/main.py"
  /// What everything random derives from.
  static let seed: UInt64 = 1

  /// - Parameter outcomes: The table that the devices answer by.
  package init(interpreter: Interpreter, outcomes: OutcomeTable = OutcomeTables.quecPython.whole) {
    self.interpreter = interpreter
    self.outcomes = outcomes
  }

  package func obstacle(to cell: Cell) -> String? { GuestScript.obstacle(to: cell) }

  package func run(_ cell: Cell) throws -> Observation {
    let device = try DeviceEmulator(
      profile: .profile(cell.profile), policy: cell.policy, microphone: ToneMicrophone(hertz: 440),
      photos: CasePhotos(),
      outcomes: outcomes)
    try Self.write(GuestScript.text(of: cell), to: device.files)
    let entries = Monitor<[Journal.Entry]>([])
    let result = try Self.onHost { () throws(HostError) in
      try perform(
        on: device,
        Journal([.init(.methods) { entry in entries.withLock { $0.append(entry) } }]))
    }
    let trace = entries.withLock { $0 }
    switch result.ending {
    case .hostFailed(let failure): throw CannotCheck.hostFailed(failure.message)
    case .noInterpreter(let sentence): throw CannotCheck.noInterpreter(sentence)
    default: break
    }
    guard result.ending == .exited(0), let answer = Self.answer(in: result.text) else {
      throw CannotRun("the script ended with \(result.ending): \(result.text)", trace: trace)
    }
    return Observation(answer: answer, trace: trace)
  }

  private static func onHost<Result>(
    _ body: () throws(HostError) -> Result
  ) throws(CannotCheck) -> Result {
    do throws(HostError) {
      return try body()
    } catch {
      throw .hostFailed(error.message)
    }
  }

  /// Runs the script; how it ended, and what it printed.
  private func perform(
    on device: DeviceEmulator, _ journal: Journal
  ) throws(HostError) -> (ending: GuestEnding, text: String) {
    let console = try ConsolePipe()
    let ending = try GuestRun(
      device, interpreter: interpreter,
      options: GuestOptions(
        .script(Self.path), timeout: Self.patience, seed: Self.seed, console: console.writingEnd),
      journal: journal
    ).run()
    return (ending, console.close())
  }

  private static func write(_ script: String, to files: ScriptFiles) throws(FlashError) {
    let file = try files.open(path, mode: "w")
    let bytes = Array(script.utf8)
    try files.write(file, bytes.span)
    try files.close(file)
  }

  // MARK: The answer

  /// Reads what the script has told in its last line.
  static func answer(in console: String) -> Answer? {
    guard let line = console.split(separator: "\n").last,
      let told = try? JSONNode(parsing: Array(line.utf8)), let member = told.object?.first
    else { return nil }
    if member.key == "raises", let words = member.value.array, words.count == 2,
      let type = words[0].string, let text = words[1].string
    {
      return .failure(GuestException(type, text))
    }
    return value(member.key, member.value).map { .success($0) }
  }

  private static func value(_ kind: String, _ node: JSONNode) -> GuestValue? {
    switch kind {
    case "value": try? GuestValue(plain: node)
    case "object": node.int.map { .object(PeripheralID($0)) }
    case "bytes": bytes(node).map { .bytes($0) }
    case "bytearray": bytes(node).map { .bytearray($0) }
    case "filled": bytes(node).map { .filled($0) }
    default: nil
    }
  }

  private static func bytes(_ node: JSONNode) -> [UInt8]? {
    node.string.flatMap { [UInt8](hexadecimal: $0) }
  }
}
