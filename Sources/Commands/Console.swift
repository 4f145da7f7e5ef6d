import EmulatedTime
import FlashStorage
import Glibc
import GuestRuntime

/// Where a command writes: its results to standard output, what it has to say to standard error.
package final class Console: Sendable {
  private let output: Int32
  private let errors: Int32
  /// Why the first line of the result that could not be written could not; held while a line is
  /// written, so that lines of several threads do not mix.
  private let failure = Monitor<Int32?>(nil)
  /// Held while something else is said, which a result that nobody reads does not hold up.
  private let saying = Monitor(())
  private let isGivenUp: @Sendable () -> Bool

  /// - Parameter isGivenUp: Whether to wait no longer for somebody to read.
  package init(
    output: Int32 = 1, errors: Int32 = 2, isGivenUp: @escaping @Sendable () -> Bool = { false }
  ) {
    self.output = output
    self.errors = errors
    self.isGivenUp = isGivenUp
  }

  /// Whether a line that is drawn over again is seen, and disturbs no other.
  var showsProgress: Bool { isatty(errors) == 1 && isatty(output) == 0 }

  /// The host's number for why the result could not be written; nil if it could.
  var outputFailure: Int32? { failure.withLock { $0 } }

  /// Whether the result is read by a person at a terminal.
  var isTerminal: Bool { isatty(output) == 1 }

  /// Characters in a line of the terminal; 80 where there is none.
  var width: Int {
    var size = winsize()
    guard unsafe ioctl(output, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Prints a part of the result, one line or several. What it quotes of others is made harmless.
  func print(_ text: String) { draw(text.printableLines) }

  /// Prints a line as it is, with its colours. What it quotes of others is harmless already.
  func draw(_ line: String) { write(Array(line.utf8) + [UInt8(ascii: "\n")]) }

  /// Writes a part of the result as it is; false once that is no longer possible.
  @discardableResult
  func write(_ bytes: [UInt8]) -> Bool {
    failure.withLock { failure in
      guard failure == nil else { return false }
      if HostFile.writeAll(output, bytes, unless: isGivenUp) { return true }
      failure = errno
      return false
    }
  }

  /// Writes what others have to say that is not the result, as it is.
  func writeAside(_ bytes: [UInt8]) {
    saying.withLock { _ in _ = HostFile.writeAll(errors, bytes, unless: isGivenUp) }
  }

  /// Says something that is not the result, after the program's name.
  ///
  /// - Parameter message: What it quotes of others is made harmless, but for line feeds.
  func complain(_ message: String) { say("qpyemu: \(message.printableLines)\n") }

  /// Says that the command is about to wait for a reader, if the path is of a named pipe.
  func tellOfPipe(_ path: String) {
    if HostFile.isPipe(path) { complain("\(path) is a named pipe: the run begins once it is read") }
  }

  /// Says more of what was said, without the program's name.
  func explain(_ text: String) { say("\(text.printableLines)\n") }

  /// Draws the progress line over the one before; nil wipes it.
  func progress(_ text: String?) {
    say("\r\u{1B}[K" + (text.map { "qpyemu: \($0)" } ?? ""))
  }

  /// Draws the progress line if a person sees it.
  func progressIfSeen(_ text: String?) {
    if isatty(errors) == 1 { progress(text) }
  }

  private func say(_ text: String) { writeAside(Array(text.utf8)) }
}
