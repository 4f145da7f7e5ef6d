import Glibc
import SerialLines

/// The raw mode of a console of MicroPython, of a module or anything else that has one.
struct RawREPL {
  /// What code came to.
  struct Result {
    let output: String
    /// The traceback, empty if there is none.
    let error: String
  }

  private static let greeting = Array("raw REPL; CTRL-B to exit\r\n>".utf8)
  private static let ctrlD: [UInt8] = [4]
  /// How long a console may take to answer what it answers at once.
  private static let promptness = Duration.seconds(5)
  /// What a port without flow control takes at a time.
  private static let chunk = 256

  private let client: SerialClient

  init(_ client: SerialClient) { self.client = client }

  /// Interrupts what runs and starts the interpreter anew.
  func restart() throws(SerialLineError) {
    try client.write(Array("\r\u{3}\u{3}".utf8))
    try client.drain()
    try client.write(Array("\r\u{1}".utf8))
    try expect(Self.greeting, within: Self.promptness)
    try client.write(Self.ctrlD)
    try expect(Array("soft reboot\r\n".utf8), within: Self.promptness)
    try expect(Self.greeting, within: .seconds(30))
  }

  /// Runs code to its end.
  func execute(_ code: String, patience: Duration) throws(SerialLineError) -> Result {
    var left = Array(code.utf8)[...]
    while !left.isEmpty {
      try client.write(Array(left.prefix(Self.chunk)))
      left = left.dropFirst(Self.chunk)
      if !left.isEmpty { usleep(10_000) }
    }
    try client.write(Self.ctrlD)
    try expect(Array("OK".utf8), within: Self.promptness)
    let output = try expect(Self.ctrlD, within: patience)
    let error = try expect(Self.ctrlD, within: Self.promptness)
    return Result(output: Self.text(output), error: Self.text(error))
  }

  /// Back to the friendly prompt.
  func leave() { try? client.write(Array("\r\u{2}".utf8)) }

  /// Reads up to what has to come, and gives what came before it.
  @discardableResult
  private func expect(
    _ ending: [UInt8], within time: Duration
  ) throws(SerialLineError) -> [UInt8] {
    let (bytes, isComplete) = try client.read(until: ending, timeout: time)
    guard isComplete else {
      let what = bytes.isEmpty ? "nothing" : String(Self.text(bytes).suffix(80)).debugDescription
      throw SerialLineError(
        "\(client.path) does not answer as the raw mode of a MicroPython console: \(what) came")
    }
    return Array(bytes.dropLast(ending.count))
  }

  private static func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes.filter { $0 != 13 }, as: UTF8.self)
  }
}
