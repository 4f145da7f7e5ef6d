import FlashFuzzing
import Foundation
import Testing

/// Runs again what a fuzzer has started from, and what has ever broken something (Scripts/fuzz).
struct FuzzCorpusTests {
  private static func inputs(_ kind: String) throws -> [String] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fuzzing/Corpus/\(kind)")
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      .map { folder.appendingPathComponent($0).path }
  }

  private func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  @Test("No image traps, loops or takes all memory", arguments: try inputs("images"))
  func image(path: String) throws { useHostileImage(try bytes(path)) }

  @Test("Names of an image never lead out of the folder", arguments: try inputs("names"))
  func names(path: String) throws { #expect(useHostileNames(try bytes(path)) == nil) }

  @Test("Operations do what they do to a model", arguments: try inputs("operations"))
  func operations(path: String) throws { #expect(runOperations(try bytes(path)) == nil) }

  @Test("The corpus is found")
  func found() throws {
    #expect(try Self.inputs("images").count >= 18)
    #expect(try Self.inputs("names").count >= 10)
    #expect(try Self.inputs("operations").count >= 10)
  }
}
