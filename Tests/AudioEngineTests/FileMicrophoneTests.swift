import AudioEngine
import Foundation
import Testing

struct FileMicrophoneTests {
  @Test(
    "Every coding is heard as the average of its channels",
    arguments: WAVFixture.Coding.allCases, [1, 2, 3, 6])
  func codings(coding: WAVFixture.Coding, channelCount: Int) throws {
    for isExtensible in [false, true] {
      var generator = SmallGenerator(state: 5)
      let values = (0..<3000).map { _ in
        (0..<channelCount).map { _ in Double(Int.random(in: -128..<128, using: &generator)) / 128 }
      }
      let wav = WAVFixture(
        coding: coding, channelCount: channelCount, frameRate: 11_025, isExtensible: isExtensible,
        junk: [("LIST", 27), ("fact", 4), ("junk", 0)], frames: values)
      let heard = try hear(wav.bytes, count: 3001)
      let expected = values.map { frame in
        Int16(
          clamping: Int((frame.reduce(0, +) / Double(channelCount) * 32_768 + 0.5).rounded(.down)))
      }
      #expect(heard.frames == expected + [0])
      #expect(heard.source.frameRate == 11_025)
      #expect(heard.source.health.endedAtFrame == 3000)
      let channels = "\(channelCount) channel\(channelCount == 1 ? "" : "s")"
      #expect(heard.source.health.native == "11025 Hz, \(channels), \(coding)")
    }
  }

  @Test("Floating point beyond full level saturates, and what is no number is silence")
  func floatingPoint() throws {
    let values: [Double] = [2, -2, .nan, .infinity, -.infinity, 0.5]
    for coding in [WAVFixture.Coding.float32, .float64] {
      let wav = WAVFixture(coding: coding, frames: values.map { [$0] })
      #expect(try hear(wav.bytes, count: 6).frames == [.max, .min, 0, .max, .min, 16_384])
    }
  }

  @Test(
    "A data size of an unfinished file means all that is there",
    arguments: [0, 0xffff_ffff, 0x7fff_ff00, 2001])
  func unfinished(claimedSize: Int) throws {
    let values = (0..<1000).map { [Double($0) / 32_768] }
    let wav = WAVFixture(claimedSize: claimedSize, frames: values)
    let heard = try hear(wav.bytes, count: 1001)
    #expect(heard.frames == (0..<1000).map { Int16($0) } + [0])
    #expect(heard.source.health.endedAtFrame == 1000)
    #expect(try frames(of: AudioClip(wav.bytes, name: "a")).count == 1000)
  }

  @Test("A data size that is smaller than the file is kept to")
  func exactSize() throws {
    let wav = WAVFixture(claimedSize: 6, frames: (1...1000).map { [Double($0) / 32_768] })
    #expect(try hear(wav.bytes, count: 5).frames == [1, 2, 3, 0, 0])
  }

  @Test("Every truncated header is refused with a sentence, or read as far as it goes")
  func truncations() throws {
    let folder = try TemporaryFolder()
    for isExtensible in [false, true] {
      let wav = WAVFixture(
        isExtensible: isExtensible, junk: [("LIST", 3)], frames: [[0.5], [0.25]])
      let start = try #require(wav.bytes.firstRange(of: Array("data".utf8))).upperBound + 4
      for count in 0..<start + 2 {
        let path = try folder.write(Array(wav.bytes.prefix(count)), to: "cut.wav")
        let error = #expect(throws: AudioError.self) {
          _ = try FileMicrophone(path: path).open(frameRate: 8000)
        }
        #expect(error?.message.contains("'\(path)'") == true)
        if count < start {
          #expect(throws: AudioError.self) {
            _ = try AudioClip(Array(wav.bytes.prefix(count)), name: "cut.wav")
          }
        }
      }
    }
  }

  @Test("Flipped bytes never do worse than a sentence", arguments: [1, 2, 3, 4] as [UInt64])
  func flips(seed: UInt64) throws {
    var generator = SmallGenerator(state: seed)
    let right = WAVFixture(
      coding: .signed24, channelCount: 2, isExtensible: true, junk: [("LIST", 5)],
      frames: Array(repeating: [0.5, 0.25], count: 50)
    ).bytes
    for _ in 0..<3000 {
      var bytes = right
      for _ in 0...Int.random(in: 0..<4, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        bytes[place] = [0, 0xff, .random(in: 0...255, using: &generator)].randomElement(
          using: &generator)!
      }
      do {
        let clip = try AudioClip(bytes, name: "flipped.wav")
        #expect(clip.frameCount <= bytes.count)
        #expect(try frames(of: clip).count == clip.frameCount)
      } catch let error as AudioError {
        #expect(error.message.hasPrefix("'flipped.wav' "))
      }
    }
  }

  @Test(
    "What cannot be read is named, with what would be right",
    arguments: [
      (WAVFixture(frameRate: 0, frames: [[0]]), "its rate is 0 frames per second, and 1 to 192000"),
      (WAVFixture(frameRate: 192_001, frames: [[0]]), "its rate is 192001"),
      (WAVFixture(channelCount: 0, frames: [[0]]), "it has no channels"),
      (WAVFixture(frames: []), "holds no audio"),
    ])
  func refusals(wav: WAVFixture, sentence: String) throws {
    let error = #expect(throws: AudioError.self) { _ = try hear(wav.bytes, count: 1) }
    #expect(error?.message.contains(sentence) == true)
  }

  @Test("A file that is no WAV is refused with its first bytes")
  func noWAV() throws {
    let error = #expect(throws: AudioError.self) {
      _ = try hear(Array("ID3\u{3}'x".utf8), count: 1)
    }
    #expect(error?.message.contains("it begins with 'ID3\\x03\\x27x', not with RIFF") == true)
  }

  @Test("Endless chunks are not followed for ever")
  func endlessChunks() throws {
    let bytes =
      Array("RIFF....WAVE".utf8) + (0..<100_000).flatMap { _ in Array("junk\0\0\0\0".utf8) }
    let error = #expect(throws: AudioError.self) { _ = try hear(bytes, count: 1) }
    #expect(error?.message.contains("no data chunk and no format chunk") == true)
  }

  @Test(
    "A missing file, a folder and a device are named", arguments: ["", "none.wav", "/dev/null"])
  func noFile(name: String) throws {
    let folder = try TemporaryFolder()
    let path = name.hasPrefix("/") ? name : folder.path(name)
    let error = #expect(throws: AudioError.self) {
      _ = try FileMicrophone(path: path).open(frameRate: 8000)
    }
    #expect(error?.message.contains("'\(path)'") == true)
  }

  @Test("Raw PCM is told by its name", arguments: ["a.raw", "a.pcm", "a.S16"])
  func raw(name: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([1, 0, 0xff, 0xff, 0, 0x80, 9], to: name)
    let source = try FileMicrophone(path: path).open(frameRate: 16_000)
    #expect(source.frameRate == 8000)
    #expect(try frames(of: source, count: 4) == [1, -1, .min, 0])
  }

  @Test("A loop begins again at once, without end")
  func loop() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([1, 0, 2, 0, 3, 0], to: "a.raw")
    let source = try FileMicrophone(path: path, loop: true).open(frameRate: 8000)
    #expect(try frames(of: source, count: 8) == [1, 2, 3, 1, 2, 3, 1, 2])
    #expect(try frames(of: source, count: 2) == [3, 1])
    #expect(source.health.endedAtFrame == nil)
  }

  @Test(
    "Where a file becomes shorter while it is heard, silence follows", arguments: [false, true])
  func shrinking(loop: Bool) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([UInt8](repeating: 1, count: 200_000), to: "a.raw")
    let source = try FileMicrophone(path: path, loop: loop).open(frameRate: 8000)
    #expect(try frames(of: source, count: 100) == Array(repeating: 0x101, count: 100))
    try #require(FileHandle(forUpdatingAtPath: path)).truncate(atOffset: 0)
    let rest = try frames(of: source, count: 90_000)
    #expect(rest.count == 90_000)
    #expect(rest.last == 0)
    #expect(source.health.endedAtFrame == 8192)
  }

  private func hear(
    _ bytes: [UInt8], count: Int
  ) throws -> (frames: [Int16], source: any AudioSource) {
    let folder = try TemporaryFolder()
    let path = try folder.write(bytes, to: "a.wav")
    let source = try FileMicrophone(path: path).open(frameRate: 8000)
    return (try frames(of: source, count: count), source)
  }
}
