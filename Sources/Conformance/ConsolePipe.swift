import CLinux
import Glibc
import GuestRuntime

/// Takes what a case's script prints: less than a pipe holds, so that nobody has to read meanwhile.
struct ConsolePipe: ~Copyable {
  private static let capacity = 65536

  private let readingEnd: Int32
  let writingEnd: Int32

  init() throws(HostError) {
    var ends: [Int32] = [0, 0]
    guard unsafe linux_pipe(&ends) == 0 else { throw HostError("cannot make a pipe") }
    (readingEnd, writingEnd) = (ends[0], ends[1])
  }

  /// Gives what was printed.
  consuming func close() -> String {
    Glibc.close(writingEnd)
    defer { Glibc.close(readingEnd) }
    let bytes = HostFile.readAll(readingEnd, limit: Self.capacity) ?? []
    return String(decoding: bytes, as: UTF8.self)
  }
}
