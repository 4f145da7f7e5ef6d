import DeviceEmulator
import Foundation
import QuecPython
import Testing

/// What belongs to a vendor stands in the vendor's folders.
struct VendorWordTests {
  private static let sources = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Sources")

  @Test(
    "No code below the vendor folders names the vendor, its models, or its modules and classes",
    arguments: ["DeviceEmulator", "AudioEngine", "EmulatedTime", "ALSABackend"])
  func words(target: String) throws {
    let modules = VendorModules.quecPython
    // These words mean the same in any device.
    let common: Set = ["audio", "log", "machine", "modem", "net", "queue", "sim", "Audio", "Power"]
    let names = Set(modules.all.map(\.name) + modules.parts.map(\.name)).subtracting(common)
    let vendor = try Regex("Quec|EC[0-9]{3}|EG[0-9]{3}|\\b(\(names.joined(separator: "|")))\\b")
    let files = try #require(
      FileManager.default.enumerator(
        at: Self.sources.appending(path: target), includingPropertiesForKeys: nil))
    var count = 0
    for case let file as URL in files where file.pathExtension == "swift" {
      count += 1
      for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
        let code = line.prefix(upTo: line.firstRange(of: "//")?.lowerBound ?? line.endIndex)
        #expect(code.firstMatch(of: vendor) == nil, "\(file.lastPathComponent): \(line)")
      }
    }
    #expect(count > 5)
  }
}
