import EmulatedTime
import Glibc

/// The terminal that the process was started in, or whatever its standard input and output are.
package final class TerminalLine: SerialLine {
  /// Ctrl-], which leaves, as in other terminal programs.
  private static let leave: UInt8 = 0x1D

  package let name: String
  private let settings: termios?

  /// ``start(receive:hangUp:)`` takes the terminal over, ``close()`` gives it back as it was.
  package init() {
    var settings = termios()
    let isTerminal = unsafe isatty(0) == 1 && tcgetattr(0, &settings) == 0
    self.settings = isTerminal ? settings : nil
    name = isTerminal ? "this terminal; Ctrl-] leaves" : "standard input and output"
  }

  package func start(
    receive: @escaping @Sendable ([UInt8]) -> Void, hangUp: @escaping @Sendable () -> Void
  ) {
    if settings != nil { makeRaw(0) }
    HostThread.start { [settings] in
      var bytes = [UInt8](repeating: 0, count: 4096)
      while true {
        let count = unsafe read(0, &bytes, bytes.count)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { break }
        let isOver = settings != nil && bytes[..<count].contains(Self.leave)
        receive(Array(bytes[..<count].prefix { !isOver || $0 != Self.leave }))
        if isOver { break }
      }
      hangUp()
    }
  }

  package func send(_ bytes: [UInt8]) {
    var left = bytes[...]
    while !left.isEmpty {
      let count = unsafe left.withUnsafeBytes { unsafe write(1, $0.baseAddress, $0.count) }
      if count < 0 && errno != EINTR { return }
      left = left.dropFirst(max(count, 0))
    }
  }

  package func close() {
    guard var settings else { return }
    send([13, 10])  // What is said next begins a line.
    unsafe tcsetattr(0, TCSANOW, &settings)
  }
}
