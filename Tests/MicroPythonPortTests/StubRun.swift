import Foundation
import Testing

/// The interpreters that `Scripts/test` builds, and the one that `Scripts/sanitize` does.
enum Width: String, CaseIterable, Sendable {
  case bits32 = "32"
  case bits64 = "64"
  case checked

  /// The program for scripts, or the one with holes in it that the filter is to stop.
  func program(withHoles: Bool = false) -> String {
    "\(repository)/.build/port\(rawValue)/interpreter\(withHoles ? "-with-holes" : "")"
  }

  /// Those that this machine runs, or that `QPYEMU_PORTS` names.
  static let here: [Width] = {
    let names = ProcessInfo.processInfo.environment["QPYEMU_PORTS"] ?? "32 64"
    return names.split(separator: " ").compactMap { Width(rawValue: String($0)) }.filter {
      FileManager.default.isExecutableFile(atPath: $0.program())
    }
  }()
}

/// The repository.
let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().path

/// One run of a script in the interpreter, on the small device in C.
struct StubRun {
  let code: Int32
  let output: String
  /// What the device said: how the job ended, and whatever else there was.
  let errors: String

  var lines: [String] { output.split(separator: "\n").map(String.init) }

  /// Runs a script given as text, in a folder with other files.
  init(
    _ script: String, on width: Width = .here[0], options: [String] = [], withHoles: Bool = false,
    input: String = "", files: [String: String] = [:]
  ) throws {
    let folder = NSTemporaryDirectory() + "qpyemu-port-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (name, text) in files.merging(["main.py": script], uniquingKeysWith: { $1 }) {
      try text.write(toFile: "\(folder)/\(name)", atomically: false, encoding: .utf8)
    }
    try self.init(
      path: "main.py", in: folder, on: width, options: options, withHoles: withHoles, input: input)
  }

  /// Runs a file of a folder.
  init(
    path: String, in folder: String, on width: Width = .here[0], options: [String] = [],
    withHoles: Bool = false, input: String = ""
  ) throws {
    let device = Bundle.main.executableURL!.deletingLastPathComponent().path
    let candidates = [device, "\(repository)/.build/debug"].map { "\($0)/StubDevice" }
    let program = try #require(
      candidates.first { FileManager.default.isExecutableFile(atPath: $0) },
      "there is no StubDevice")
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = options + [width.program(withHoles: withHoles), path]
    process.currentDirectoryURL = URL(filePath: folder)
    // Files, since another test's child could hold the end of a pipe.
    let outputFile = "\(folder)/.output"
    let errorFile = "\(folder)/.errors"
    let inputFile = "\(folder)/.input"
    for (file, text) in [(outputFile, ""), (errorFile, ""), (inputFile, input)] {
      try text.write(toFile: file, atomically: false, encoding: .utf8)
    }
    process.standardOutput = FileHandle(forWritingAtPath: outputFile)
    process.standardError = FileHandle(forWritingAtPath: errorFile)
    process.standardInput = FileHandle(forReadingAtPath: inputFile)
    try process.run()
    process.waitUntilExit()
    code = process.terminationStatus
    func text(_ file: String) -> String {
      String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
    }
    (output, errors) = (text(outputFile), text(errorFile))
  }
}
