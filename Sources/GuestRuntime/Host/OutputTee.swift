import CLinux
import EmulatedTime
import Glibc

/// A pipe that passes on what a child process prints.
package final class OutputTee: Sendable {
  private struct State {
    var isComplete = false
    /// Whether we still hold the end that children print to.
    var isOpen = true
  }

  /// What the child is to print to.
  package let descriptor: Int32
  private let state = Monitor(State())

  /// - Parameters:
  ///   - write: Gets everything; false once it takes no more.
  ///   - failed: Called when `write` takes no more.
  package init(
    to write: @escaping @Sendable ([UInt8]) -> Bool,
    failed: @escaping @Sendable () -> Void
  ) throws(HostError) {
    var ends: [Int32] = [0, 0]
    guard unsafe linux_pipe(&ends) == 0 else { throw HostError("cannot make a pipe") }
    descriptor = ends[1]
    let source = ends[0]
    HostThread.start { [state] in
      var chunk = [UInt8](repeating: 0, count: 65536)
      var isTaken = true
      while let count = Self.read(source, &chunk), count > 0 {
        let bytes = Array(chunk[..<count])
        if isTaken, !write(bytes) {
          isTaken = false
          failed()
        }
      }
      close(source)
      state.withLock(thenNotify: true) { $0.isComplete = true }
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
    let wasOpen = state.withLock { state in
      defer { state.isOpen = false }
      return state.isOpen
    }
    if wasOpen { close(descriptor) }
  }

  /// Waits until all is passed on that children have printed, which have ended by then.
  package func finish() {
    shut()
    state.wait { $0.isComplete ? .done(()) : .waiting(until: nil) }
  }
}
