import DeviceEmulator
import Foundation
import FrameFuzzing
import Testing

@testable import GuestRuntime

/// What a hostile guest may send: whatever it is, there is a request, or a clause that says what is wrong.
struct WireTests {
  /// A frame of a call, and what stands behind its header.
  private struct Frame {
    var notes: UInt16 = 0
    var arguments: UInt8 = 0
    var keywords: UInt8 = 0
    var padding: UInt16 = 0
    /// The number of the call's name.
    var call: UInt16 = 1
    /// The number of the file's name.
    var file: UInt16 = 0
    var body: [UInt8] = []

    /// With a call of no arguments, named `a`.
    static let name: [UInt8] = [1, 0] + Array("a".utf8)

    var bytes: [UInt8] {
      var writer = WireWriter()
      writer.number(UInt32(0))
      writer.number(UInt64(5))
      writer.number(UInt32(7))
      writer.number(file)
      writer.number(call)
      writer.number(UInt32(0))
      writer.number(UInt32.max)
      writer.number(UInt16(0))
      writer.number(notes)
      writer.number(arguments)
      writer.number(keywords)
      writer.number(padding)
      writer.raw(body)
      writer.replace(at: 0, with: UInt32(writer.bytes.count))
      return writer.bytes
    }

    /// A call with one argument.
    static func of(argument: [UInt8]) -> [UInt8] {
      Frame(arguments: 1, body: name + argument).bytes
    }

    /// A call with everything that a request can hold.
    static var full: [UInt8] {
      let object = tagged("o", 7)
      let arguments: [[UInt8]] = [
        Array("N".utf8), Array("F".utf8), Array("T".utf8), tagged("s", 2) + [0xC3, 0xA4],
        tagged("b", 1) + [0], tagged("w", 0), tagged("f", 3), object,
        Array("i".utf8) + [UInt8](repeating: 255, count: 8),
        Array("d".utf8) + [UInt8](repeating: 1, count: 8), Array("x".utf8) + [1] + Array("y".utf8),
        tagged("l", 2) + Array("NT".utf8), tagged("t", 1) + tagged("l", 0),
        tagged("m", 1) + Array("NN".utf8),
      ]
      let notes: [UInt8] = [1, 2, 3].flatMap { [$0, 9, 0, 0, 0] }
      let keyword = tagged("s", 1) + Array("k".utf8) + Array("T".utf8)
      return Frame(
        notes: 3, arguments: UInt8(arguments.count), keywords: 1, file: 1,
        body: name + notes + arguments.joined() + keyword
      ).bytes
    }
  }

  /// A tag and a count.
  private static func tagged(_ tag: Unicode.Scalar, _ count: UInt32) -> [UInt8] {
    var writer = WireWriter()
    writer.count(tag, Int(count))
    return writer.bytes
  }

  /// What is wrong with a frame; nil if it is a request.
  private func problem(of frame: [UInt8]) -> String? {
    var reader = WireReader { $0 == 7 ? "audio.Record" : nil }
    do throws(MalformedFrame) {
      _ = try reader.read(frame)
      return nil
    } catch {
      return error.message
    }
  }

  @Test("A request is read whole")
  func whole() throws {
    var reader = WireReader { $0 == 7 ? "audio.Record" : nil }
    let request = try reader.read(Frame.full)
    #expect(request.steps == 5 && request.thread == 0 && request.room == nil)
    #expect(reader.name(request.call) == "a")
    #expect(request.place == ScriptPlace(file: "a", line: 7))
    #expect(request.notes == [.dropped(9), .abandoned(9), .returned(9)])
    #expect(request.arguments.count == 14 && request.functions == [3])
    #expect(request.keywords.map(\.name) == ["k"])
    #expect(Array(request.texts[3]) == [0xC3, 0xA4])
  }

  @Test("A frame that ends too early is none, wherever it ends")
  func truncated() throws {
    let frame = Frame.full
    for count in 0..<frame.count {
      #expect(problem(of: Array(frame.prefix(count))) != nil, "\(count) bytes")
    }
  }

  @Test(
    "A count that nothing stands behind costs nothing",
    arguments: ["s", "b", "w", "l", "t", "m"] as [Unicode.Scalar], [1, 1 << 20, .max] as [UInt32])
  func count(tag: Unicode.Scalar, count: UInt32) {
    let frame = Frame.of(argument: Self.tagged(tag, count))
    #expect(problem(of: frame)?.hasPrefix("it ends ") == true)
  }

  static let wrong: [(frame: [UInt8], clause: String)] = [
    (Frame(body: Frame.name + [0]).bytes, "1 bytes are left at its end"),
    (Frame(padding: 1, body: Frame.name).bytes, "the bytes 34 and 35 are not 0"),
    (Frame(call: 0).bytes, "the call has no name"),
    (Frame(call: 2, body: Frame.name).bytes, "the name 2 comes after 0 names"),
    (Frame(call: .max, file: .max).bytes, "the name 65535 comes after 0 names"),
    (
      Frame(notes: 1, body: Frame.name + [4, 0, 0, 0, 0]).bytes, "there is no note of kind 4"
    ),
    (
      Frame(keywords: 1, body: Frame.name + Array("NN".utf8)).bytes, "a keyword's name is no str"
    ),
    (Frame.of(argument: Array("?".utf8)), "there is no value with the tag 63"),
    (Frame.of(argument: tagged("o", 8)), "there is no object of the handle 8"),
    (
      Frame.of(argument: [UInt8]((0..<17).map { _ in tagged("l", 1) }.joined()) + Array("N".utf8)),
      "its values nest more than 16 deep"
    ),
  ]

  @Test("What is wrong with a frame is said in a clause", arguments: wrong)
  func clause(frame: [UInt8], clause: String) { #expect(problem(of: frame) == clause) }

  @Test("A frame of the largest size is read in full, and values that nest too deep are not")
  func largest() {
    let room = WireReader.frameLimit - 64
    let wide = Frame.of(
      argument: Self.tagged("l", UInt32(room)) + [UInt8](repeating: UInt8(ascii: "N"), count: room))
    #expect(problem(of: wide) == nil)
    let nested = (0..<1000).flatMap { _ in Self.tagged("m", .max) }
    #expect(problem(of: Frame.of(argument: nested)) == "its values nest more than 16 deep")
  }

  @Test("What a fuzzer starts from, and what has ever broken something, breaks nothing")
  func corpus() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fuzzing/Corpus/frames")
    let inputs = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    #expect(inputs.count >= 5)
    for input in inputs { readHostileFrame([UInt8](try Data(contentsOf: input))) }
  }

  /// Frames with a few bytes changed, cut out or put in, and pure noise.
  @Test("No frame traps, whatever it holds", arguments: 1...8 as ClosedRange<UInt64>)
  func noise(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let frame = Frame.full
    let tags = Array("NFTidsbwltmofx".utf8)
    var requests = 0
    for _ in 0..<1000 {
      var bytes = frame
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
        case 1: bytes[place] = tags.randomElement(using: &random)!
        case 2: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 3: bytes.removeSubrange(place..<min(place + 3, bytes.count))
        default: bytes.insert(tags.randomElement(using: &random)!, at: place)
        }
      }
      if problem(of: bytes) == nil { requests += 1 }
      let tail = (0..<64).map { _ in
        Bool.random(using: &random)
          ? tags.randomElement(using: &random)! : UInt8.random(in: .min ... .max, using: &random)
      }
      if problem(of: Array(frame.prefix(36)) + tail) == nil { requests += 1 }
    }
    #expect((1..<2000).contains(requests), "\(requests)")
  }
}
