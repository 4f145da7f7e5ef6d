import EmulatedTime
import ModuleProfiles

/// The faults that were injected into a device, and how often each has struck.
///
/// Whatever can fail asks it at each occasion; nothing else knows of faults. It is asked under the
/// device's lock and without it, and asks nobody.
package final class FaultLedger: Sendable {
  /// What goes by at an occasion.
  package enum Passing {
    /// One more.
    case call
    /// So many more bytes.
    case bytes(Int)
    /// So much of the recording has been heard.
    case heard(Duration)
  }

  private struct Entry {
    let fault: Fault
    /// Calls or bytes that have gone by.
    var passed = 0
    var strikes = 0

    mutating func meets(_ passing: Passing) -> Bool {
      guard strikes < fault.times ?? .max, isDue(passing) else { return false }
      strikes += 1
      return true
    }

    private mutating func isDue(_ passing: Passing) -> Bool {
      switch (passing, fault.when) {
      case (_, .now): return true
      case (.call, .call(let number)):
        passed += 1
        return passed >= number
      case (.bytes(let count), .byte(let limit)):
        if passed + count > limit { return true }
        passed += count
        return false
      case (.heard(let time), .second(let limit)): return time >= limit
      default: return false
      }
    }

    /// Whether it concerns a file, named by its path on the flash; nil for what is no file's matter.
    func concerns(_ path: () -> String?) -> Bool {
      guard let path = path() else { return true }
      if let file = fault.file { return Self.flashPath(of: file) == path }
      return !Self.spared.contains(where: path.hasSuffix)
    }

    /// The ends of the files that fail only if they are named: scripts, and what the boot writes.
    private static let spared = [".py", ".mpy", "/system_config.json"]

    private static func flashPath(of file: String) -> String {
      file.hasPrefix("/")
        ? ScriptFiles.normal(file) : ScriptFiles.userPath(of: file)
    }
  }

  private let entries = Monitor<[Entry]>([])
  private let firstHostFailure = Monitor<HostFailure?>(nil)

  /// The first failure that was the host's own doing, whatever a script was told; nil if there was none.
  package var hostFailure: HostFailure? { firstHostFailure.withLock { $0 } }

  package func noteHostFailure(_ failure: HostFailure) {
    firstHostFailure.withLock { $0 = $0 ?? failure }
  }

  package func inject(_ fault: Fault) { entries.withLock { $0.append(Entry(fault: fault)) } }

  package func clear() { entries.withLock { $0 = [] } }

  /// The faults in the order of their injection, and how often each has struck.
  package var faults: [(fault: Fault, strikes: Int)] {
    entries.withLock { entries in entries.map { ($0.fault, $0.strikes) } }
  }

  /// The row by which a call is refused, if one was injected; the first if there are several. Each fault
  /// of one of these rows takes note of the call.
  ///
  /// - Parameter rows: The ids of the rows that can refuse it.
  func refusal(of method: DeviceMethod, among rows: (String) -> Bool) -> String? {
    entries.withLock { entries in
      var refusal: String?
      for index in entries.indices {
        guard let row = entries[index].fault.row, row.method == method, rows(row.id),
          entries[index].meets(.call)
        else { continue }
        refusal = refusal ?? row.id
      }
      return refusal
    }
  }

  /// Whether something fails at an occasion. Each fault of the kind takes note of it.
  ///
  /// - Parameter file: The path on the flash, if it is a file that may fail.
  package func strikes(
    _ what: Fault.What, _ passing: Passing = .call, file: @autoclosure () -> String? = nil
  ) -> Bool {
    entries.withLock { entries in
      var strikes = false
      for index in entries.indices
      where entries[index].fault.what == what && entries[index].concerns(file) {
        if entries[index].meets(passing) { strikes = true }
      }
      return strikes
    }
  }
}
