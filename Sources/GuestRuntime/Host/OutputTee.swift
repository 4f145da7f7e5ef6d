import CLinux
import EmulatedTime
import Glibc

/// A pipe that passes on what a child process prints, and keeps it if that is wanted.
package final class OutputTee: Sendable {
  private struct Kept {
    var bytes: [UInt8] = []
    var isComplete = false
    /// Whether we still hold the end that children print to.
    var isOpen = true
  }

  /// What the child is to print to.
  package let descriptor: Int32
  private let kept = Monitor(Kept())

  /// - Parameters:
  ///   - keeps: Whether to keep what is passed on.
  ///   - write: Gets everything; false once it takes no more.
  ///   - failed: Called when `write` takes no more.
  package init(
    keeps: Bool, to write: @escaping @Sendable ([UInt8]) -> Bool,
    failed: @escaping @Sendable () -> Void
  ) throws(HostError) {
    var ends: [Int32] = [0, 0]
    guard unsafe linux_pipe(&ends) == 0 else { throw HostError("cannot make a pipe") }
    descriptor = ends[1]
    let source = ends[0]
    HostThread.start { [kept] in
      var chunk = [UInt8](repeating: 0, count: 65536)
      var isTaken = true
      while let count = Self.read(source, &chunk), count > 0 {
        let bytes = Array(chunk[..<count])
        // What cannot be passed on is still kept.
        if keeps { kept.withLock { $0.bytes += bytes } }
        if isTaken, !write(bytes) {
          isTaken = false
          failed()
        }
      }
      close(source)
      kept.withLock(thenNotify: true) { $0.isComplete = true }
    }
  }

  private static func read(_ descriptor: Int32, _ chunk: inout [UInt8]) -> Int? {
    while true {
      let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
      if count >= 0 { return count }
      guard errno == EINTR else { return nil }
    }
  }

  deinit { shut() }

  /// Lets the pipe end once the children have ended.
  private func shut() {
    let wasOpen = kept.withLock { kept in
      defer { kept.isOpen = false }
      return kept.isOpen
    }
    if wasOpen { close(descriptor) }
  }

  /// Waits until all is passed on that children have printed, which have ended by then; gives what was
  /// kept.
  @discardableResult
  package func finish() -> [UInt8] {
    shut()
    return kept.wait { $0.isComplete ? .done($0.bytes) : .waiting(until: nil) }
  }
}
