import EmulatedTime
import Glibc
import GuestRuntime

/// Where a command writes: its results to standard output, what it has to say to standard error.
package final class Console: Sendable {
  private let output: Int32
  private let errors: Int32
  /// Held so that lines of several threads do not mix.
  private let turn = Monitor(())

  package init(output: Int32 = 1, errors: Int32 = 2) {
    self.output = output
    self.errors = errors
  }

  /// The descriptor of the output, for a child process to write to.
  var outputDescriptor: Int32 { output }

  /// Whether a line that is drawn over again is seen, and disturbs no other.
  var showsProgress: Bool { isatty(errors) == 1 && isatty(output) == 0 }

  /// Prints a line of the result.
  func print(_ line: String) { write(line + "\n", to: output) }

  /// Says something that is not the result, after the program's name.
  func complain(_ message: String) { write("qpyemu: \(message)\n", to: errors) }

  /// Says more of what was said, without the program's name.
  func explain(_ text: String) { write(text + "\n", to: errors) }

  /// Draws the progress line over the one before; nil wipes it.
  func progress(_ text: String?) {
    write("\r\u{1B}[K" + (text.map { "qpyemu: \($0)" } ?? ""), to: errors)
  }

  private func write(_ text: String, to descriptor: Int32) {
    turn.withLock { _ in
      _ = HostFile.writeAll(descriptor, Array(text.utf8))
    }
  }
}
