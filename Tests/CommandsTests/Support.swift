import Foundation
import GuestRuntime
import TestSupport
import Testing

@testable import Commands

/// What a command line came to.
struct Ending {
  let code: Int32
  let output: String
  let errors: String

  var lines: [String] { output.split(separator: "\n").map(String.init) }
}

extension HostFile {
  /// The bytes of a file; nil if it cannot be read.
  static func contents(of path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    return readAll(descriptor, limit: 1 << 26)
  }
}

/// A folder for one test, removed with it, and command lines that are run in it.
final class Workbench: Sendable {
  let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "qpyemu-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  /// Writes a file, and the folders above it.
  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    try write(Array(text.utf8), to: name)
  }

  @discardableResult
  func write(_ bytes: [UInt8], to name: String) throws -> String {
    let url = URL(filePath: path(name))
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
    return url.path
  }

  func bytes(_ name: String) throws -> [UInt8] {
    // Foundation's way of reading a file leaks, as the address sanitizer sees it.
    try #require(HostFile.contents(of: path(name)), "\(name) cannot be read")
  }

  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

  /// What every command line here finds in its environment: nothing of ours but the interpreter.
  static let variables = ProcessInfo.processInfo.environment.filter { name, _ in
    !name.hasPrefix("QPYEMU_") || name == "QPYEMU_INTERPRETER"
  }

  /// Runs a command line in this process, on a thread of its own.
  func run(_ words: [String], variables: [String: String] = [:], from place: String? = nil)
    async throws -> Ending
  {
    let id = UUID().uuidString
    let names = ["output-\(id)", "errors-\(id)"]
    let descriptors = names.map { open(path($0), O_CREAT | O_WRONLY | O_APPEND, 0o644) }
    defer { for descriptor in descriptors { close(descriptor) } }
    let host = Host(
      variables: Self.variables.merging(variables) { $1 }, folder: place ?? folder)
    let code: Int32 = await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        let console = Console(output: descriptors[0], errors: descriptors[1])
        continuation.resume(
          returning: QPYEmu.run(words, console: console, host: host).rawValue)
      }
    }
    return Ending(
      code: code, output: try text(names[0]), errors: try text(names[1]))
  }

  /// Runs a script given as text on an EC600N that hears a tone, unless `words` say otherwise.
  func run(script: String, _ words: [String] = []) async throws -> Ending {
    let path = try write(script, to: "script.py")
    var all = ["run", path] + words
    for (option, value) in [("--profile", "EC600N"), ("--audio-in", "tone:440")]
    where !all.contains(option) { all += [option, value] }
    return try await run(all)
  }
}

/// The repository.
let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().path

func example(_ name: String) -> String { "\(repository)/Docs/Examples/\(name)" }

/// Runs a shell command without input in a folder.
///
/// - Parameter withErrors: Whether what it says on its standard error counts as output.
func shell(
  _ command: String, in folder: String = "/", withErrors: Bool = true
) throws -> (code: Int32, output: String) {
  // A file, and no pipe: one that some other test's child has got hold of would never end.
  var path = Array((NSTemporaryDirectory() + "qpyemu-output-XXXXXX").utf8CString)
  let descriptor = mkstemp(&path)
  guard descriptor >= 0 else { throw HostError("cannot make a file for what a command prints") }
  unlink(path)
  defer { close(descriptor) }
  let child = try ChildProcess(
    [
      "/bin/sh", "-c",
      "cd '\(folder)' || exit 99\nexec </dev/null\(withErrors ? " 2>&1" : "")\n\(command)",
    ], output: descriptor)
  let ending = child.wait()
  lseek(descriptor, 0, SEEK_SET)
  let output = String(decoding: HostFile.readAll(descriptor, limit: 1 << 30) ?? [], as: UTF8.self)
  switch ending {
  case .exited(let code): return (code, output)
  case .killed(let signal): return (128 + signal, output)
  }
}

/// The lines that a shell command prints; it must succeed.
func output(of command: String) throws -> [String] {
  let (code, output) = try shell(command, withErrors: false)
  try #require(code == 0, "\(command) failed: is the package installed?")
  return output.split(separator: "\n").map(String.init)
}

/// Records a second; prints what came of it.
let recordOneSecond = """
  import audio, utime
  record = audio.Record()
  record.end_callback(print)
  print(record.start('a.wav', 1))
  while record.isBusy():
      utime.sleep_ms(20)
  """

/// The channels of `audio.Record` by model, from the vendor's table.
let channelTable: [(model: String, channels: Set<Int>, countsHeader: Bool)] = [
  ("EC600N", [0], false), ("EC800N", [0], false), ("EC600M", [0], false), ("EC800M", [0], false),
  ("EG915N", [0], false), ("EG912N", [0], true), ("EG912U", [0], true), ("EC200U", [2], true),
  ("EC600U", [0, 1, 2], true), ("EG915U", [0, 1], true),
]

/// A mono WAV file of 16 bits, picked apart.
struct WAV {
  let riffSize: Int
  let channels: Int
  let frameRate: Int
  let bits: Int
  let dataSize: Int
  let frames: [Int16]

  init(_ bytes: [UInt8]) throws {
    try #require(bytes.count >= 44)
    func number(_ offset: Int, _ size: Int) -> Int {
      (0..<size).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }
    try #require(bytes[0..<4].elementsEqual("RIFF".utf8))
    try #require(bytes[8..<16].elementsEqual("WAVEfmt ".utf8))
    try #require(bytes[36..<40].elementsEqual("data".utf8))
    riffSize = number(4, 4)
    channels = number(22, 2)
    frameRate = number(24, 4)
    bits = number(34, 2)
    dataSize = number(40, 4)
    frames = stride(from: 44, to: bytes.count - 1, by: 2).map {
      Int16(truncatingIfNeeded: number($0, 2))
    }
  }

  /// The frequency of a tone, from the times at which it rises through zero.
  var hertz: Double {
    let rises = (1..<frames.count).filter { frames[$0 - 1] < 0 && frames[$0] >= 0 }
    guard let first = rises.first, let last = rises.last, first < last else { return 0 }
    return Double(rises.count - 1) * Double(frameRate) / Double(last - first)
  }
}
