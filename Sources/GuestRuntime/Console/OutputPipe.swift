import CLinux
import Glibc

/// A pipe whose reader can ask for what is there without waiting.
final class OutputPipe: Sendable {
  /// What a child process prints to.
  let writingEnd: Int32
  private let readingEnd: Int32

  init() throws(HostError) {
    var ends: [Int32] = [0, 0]
    guard unsafe linux_pipe(&ends) == 0 else { throw HostError("cannot make a pipe") }
    (readingEnd, writingEnd) = (ends[0], ends[1])
    _ = fcntl(readingEnd, F_SETFL, O_NONBLOCK)
  }

  deinit { Glibc.close(readingEnd) }

  /// Lets the reader come to an end; once.
  func close() { Glibc.close(writingEnd) }

  /// Waits until there is something to read; false once nobody can write any more.
  func awaitOutput() -> Bool {
    var wanted = pollfd(fd: readingEnd, events: Int16(POLLIN), revents: 0)
    while unsafe poll(&wanted, 1, -1) < 0 && errno == EINTR {}
    return wanted.revents & Int16(POLLIN) != 0
  }

  /// What is there; nil if nothing is.
  func read(upTo count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    while true {
      let read = unsafe Glibc.read(readingEnd, &bytes, count)
      if read < 0 && errno == EINTR { continue }
      guard read > 0 else { return nil }
      bytes.removeLast(count - read)
      return bytes
    }
  }
}
