import Conformance
import DeviceEmulator
import GuestRuntime
import ModuleProfiles
import QuecPython
import SerialLines

/// The way to a module that `conform` takes.
enum ConformVia: Equatable {
  case swift
  case guest
  /// A module at a serial device, by its path.
  case serial(String)

  /// - Parameter text: As `--via` spells it; nil if it is not given.
  init(_ text: String?) throws(UsageError) {
    switch (text ?? "swift").splitOnce(at: ":") {
    case ("swift", nil): self = .swift
    case ("guest", nil): self = .guest
    case ("serial", let port?) where !port.isEmpty: self = .serial(port)
    default:
      throw UsageError(
        "--via is swift, guest or serial:PORT, such as serial:/dev/ttyUSB0, not \"\(text ?? "")\""
          + didYouMean(text ?? "", in: ["swift", "guest"]))
    }
  }

  /// How many cases may run at once.
  var workerCount: Int { if case .serial = self { 1 } else { processorCount } }

  /// Makes a driver of devices that answer by a table.
  ///
  /// - Throws: `UsageError` for a port where the table is to be another, since a module's cannot be changed.
  func maker(_ host: Host) throws -> @Sendable (OutcomeTable) -> any CaseDriver {
    switch self {
    case .swift: return { SwiftDriver(outcomes: $0) }
    case .guest:
      let interpreter = try Interpreter.required(host)
      return { GuestDriver(interpreter: interpreter, outcomes: $0) }
    case .serial:
      throw UsageError("--mutate changes the emulator's own table: use --via swift or guest")
    }
  }

  /// Makes the driver of some cells.
  func driver(of cells: [Cell], _ host: Host) throws -> any CaseDriver {
    guard case .serial(let port) = self else {
      return try maker(host)(OutcomeTables.quecPython.whole)
    }
    guard Set(cells.map { "\($0.profile.name)+\($0.policy.rawValue)" }).count == 1 else {
      throw UsageError(
        "a module at a port is one model: give --profile NAME, and --policy documented or observed")
    }
    do {
      return try SerialDriver(port: port)
    } catch let error as SerialLineError {
      throw Complaint(.hostFailure, error.message)
    }
  }
}
