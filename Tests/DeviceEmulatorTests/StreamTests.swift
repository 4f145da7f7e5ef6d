import AudioEngine
import DeviceEmulator
import ModelTable
import ModuleProfiles
import Testing

@Suite("Streams")
struct StreamTests {
  @Test(
    "Callbacks tell start, sizes and total; the bytes are AMR frames without a magic",
    arguments: [8000, 16_000])
  func limited(rate: Int) throws {
    let desk = try Desk()
    try desk.call("Record.amrEncDtx_enable", 0)
    try desk.listen()
    #expect(try desk.call("Record.stream_start", 4, .int(rate), 2) == 0)
    var bytes: [UInt8] = []
    for _ in 0..<20 {
      desk.wait(.milliseconds(100))
      bytes += try desk.read(10_240)
    }
    let events = desk.takeEvents()
    #expect(events.first == message("stream", 0, 0))
    #expect(
      events.dropFirst().dropLast() == Array(repeating: message("stream", 160, 1), count: 20)[...])
    #expect(events.last == message("stream", 3200, 3))
    #expect(bytes.count == 3200)
    #expect(stride(from: 0, to: bytes.count, by: 32).allSatisfy { bytes[$0] == 0x3c })
    #expect(try desk.call("Record.isBusy") == 0)
    let clip = try AudioClip(Array("#!AMR\n".utf8) + bytes, name: "stream")
    #expect(abs(try frequency(clip) - 440) < 2)
  }

  @Test("Without a limit it goes on until it is stopped, and then tells the rest and the total")
  func unlimited() throws {
    let desk = try Desk(.named("EC200U"))
    try desk.listen()
    #expect(try desk.call("Record.stream_start", 4, 8000, 0) == 0)
    desk.wait(.seconds(3))
    #expect(!desk.device.isWorking, "nothing will end by itself")
    #expect(try desk.call("Record.isBusy") == 1)
    desk.wait(.milliseconds(50))
    #expect(desk.takeEvents().count == 31)
    #expect(try desk.call("Record.stream_stop") == 0)
    #expect(desk.takeEvents() == [message("stream", 64, 1), message("stream", 152 * 32, 3)])
  }

  @Test("What waits at the end can be read, then there is no stream any more")
  func afterTheEnd() throws {
    let desk = try Desk(.named("EC200U"))
    try desk.call("Record.stream_start", 4, 8000, 1)
    desk.wait(.seconds(5))
    #expect(try desk.read(1000).count == 1000)
    #expect(try desk.read(1000).count == 600)
    #expect(try desk.call("Record.stream_read", .buffer(count: 10), 10) == -1)
  }

  @Test("A slow reader loses the oldest whole frames, and the loss is counted")
  func overflow() throws {
    let desk = try Desk(.named("EC200U"))
    try desk.call("Record.stream_start", 4, 8000, 0)
    desk.wait(.seconds(1))
    #expect(try desk.read(40).count == 40)
    desk.wait(.seconds(9))
    let bytes = try desk.read(10_240)
    // The 24 bytes left of the frame that was begun, then whole frames.
    #expect(bytes.count == 24 + 319 * 32)
    #expect(stride(from: 24, to: bytes.count, by: 32).allSatisfy { bytes[$0] == 0x3c })
    try desk.call("Record.stream_stop")
    #expect(desk.notices.all.count == 1)
    #expect(desk.notices.all.first?.contains("179 of the oldest frames (5728 bytes)") == true)
  }

  @Test("A new stream begins with an empty ring")
  func anew() throws {
    let desk = try Desk(.named("EC200U"))
    try desk.call("Record.stream_start", 4, 8000, 1)
    desk.wait(.seconds(1))
    try desk.call("Record.stream_start", 4, 8000, 1)
    #expect(try desk.read(10_240) == [])
  }

  @Test("A microphone that goes away ends the stream with -1 and what it gave")
  func lost() throws {
    let desk = try Desk(microphone: ScriptedMicrophone(arrivals: [1600], isLost: true))
    try desk.call("Record.amrEncDtx_enable", 0)
    try desk.listen()
    #expect(try desk.call("Record.stream_start", 4, 8000, 0) == 0)
    desk.wait(.seconds(1))
    #expect(
      desk.takeEvents() == [
        message("stream", 0, 0), message("stream", 320, 1), message("stream", 320, -1),
      ])
    #expect(try desk.read(1000).count == 320)
  }

  @Test("The DTX setting changes the bytes of a stream", arguments: [0, 1])
  func dtx(isOn: Int) throws {
    let desk = try Desk(microphone: SilenceMicrophone())
    try desk.call("Record.amrEncDtx_enable", .int(isOn))
    try desk.call("Record.stream_start", 4, 8000, 2)
    desk.wait(.seconds(2))
    let count = try desk.read(10_240).count
    #expect(isOn == 1 ? count < 1000 : count == 3200)
  }

  @Test("Observed, AMRWB is 61 bytes a frame at either rate", arguments: [8000, 16_000])
  func wide(rate: Int) throws {
    let desk = try Desk(.named("EC600U"), .observed)
    try desk.listen()
    #expect(try desk.call("Record.stream_start", 5, .int(rate), 1) == 0)
    desk.wait(.seconds(1))
    let bytes = try desk.read(10_240)
    #expect(bytes.count == 50 * 61)
    #expect(stride(from: 0, to: bytes.count, by: 61).allSatisfy { bytes[$0] == 0x44 })
    #expect(desk.takeEvents().last == message("stream", 3050, 3))
  }
}

extension Desk {
  fileprivate func read(_ count: Int) throws -> [UInt8] {
    guard
      case .value(let value) = try call("Record.stream_read", .buffer(count: count), .int(count))
    else { return [] }
    return try #require(value.bytes)
  }
}

/// The frequency of a tone, from the times of its first and last upward zero crossing.
private func frequency(_ clip: AudioClip) throws -> Double {
  var samples = [Int16](repeating: 0, count: clip.frameCount)
  var span = samples.mutableSpan
  _ = try clip.read(into: &span)
  let crossings = samples.indices.dropFirst(400)
    .filter { samples[$0 - 1] < 0 && samples[$0] >= 0 }
    .map { Double($0) - Double(samples[$0]) / (Double(samples[$0]) - Double(samples[$0 - 1])) }
  let (first, last) = (try #require(crossings.first), try #require(crossings.last))
  return Double(crossings.count - 1) * Double(clip.frameRate) / (last - first)
}
