import EmulatedTime
import Glibc
import GuestRuntime

/// Where a command writes: its results to standard output, what it has to say to standard error.
package final class Console: Sendable {
  private let output: Int32
  private let errors: Int32
  /// Why the first line of the result that could not be written could not; held while a line is
  /// written, so that lines of several threads do not mix.
  private let failure = Monitor<String?>(nil)

  package init(output: Int32 = 1, errors: Int32 = 2) {
    self.output = output
    self.errors = errors
  }

  /// The descriptor of the output, for a child process to write to.
  var outputDescriptor: Int32 { output }

  /// Whether a line that is drawn over again is seen, and disturbs no other.
  var showsProgress: Bool { isatty(errors) == 1 && isatty(output) == 0 }

  /// Whether a person reads the output as it comes.
  var isTerminal: Bool { isatty(output) == 1 }

  /// Why the result could not be written; nil if it could.
  var outputFailure: String? { failure.withLock { $0 } }

  /// Prints a line of the result.
  func print(_ line: String) {
    failure.withLock { failure in
      guard failure == nil, !Self.write(line + "\n", to: output) else { return }
      failure = hostReason
    }
  }

  /// Says something that is not the result, after the program's name.
  func complain(_ message: String) { say("qpyemu: \(message)\n") }

  /// Says more of what was said, without the program's name.
  func explain(_ text: String) { say(text + "\n") }

  /// Draws the progress line over the one before; nil wipes it.
  func progress(_ text: String?) {
    say("\r\u{1B}[K" + (text.map { "qpyemu: \($0)" } ?? ""))
  }

  private func say(_ text: String) {
    failure.withLock { _ in _ = Self.write(text, to: errors) }
  }

  private static func write(_ text: String, to descriptor: Int32) -> Bool {
    HostFile.writeAll(descriptor, Array(text.utf8))
  }
}
