import DeviceEmulator
import EmulatedTime
import ModuleProfiles
import QuecPython
import Testing

/// What scripts keep beside the file systems.
@Suite("SecureData")
struct SecureDataTests {
  private func store(
    _ text: String, at index: Int, _ length: Int, on device: DeviceEmulator
  ) throws -> Answer {
    Answer(
      try device.call("SecureData.Store", [.int(index), .bytes(Array(text.utf8)), .int(length)]))
  }

  private func read(_ index: Int, on device: DeviceEmulator) throws -> Answer {
    Answer(try device.call("SecureData.Read", [.int(index), .buffer(count: 2000), 2000]))
  }

  @Test("Each place keeps its own bytes, up to its last one")
  func places() throws {
    let device = try Desk().device
    let sizes = (1...16).map { $0 < 9 ? 52 : $0 < 13 ? 100 : $0 < 15 ? 500 : 1000 }
    for (index, size) in zip(1..., sizes) {
      let text = String(repeating: String(index % 10), count: size)
      #expect(try store(text + "x", at: index, size + 1, on: device) == -1)
      #expect(try read(index, on: device) == -2)
      #expect(try store(text, at: index, 5000, on: device) == 0)
    }
    for (index, size) in zip(1..., sizes) {
      let bytes = Array(String(repeating: String(index % 10), count: size).utf8)
      #expect(try read(index, on: device) == .value(.filled(bytes)))
    }
  }

  @Test("What was stored outlasts a restart, and another module on the same flash finds it")
  func lasting() throws {
    let kept = Log<[UInt8]>()
    let device = try DeviceEmulator(
      profile: .named("EC600N"), secureArea: SecureArea { bytes in kept.append(bytes) })
    #expect(try store("hello", at: 3, 5, on: device) == 0)
    device.restart()
    #expect(try read(3, on: device) == .value(.filled(Array("hello".utf8))))
    let other = try DeviceEmulator(
      profile: .named("EC600N"), secureArea: SecureArea(try #require(kept.all.last)))
    #expect(try read(3, on: other) == .value(.filled(Array("hello".utf8))))
    #expect(try read(4, on: other) == -2)
  }
}
