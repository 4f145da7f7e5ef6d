import BundledProfiles
import Foundation
import ModuleProfiles
import Testing

/// The published schema is checked by a validator that is not ours: Python's jsonschema.
@Suite struct ProfileSchemaTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Validates files against the schema; returns those that it refuses.
  private func refused(_ files: [String]) throws -> Set<String> {
    let script = """
      import json, sys, jsonschema
      schema = json.load(open(sys.argv[1]))
      jsonschema.Draft202012Validator.check_schema(schema)
      validator = jsonschema.Draft202012Validator(schema)
      for path in sys.argv[2:]:
          if not validator.is_valid(json.load(open(path))):
              print(path)
      """
    let words =
      [try folder.write("validate.py", script), TemporaryFolder.profiles + "/profile.schema.json"]
      + files
    // Not Foundation's Process: it leaks, and the leak sanitizer would count that against us.
    let child = try #require(
      popen("python3 " + words.map { "'\($0)'" }.joined(separator: " "), "r"))
    var output: [UInt8] = []
    while case let byte = fgetc(child), byte != EOF { output.append(UInt8(byte)) }
    try #require(pclose(child) == 0, "needs python3 with python3-jsonschema")
    let text = String(decoding: output, as: UTF8.self)
    return Set(text.split(separator: "\n").map(String.init))
  }

  private func write(_ profiles: [BadProfile]) throws -> [String] {
    try profiles.enumerated().map { try folder.write("P\($0).json", $1.text) }
  }

  @Test("The compiled-in profiles are the files of the folder, byte for byte")
  func index() throws {
    let models = TemporaryFolder.profiles + "/models"
    let files = try FileManager.default.contentsOfDirectory(atPath: models).sorted()
    #expect(bundledProfiles.map { "\($0.key).json" }.sorted() == files)
    for (name, bytes) in bundledProfiles {
      let data = try Data(contentsOf: URL(fileURLWithPath: "\(models)/\(name).json"))
      #expect(Array(data) == bytes, "\(name)")
    }
  }

  @Test("The documentation names every key")
  func documentation() throws {
    let page = try String(
      contentsOfFile: TemporaryFolder.repository + "/Docs/profiles.md", encoding: .utf8)
    for fact in try ProfileLibrary().profile(named: "EC600N").statements {
      let key = fact.path.split(separator: ".").last ?? ""
      #expect(page.contains(".\(key)`") || page.contains("`\(key)`"), "\(fact.path)")
    }
  }

  @Test("The schema accepts every bundled profile")
  func acceptsBundled() throws {
    let files = bundledProfiles.map { "\(TemporaryFolder.profiles)/models/\($0.key).json" }
    #expect(try refused(files) == [])
  }

  @Test("The schema refuses every structural mistake that the lint refuses")
  func refusesMistakes() throws {
    let files = try write(BadProfile.structural)
    let refused = try refused(files)
    for (file, profile) in zip(files, BadProfile.structural) {
      #expect(refused.contains(file), "\(profile.members)")
    }
  }

  @Test("The schema accepts what only the lint can refuse")
  func acceptsSemanticMistakes() throws {
    #expect(try refused(write(BadProfile.semantic)) == [])
  }

  @Test("The schema knows every key, method and word that the lint knows, at its limits")
  func acceptsEverything() throws {
    let treatments = [
      #""works""#, #""missing""#, #"{"answers": -32768}"#, #"{"answers": 1, "why": "x"}"#,
      #"{"missing": true, "why": "x"}"#, #"{"missing": true}"#,
    ]
    let methods = ["Record.start", "Record.__del__", "TTS.init", "net.getState", "Pin.read"]
      .enumerated().map { #""\#($1)": \#(treatments[$0 % treatments.count])"# }
    let path = try folder.write(
      "P.json",
      """
      {
        "$schema": "x", "name": "P", "abstract": false, "extends": "EC600N", "aliases": ["A-b_9"],
        "series": "x", "platform": "\(String(repeating: "é", count: 200))", "notes": ["x", "y"],
        "record": {"channels": ["earpiece", "headphone", "speaker"], "gain": true, "amrDTX": true,
          "stream": {"start": true, "read": true}, "sizeCountsHeader": true},
        "methods": {\(methods.joined(separator: ", "))},
        "dialect": "1.13",
        "timing": {"stepNanoseconds": 1, "callNanoseconds": 1000000000},
        "limits": {"scriptHeapBytes": 16384, "bootHeapBytes": 0, "systemHeapBytes": 268435456,
          "timers": 1024, "eventQueue": 1, "threads": 256,
          "openFiles": 1024},
        "volumes": {
          "usr": {"fileSystem": "littlefs2", "blockSize": 128, "blockCount": 4, "readOnly": true},
          "bak": {"fileSystem": "littlefs1", "blockSize": 65536, "blockCount": 1048576,
            "readOnly": false}},
        "identity": {"firmware": "x", "imeiPattern": "###############", "sysname": "x",
          "nodename": "x", "release": "x", "version": "x", "machine": "x", "qpyver": "x"},
        "sources": {
          "series": {"provenance": "documented", "source": "x"},
          "platform": {"provenance": "observed", "source": "x"},
          "dialect": {"provenance": "observed", "source": "x"},
          "timing": {"provenance": "ruled", "source": "x"},
          "notes": {"provenance": "ruled", "source": "x"},
          "record": {"provenance": "unknown", "source": "x"},
          "methods": {"provenance": "unknown", "source": "x"},
          "limits": {"provenance": "unknown", "source": "x"},
          "volumes": {"provenance": "unknown", "source": "x"},
          "identity": {"provenance": "unknown", "source": "x"}
        }
      }
      """)
    #expect(try refused([path]) == [])
    #expect(try ProfileLibrary().lint(file: path).map(\.description) == [])
  }
}
