import Foundation
import GuestRuntime
import Testing

@testable import Commands

/// Sound files as microphones, and a pipe as a loudspeaker.
@Suite(.serialized)
struct AudioFileTests {
  let bench: Workbench

  init() throws { bench = try Workbench() }

  private static let frames = (0..<2000).map { Int16($0 - 1000) }

  private static func little(_ value: Int, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private static let raw = frames.flatMap { little(Int($0), 2) }

  private static let wav =
    Array("RIFF".utf8) + little(36 + raw.count, 4) + Array("WAVEfmt ".utf8)
    + [(16, 4), (1, 2), (1, 2), (8000, 4), (16000, 4), (2, 2), (16, 2)].flatMap(little)
    + Array("data".utf8) + little(raw.count, 4) + raw

  private func record(_ name: String) async throws -> (ending: Ending, frames: [Int16]) {
    let ending = try await bench.run(
      script: recordOneSecond,
      ["--audio-in", "file:\(bench.path(name))", "--export", bench.path("out")])
    return (ending, try WAV(bench.bytes("out/usr/a.wav")).frames)
  }

  @Test("A recording has the samples of the file, then silence", arguments: ["a.wav", "a.raw"])
  func file(name: String) async throws {
    try bench.write(name.hasSuffix("raw") ? Self.raw : Self.wav, to: name)
    let (ending, frames) = try await record(name)
    #expect(ending.code == 0)
    #expect(frames == Self.frames + [Int16](repeating: 0, count: 6000))
  }

  @Test("A file that loops starts again at its end")
  func loop() async throws {
    try bench.write(Self.wav, to: "a.wav")
    let (ending, frames) = try await record("a.wav,loop")
    #expect(ending.code == 0)
    #expect(frames == (0..<4).flatMap { _ in Self.frames })
  }

  @Test(
    "A file that is missing is 66, one that is no sound is 65; the sentence names it",
    arguments: [
      ("none.wav", nil, 66), ("text.wav", Array("hello".utf8), 65), ("empty.wav", [], 65),
      ("empty.raw", [], 65), ("header.wav", Array(wav.prefix(44)), 65),
      ("cut.wav", Array(wav.prefix(30)), 65),
      ("noise.wav", (0..<999).map { UInt8($0 * 7 % 251) }, 65),
    ] as [(String, [UInt8]?, Int32)])
  func bad(name: String, content: [UInt8]?, code: Int32) async throws {
    if let content { try bench.write(content, to: name) }
    let ending = try await bench.run(
      script: "print('ran')", ["--audio-in", "file:\(bench.path(name))"])
    #expect(ending.code == code)
    #expect(ending.output.isEmpty)
    #expect(ending.errors.contains(bench.path(name)))
    #expect(ending.errors.split(separator: "\n").count == 1, "\(ending.errors)")
  }

  @Test("A named pipe gets what a file gets, behind the header of the longest file")
  func pipe() async throws {
    let path = try bench.write(
      "import audio\naudio.Audio(0).play(0, 0, 'U:/a.wav')", to: "play/main.py")
    try bench.write(Self.wav, to: "play/a.wav")
    func words(_ output: String) -> [String] {
      [
        "run", URL(filePath: path).deletingLastPathComponent().path, "--profile", "EC600N",
        "--audio-in", "silence", "--audio-out", "file:\(bench.path(output))",
      ]
    }
    let reader = try ChildProcess([
      "/bin/sh", "-c", "cd '\(bench.folder)' && mkfifo pipe && exec cat pipe >heard",
    ])
    while !bench.exists("pipe") { try await Task.sleep(for: .milliseconds(5)) }
    let ending = try await bench.run(words("pipe"))
    #expect(ending.code == 0)
    #expect(ending.errors.contains("pipe is a named pipe: the run begins once it is read\n"))
    #expect(reader.wait() == .exited(0))
    #expect(try await bench.run(words("plain.wav")).code == 0)
    let heard = try bench.bytes("heard")
    #expect(heard.dropFirst(44) == (try bench.bytes("plain.wav")).dropFirst(44))
    #expect(heard.count > 44 + 4000)
    #expect(Array(heard[40..<44]) == Self.little(Int(Int32.max) - 44, 4))
  }

  @Test("A file that is shorter than its header says is heard as far as it goes")
  func truncated() async throws {
    try bench.write(Array(Self.wav.prefix(44 + 2000)), to: "a.wav")
    let (ending, frames) = try await record("a.wav")
    #expect(ending.code == 0)
    #expect(frames.prefix(1000) == Self.frames.prefix(1000))
    #expect(frames.dropFirst(1000).allSatisfy { $0 == 0 })
  }
}
