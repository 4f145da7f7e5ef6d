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

  /// A descriptor for what others have to say that is not the result.
  var errorDescriptor: Int32 { errors }

  /// Whether a line that is drawn over again is seen, and disturbs no other.
  var showsProgress: Bool { isatty(errors) == 1 && isatty(output) == 0 }

  /// Why the result could not be written; nil if it could.
  var outputFailure: String? { failure.withLock { $0 } }

  /// Whether the result is read by a person at a terminal.
  var isTerminal: Bool { isatty(output) == 1 }

  /// Characters in a line of the terminal; 80 where there is none.
  var width: Int {
    var size = winsize()
    guard unsafe ioctl(output, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Prints a line of the result.
  func print(_ line: String) { write(Array(line.utf8) + [UInt8(ascii: "\n")]) }

  /// Writes a part of the result as it is.
  func write(_ bytes: [UInt8]) {
    failure.withLock { failure in
      guard failure == nil, !HostFile.writeAll(output, bytes) else { return }
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

  /// Draws the progress line if a person sees it.
  func progressIfSeen(_ text: String?) {
    if isatty(errors) == 1 { progress(text) }
  }

  private func say(_ text: String) {
    failure.withLock { _ in _ = HostFile.writeAll(errors, Array(text.utf8)) }
  }
}
