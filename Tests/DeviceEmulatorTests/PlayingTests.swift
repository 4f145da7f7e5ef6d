import AudioEngine
import DeviceEmulator
import EmulatedTime
import ModelTable
import ModuleProfiles
import QuecPython
import Testing

@Suite("Playing and speaking")
struct PlayingTests {
  private static let audio = GuestValue.function(1)
  private static let speech = GuestValue.function(2)

  private func desk(
    _ loudspeaker: any AudioOutput = NullOutput(), voice: any Voice = TimedSilence(),
    model: String = "EC600U", policy: Policy = .documented
  ) throws -> Desk {
    let desk = try Desk(.named(model), policy, loudspeaker: loudspeaker, voice: voice)
    #expect(try desk.call("Audio.setCallback", Self.audio) == 0)
    #expect(try desk.call("TTS.setCallback", Self.speech) == 0)
    for (name, seconds) in [("1.wav", 1.0), ("2.wav", 2.0), ("half.wav", 0.53)] {
      try desk.write(sound(seconds: seconds), to: "/usr/" + name)
    }
    return desk
  }

  @Test("A file plays for its length, then says 7")
  func length() throws {
    let desk = try desk()
    #expect(try desk.call("Audio.play", 0, 0, "U:/half.wav") == 0)
    #expect(desk.takeEvents() == [0])
    #expect(desk.device.isWorking)
    desk.wait(.milliseconds(529))
    #expect(try desk.call("Record.getSize", "half.wav") == -3, "what plays is in use")
    #expect(try desk.call("Record.Delete", "half.wav") == -2)
    desk.wait(.milliseconds(1))
    #expect(desk.takeEvents() == [7])
    #expect(try desk.call("Record.Delete", "half.wav") == 0)
    #expect(!desk.device.isWorking)
  }

  @Test("What waits plays by priority, then in order")
  func queue() throws {
    let desk = try desk()
    for (priority, name) in [(2, "1"), (0, "2"), (4, "1"), (0, "half"), (4, "2")] {
      try desk.call("Audio.play", .int(priority), 0, .string("U:/\(name).wav"))
    }
    _ = desk.takeEvents()
    var ends: [Duration] = []
    for step in 1...700 {
      desk.wait(.milliseconds(10))
      if desk.takeEvents().first == 7 { ends.append(.milliseconds(10 * step)) }
    }
    #expect(ends == [.seconds(1), .seconds(2), .seconds(4), .seconds(6), .milliseconds(6530)])
  }

  @Test("An interrupted file says 7, an interrupted text 3, and what interrupts begins at once")
  func interruption() throws {
    let desk = try desk()
    #expect(try desk.call("Audio.play", 2, 1, "U:/2.wav") == 0)
    #expect(try desk.call("TTS.play", 3, 1, 2, "hello") == 0)
    #expect(try desk.call("Record.Delete", "2.wav") == 0, "it is in use no more")
    #expect(try desk.call("Audio.play", 3, 0, "U:/1.wav") == 0)
    #expect(desk.takeEvents() == [0, 7, 2, 3, 0])
    desk.wait(.seconds(5))
    #expect(desk.takeEvents() == [7])
  }

  @Test("stop ends what its own class plays and the next begins; stopAll ends everything")
  func stop() throws {
    let desk = try desk()
    try desk.call("Audio.play", 0, 0, "U:/1.wav")
    try desk.call("TTS.play", 0, 0, 2, "hello")
    try desk.call("Audio.play", 0, 0, "U:/2.wav")
    #expect(desk.takeEvents() == [0])
    #expect(try desk.call("Audio.stop") == 0)
    #expect(try desk.call("TTS.getState") == -1)
    #expect(desk.takeEvents() == [7, 2])
    #expect(try desk.call("Audio.stop") == 0)
    #expect(try desk.call("TTS.getState") == -1, "the text is not of its class")
    #expect(try desk.call("Audio.stopAll") == 0)
    #expect(desk.takeEvents() == [3])
    desk.wait(.seconds(5))
    #expect(!desk.device.isWorking && desk.takeEvents().isEmpty)
  }

  @Test("Each priority has ten places of its own, both classes share them")
  func places() throws {
    let desk = try desk()
    try desk.call("Audio.play", 0, 0, "U:/1.wav")
    for priority in 0...4 {
      for _ in 0..<5 {
        #expect(try desk.call("Audio.play", .int(priority), 0, "U:/1.wav") == 1)
        #expect(try desk.say(priority, 0) == 1)
      }
      #expect(try desk.call("Audio.play", .int(priority), 0, "U:/1.wav") == -2)
      #expect(try desk.say(priority, 1) == -2)
    }
    try desk.call("Audio.stop")
    #expect(try desk.say(4, 0) == 1, "one of them plays now")
  }

  @Test("A text says 2 at its start and 4 at its end, and lasts longer when spoken slowly")
  func speed() throws {
    let desk = try desk()
    var lengths: [Int] = []
    for speed in [0, 4, 9] {
      try desk.call("TTS.setSpeed", .int(speed))
      #expect(try desk.say(0, 0, "twenty characters ok") == 0)
      #expect(desk.takeEvents() == [2])
      var length = 0
      while try desk.call("TTS.getState") == -1 {
        desk.wait(.milliseconds(10))
        length += 10
      }
      #expect(desk.takeEvents() == [4])
      lengths.append(length)
    }
    #expect(lengths == [7000, 1400, 700])
  }

  @Test(
    "A voice hears the text as it was meant, in every encoding",
    arguments: [
      (1, .string("4F60597D")), (2, "你好"), (3, .string("604f7d59")),
      (2, .bytearray(Array("你好".utf8))), (0x81, .bytes(Array("4f60597d".utf8))),
    ] as [(Int, GuestValue)])
  func encodings(mode: Int, text: GuestValue) throws {
    for policy in Policy.allCases {
      let voice = NotingVoice()
      let desk = try desk(voice: voice, policy: policy)
      #expect(try desk.call("TTS.play", 0, 0, .int(mode), text) == 0)
      #expect(voice.texts.all == ["你好"])
    }
  }

  @Test("Under observed what is no text is taken, and nothing is spoken")
  func noText() throws {
    let voice = NotingVoice()
    let desk = try desk(voice: voice, policy: .observed)
    for text in [.bytes([0xff]), ""] as [GuestValue] {
      #expect(try desk.call("TTS.play", 0, 0, 2, text) == 0)
      desk.wait(.zero)
      #expect(desk.takeEvents() == [2, 4])
    }
    #expect(voice.texts.all == [])
  }

  @Test("A text is spoken at the speed of the moment it begins")
  func laterSpeed() throws {
    let desk = try desk()
    #expect(try desk.call("Audio.play", 0, 0, "U:/1.wav") == 0)
    #expect(try desk.say(0, 0) == 1)
    try desk.call("TTS.setSpeed", 9)
    desk.wait(.seconds(1))
    _ = desk.takeEvents()
    desk.wait(.milliseconds(174))
    #expect(desk.takeEvents() == [])
    desk.wait(.milliseconds(1))
    #expect(desk.takeEvents() == [4])
  }

  @Test("A file that has gone before its turn is passed over", arguments: Policy.allCases)
  func gone(policy: Policy) throws {
    let desk = try desk(policy: policy)
    try desk.call("Audio.play", 0, 0, "U:/1.wav")
    try desk.call("Audio.play", 4, 0, "U:/half.wav")
    try desk.call("Audio.play", 0, 0, "U:/2.wav")
    #expect(try desk.call("Record.Delete", "half.wav") == 0)
    desk.wait(.seconds(1))
    #expect(desk.takeEvents() == [0, 7, 0])
    let whilePlaying: Answer = policy == .documented ? -2 : 0
    #expect(try desk.call("Record.Delete", "2.wav") == whilePlaying)
  }

  @Test(
    "Under observed those that interrupt wait for the end of what plays, each compared with that")
  func interrupts() throws {
    let desk = try desk(model: "EC600N", policy: .observed)
    let lengths = ["d": 0.1, "e": 0.2, "f": 0.3, "g": 0.4]
    for (name, seconds) in lengths {
      try desk.write(sound(seconds: seconds), to: "/usr/\(name).wav")
    }
    #expect(try desk.call("Audio.play", 2, 1, "U:/2.wav") == 0)
    for (name, priority, breakin) in [("d", 2, 1), ("e", 2, 0), ("f", 2, 0), ("g", 3, 0)] {
      let path = GuestValue.string("U:/\(name).wav")
      #expect(try desk.call("Audio.play", .int(priority), .int(breakin), path) == 0)
    }
    #expect(desk.takeEvents() == [0], "nothing else has begun")
    desk.wait(.milliseconds(20))
    #expect(desk.takeEvents() == [7, 0])
    // The one of priority 3, then the one that took the place of the first, then the last.
    for milliseconds in [400, 200] {
      desk.wait(.milliseconds(milliseconds - 1))
      #expect(desk.takeEvents() == [])
      desk.wait(.milliseconds(1))
      #expect(desk.takeEvents() == [7, 0])
    }
    desk.wait(.milliseconds(300))
    #expect(desk.takeEvents() == [7])
    #expect(!desk.device.isWorking)
  }

  @Test("Under observed a stopped player is free once it has reported its end: 7, or 3 and then 4")
  func stopping() throws {
    let desk = try desk(model: "EC600N", policy: .observed)
    #expect(try desk.call("Audio.play", 0, 0, "U:/1.wav") == 0)
    #expect(try desk.call("Audio.stop") == 0)
    #expect(try desk.call("Audio.stop") == 0)
    #expect(desk.takeEvents() == [0])
    desk.wait(.milliseconds(20))
    #expect(desk.takeEvents() == [7])
    #expect(try desk.say(0, 0) == 0)
    #expect(try desk.call("TTS.stop") == 0)
    #expect(desk.takeEvents() == [2, 3])
    #expect(try desk.say(0, 0) == 1)
    desk.wait(.milliseconds(20))
    #expect(desk.takeEvents() == [4, 2])
  }

  @Test(
    "stopAll of either class empties all queues; under observed what the other class plays goes on")
  func stopAll() throws {
    for policy in Policy.allCases {
      let desk = try desk(model: "EC600N", policy: policy)
      try desk.call("Audio.play", 0, 1, "U:/1.wav")
      #expect(try desk.call("Audio.play", 0, 0, "U:/1.wav") == 0, "it interrupts")
      desk.wait(.milliseconds(20))
      #expect(try desk.say(4, 0) == 1)
      _ = desk.takeEvents()
      #expect(try desk.call("TTS.stopAll") == 0)
      #expect(desk.takeEvents() == (policy == .documented ? [7] : []))
      desk.wait(.seconds(2))
      #expect(desk.takeEvents() == (policy == .documented ? [] : [7]))
      #expect(!desk.device.isWorking)
    }
  }

  @Test("The observed queue of Unisoc 8910 never speaks a text that waited, and plays nothing more")
  func lostText() throws {
    let desk = try desk(policy: .observed)
    #expect(try desk.call("Audio.play", 0, 0, "U:/half.wav") == 0)
    #expect(try desk.say(1, 1) == 1)
    desk.wait(.seconds(1))
    #expect(desk.takeEvents() == [0, 7])
    #expect(try desk.call("TTS.getState") == 0)
    #expect(try desk.call("Audio.play", 0, 0, "U:/1.wav") == 1)
    #expect(try desk.call("Audio.play", 4, 0, "U:/1.wav") == 0, "as if it interrupted")
    try desk.call("Audio.stopAll")
    #expect(try desk.call("Audio.play", 4, 0, "U:/1.wav") == 1)
    desk.wait(.seconds(5))
    #expect(desk.takeEvents() == [] && !desk.device.isWorking)
    desk.device.restart()
    #expect(try Answer(desk.device.call("Audio.init", [0])) == .object(0))
    #expect(try desk.call("Audio.play", 0, 0, "U:/1.wav") == 0)
  }

  @Test(
    "An observed text that is interrupted is cut off on ASR, and spoken to its end on Unisoc 8910")
  func interruptedText() throws {
    for (model, events) in [("EC600N", [2, 3, 4, 0]), ("EC600U", [2])] as [(String, [GuestValue])] {
      let desk = try desk(model: model, policy: .observed)
      #expect(try desk.say(2, 1) == 0)
      #expect(try desk.call("Audio.play", 2, 0, "U:/1.wav") == 0)
      desk.wait(.milliseconds(30))
      #expect(desk.takeEvents() == events, "\(model)")
    }
  }

  @Test(
    "The amplifier is on before the first sound and off after the last", arguments: Policy.allCases)
  func amplifier(policy: Policy) throws {
    let desk = try desk(model: "EC600N", policy: policy)
    #expect(try desk.call("Audio.setSpeakerpaCallback", .function(3)) == 0)
    try desk.call("Audio.play", 0, 0, "U:/half.wav")
    #expect(try desk.say(0, 0) == 1)
    desk.wait(.seconds(5))
    // 0, 7, 2 and 4 are the players' own.
    #expect(desk.takeEvents() == [1, 0, 7, 2, 4, 0])
  }

  @Test("Under observed constructing again keeps callback and volume, and sets the speed back")
  func constructedAgain() throws {
    let desk = try desk(policy: .observed)
    try desk.call("TTS.setVolume", 9)
    try desk.call("Audio.setVolume", 2)
    try desk.call("TTS.setSpeed", 9)
    #expect(try desk.construct("TTS", [1]) == .object(0))
    #expect(try desk.construct("Audio", [1]) == .object(1))
    #expect(try desk.construct("Audio", [0]) == .object(0))
    #expect(try desk.call("TTS.getVolume") == 9)
    #expect(try desk.call("Audio.getVolume") == 2)
    #expect(try desk.call("TTS.getSpeed") == 4)
    #expect(try desk.say(0, 0) == 0)
    #expect(desk.takeEvents() == [2])
  }

  @Test("The output file holds what was played, at the volume of the moment")
  func output() throws {
    let output = NotingOutput()
    let desk = try desk(output)
    try desk.call("Audio.setVolume", 11)
    try desk.call("Audio.play", 0, 0, "U:/1.wav")
    desk.wait(.milliseconds(500))
    try desk.call("Audio.setVolume", 9)
    desk.wait(.seconds(1))
    #expect(output.frames.count == 8000)
    // Pieces of 100 ms are played at 0, 100, … 500 ms.
    #expect(output.frames[..<4800].allSatisfy { $0 == 1000 })
    #expect(output.frames[4800...].allSatisfy { $0 == 501 })
    try desk.call("Audio.setVolume", 0)
    try desk.call("Audio.play", 0, 0, "U:/1.wav")
    desk.wait(.seconds(1))
    #expect(output.frames.count == 16_000)
    #expect(output.frames[8000...].allSatisfy { $0 == 0 })
    #expect(!output.isFinished)
    desk.device.powerDown()
    #expect(output.isFinished)
  }

  @Test("A file output is a WAV of what was played")
  func file() throws {
    let folder = try TemporaryFolder()
    let desk = try desk(try FileOutput(path: folder.path("out.wav")))
    try desk.write(sound(seconds: 1, frameRate: 16_000), to: "/usr/w.wav")
    try desk.call("Audio.setVolume", 11)
    try desk.call("Audio.play", 0, 0, "U:/w.wav")
    try desk.call("Audio.play", 0, 0, "U:/1.wav")
    desk.wait(.seconds(3))
    desk.device.powerDown()
    let bytes = try folder.contents("out.wav")
    #expect(number(bytes, at: 24) == 16_000)
    let frames = samples(bytes)
    #expect(frames.count == 32_000)
    #expect(frames[..<16_000].allSatisfy { $0 == 1000 })
    #expect(frames[17_000..<31_000].allSatisfy { abs($0 - 1000) < 5 })
  }

  @Test("An output that fails is reported once, and playing goes on in time")
  func brokenOutput() throws {
    let output = NotingOutput(limit: 800)
    let desk = try desk(output)
    try desk.call("Audio.play", 0, 0, "U:/1.wav")
    desk.wait(.seconds(1))
    #expect(desk.takeEvents() == [0, 7])
    #expect(
      desk.device.hostFailure?.message == "what the script plays cannot be heard: it is unplugged")
    #expect(output.frames.count == 800)
  }

  @Test("A recording can be played, and a refused callback changes nothing")
  func recording() throws {
    let output = NotingOutput()
    let desk = try desk(output)
    _ = try desk.record("a.amr", seconds: 1)
    #expect(try desk.call("Audio.setCallback", 5) == -1)
    #expect(try desk.call("Audio.play", 0, 0, "/usr/a.amr") == 0)
    desk.wait(.seconds(1))
    #expect(desk.takeEvents() == [0, 7])
    #expect(output.frames.count == 8000)
  }
}

/// Remembers what it was to say.
private struct NotingVoice: Voice {
  let texts = Log<String>()

  func speak(_ text: String, speed: Int) -> AudioClip? {
    texts.append(text)
    return nil
  }
}

/// Remembers what was played, and may fail after so many frames.
private final class NotingOutput: AudioOutput {
  private(set) var frames: [Int16] = []
  private(set) var isFinished = false
  private let limit: Int

  init(limit: Int = .max) { self.limit = limit }

  func play(_ frames: Span<Int16>, frameRate: Int) throws(AudioError) {
    guard self.frames.count < limit else { throw .lost("it is unplugged") }
    for index in frames.indices { self.frames.append(frames[index]) }
  }

  func finish() { isFinished = true }
}
