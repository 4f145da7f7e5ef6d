import AudioEngine
import DeviceEmulator
import EmulatedTime
import FlashStorage
import ModuleProfiles
import QuecPython
import Testing

@Suite("A module that is restarted")
struct RestartTests {
  let clock = VirtualClock()
  let device: DeviceEmulator

  init() throws {
    device = try DeviceEmulator(
      profile: .named("EC600N"), microphone: ToneMicrophone(hertz: 440), clock: clock)
  }

  private func answer(_ method: DeviceMethod, _ arguments: [GuestValue]) throws -> GuestValue? {
    let object = method.rawValue.hasSuffix("init") ? nil : PeripheralID(0)
    return try? device.call(method, on: object, arguments).get()
  }

  @Test("Volumes, call-backs, timers, pins and objects are as at power-on; the flash and time stay")
  func powerOn() throws {
    _ = try answer("Audio.init", [.int(0)])
    _ = try answer("Audio.setVolume", [.int(11)])
    _ = try answer("Audio.setCallback", [.function(7)])
    _ = try answer("TTS.init", [.int(0)])
    _ = try answer("TTS.setCallback", [.function(8)])
    _ = try answer("TTS.play", [.int(1), .int(0), .int(2), .string("hello")])
    _ = try answer("Record.init", [.int(0)])
    _ = try answer("Record.start", [.string("a.wav"), .int(10)])
    for _ in 0..<20 { _ = device.startTimer(period: .seconds(1), isPeriodic: true, function: 9) }
    _ = try answer("Pin.init", [5, 1, 0, 1])
    #expect(device.pins.level(5))
    device.pins.drive(6, true)
    clock.advance(by: .seconds(2))

    device.restart()

    #expect(!device.hasEvent && !device.isWorking)
    #expect(!device.pins.level(5) && device.pins.level(6))
    #expect(clock.now == .seconds(2))
    #expect(try answer("Power.powerOnReason", []) == 2)
    #expect(try device.files.status(of: "/usr/a.wav").size == 32_044)
    #expect(device.startTimer(period: .seconds(1), isPeriodic: false, function: 1) != nil)
    #expect(try answer("Audio.getVolume", []) == nil, "there is no object any more")
    _ = try answer("Audio.init", [.int(0)])
    #expect(try answer("Audio.getVolume", []) == .int(7))
    _ = try answer("TTS.init", [.int(0)])
    #expect(try answer("TTS.play", [.int(1), .int(0), .int(2), .string("hello")]) == .int(0))
    clock.advance(by: .seconds(5))
    #expect(device.nextEvent()?.function == 1)
    #expect(device.nextEvent() == nil, "nobody has set a call-back")
  }
}
