import EmulatedTime
import Glibc

@testable import SerialLines

/// What a line has heard.
final class Ear: Sendable {
  let heard = Monitor<(bytes: [UInt8], hangUps: Int)>(([], 0))

  init(at line: any SerialLine) {
    line.start(
      receive: { [heard] bytes in heard.withLock(thenNotify: true) { $0.bytes += bytes } },
      hangUp: { [heard] in heard.withLock(thenNotify: true) { $0.hangUps += 1 } })
  }

  /// Waits until enough was heard, at most a minute: a host can be busy.
  func awaits(_ isEnough: ((bytes: [UInt8], hangUps: Int)) -> Bool) -> Bool {
    let due = ContinuousClock.now + .seconds(60)
    return heard.wait { state in
      if isEnough(state) { return .done(true) }
      return ContinuousClock.now >= due ? .done(false) : .waiting(until: due)
    }
  }
}

/// Reads so many bytes of a descriptor; fewer if they do not come within a minute.
func take(_ count: Int, from descriptor: Int32) -> [UInt8] {
  var taken: [UInt8] = []
  var part = [UInt8](repeating: 0, count: 65536)
  while taken.count < count {
    var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&wanted, 1, 60_000) > 0 else { break }
    let read = read(descriptor, &part, min(part.count, count - taken.count))
    guard read > 0 else { break }
    taken += part[..<read]
  }
  return taken
}

/// How many descriptors the process has open.
var openDescriptors: Int {
  (0..<1024).filter { fcntl($0, F_GETFD) >= 0 }.count
}
