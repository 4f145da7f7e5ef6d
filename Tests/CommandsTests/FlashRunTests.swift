import DeviceEmulator
import FlashStorage
import Foundation
import GuestRuntime
import Testing

@testable import Commands

@Suite("Runs on a flash image")
struct FlashRunTests {
  let bench: Workbench

  init() throws { bench = try Workbench() }

  private let reading = """
    import uos
    print(sorted(uos.listdir('/usr')), uos.statvfs('/usr')[2], uos.listdir('/bak'))
    """

  @Test("An image keeps /usr from one run to the next, and is the module's flash byte for byte")
  func image() async throws {
    let image = bench.path("usr.img")
    let first = try await bench.run(script: recordOneSecond, ["--flash", image])
    #expect(first.code == 0)
    #expect(HostFile.size(of: image) == 255 * 4096)
    #expect(bench.exists("usr.img.wear"))
    let second = try await bench.run(script: reading, ["--flash", image])
    #expect(second.output == "['a.wav', 'script.py', 'system_config.json'] 255 []\n")
    #expect(second.errors.contains("flash \(image), seed 1"))
    let copy = try await bench.run(["flash", "get", image, "/a.wav", bench.path("a.wav")])
    #expect(copy.code == 0, "\(copy.errors)")
    #expect(try WAV(bench.bytes("a.wav")).frames.count == 8000)
    #expect(try await bench.run(["flash", "fsck", image]).code == 0)
  }

  @Test("A flash that is full goes without the settings that the boot would write")
  func full() async throws {
    let image = bench.path("usr.img")
    let filling = """
      import uos
      uos.remove('/usr/system_config.json')
      number = 0
      try:
          while True:
              with open('/usr/' + str(number), 'wb') as file:
                  file.write(bytes(4096))
              number += 1
      except OSError:
          uos.remove('/usr/0')
      """
    let model = ["--profile", "EC200U", "--audio-in", "silence", "--flash", image]
    let first = try await bench.run(script: filling, model)
    #expect(first.code == 0, "\(first.errors)")
    // It takes the last block.
    let path = try bench.write(
      "import uos\nprint('system_config.json' in uos.listdir('/usr'), uos.statvfs('/usr')[3])",
      to: "other.py")
    #expect(try await bench.run(["run", path] + model).output == "False 0\n")
    #expect(try await bench.run(["flash", "fsck", image]).code == 0)
  }

  @Test("The boot leaves faults to the script, but one of its own file")
  func faults() async throws {
    let script = """
      import uos
      print('system_config.json' in uos.listdir('/usr'))
      try:
          with open('/usr/a', 'w') as file:
              file.write('text')
      except OSError as error:
          print(error.args[0])
      """
    let fault = "what=write when=call:1 times=once"
    #expect(try await bench.run(script: script, ["--fault", fault]).output == "True\n5\n")
    let own = fault + " file=/usr/system_config.json"
    #expect(try await bench.run(script: script, ["--fault", own]).output == "False\n")
  }

  @Test("Both volumes can have an image, named by the environment or qpyemu.json too")
  func both() async throws {
    try bench.write(#"{"flash": "usr=a.img,bak=b.img"}"#, to: "qpyemu.json")
    let image = bench.path("b.img")
    _ = try await bench.run(["flash", "new", image, "--profile", "EC600N", "--volume", "bak"])
    let file = try bench.write("kept", to: "backup.txt")
    #expect(try await bench.run(["flash", "put", image, file, "/"]).code == 0)
    let ending = try await bench.run(script: reading)
    #expect(ending.output == "['script.py', 'system_config.json'] 255 ['backup.txt']\n")
    #expect(ending.errors.contains("flash usr=\(bench.path("a.img")),bak=\(image)"))
    let path = try bench.write(reading, to: "other.py")
    let other = try await bench.run(
      ["run", path, "--profile", "EC600N", "--audio-in", "silence"],
      variables: ["QPYEMU_FLASH": bench.path("c.img")])
    #expect(other.output == "['other.py', 'system_config.json'] 255 []\n")
  }

  /// Something that no EC600N can mount as its `/usr`.
  enum Foreign: CaseIterable, Sendable {
    case text, otherVersion, otherSize, damaged, otherModel

    func make(on bench: Workbench) async throws {
      let image = bench.path("usr.img")
      func new(_ words: String...) async throws {
        #expect(try await bench.run(["flash", "new", image] + words).code == 0)
      }
      switch self {
      case .text: try bench.write(String(repeating: "text", count: 255 * 1024), to: "usr.img")
      case .otherVersion: try await new("--profile", "EC600N", "--fs", "littlefs2")
      case .otherSize: try bench.write([UInt8](repeating: 1, count: 5000), to: "usr.img")
      case .otherModel: try await new("--profile", "EC200U")
      case .damaged:
        try await new("--profile", "EC600N")
        var bytes = try #require(HostFile.start(of: image, count: 1 << 21))
        for block in 0..<4 { bytes[4096 * block + 20] ^= 1 }
        try bench.write(bytes, to: "usr.img")
      }
    }

    var sentence: String {
      switch self {
      case .text: "there is no littlefs"
      case .otherVersion: "it holds littlefs 2.1, and the model mounts littlefs 1"
      case .otherSize: "has 5000 bytes, not the 1044480 of 255 blocks of 4096 bytes"
      case .otherModel: "has 380928 bytes, not the 1044480 of 255 blocks of 4096 bytes"
      case .damaged: "neither block"
      }
    }

    /// Whether the file could be a flash of the module at all.
    var hasItsSize: Bool { self != .otherSize && self != .otherModel }
  }

  @Test(
    "What cannot be mounted is told with 65 and left as it is; observed, it is formatted as modules do",
    arguments: Foreign.allCases)
  func foreign(_ foreign: Foreign) async throws {
    try await foreign.make(on: bench)
    let image = bench.path("usr.img")
    let before = HostFile.start(of: image, count: 1 << 21)
    let documented = try await bench.run(script: reading, ["--flash", image])
    #expect(documented.code == 65)
    #expect(documented.errors.contains(foreign.sentence), "\(documented.errors)")
    #expect(documented.errors.split(separator: "\n").count == 1)
    #expect(HostFile.start(of: image, count: 1 << 21) == before)

    let observed = try await bench.run(script: reading, ["--flash", image, "--policy", "observed"])
    if foreign.hasItsSize {
      #expect(observed.output == "['script.py', 'system_config.json'] 255 []\n")
      #expect(
        observed.errors.contains("\(image) could not be mounted and was formatted, as modules do"))
    } else {
      #expect(observed.code == 65)
      #expect(HostFile.start(of: image, count: 1 << 21) == before)
    }
  }

  @Test(
    "The image of a larger model is told with both sizes and left as it is, also if its files would fit",
    arguments: ["documented", "observed"])
  func larger(policy: String) async throws {
    let image = bench.path("usr.img")
    #expect(try await bench.run(["flash", "new", image, "--profile", "EC600N"]).code == 0)
    let before = HostFile.start(of: image, count: 1 << 21)
    let ending = try await bench.run(
      script: reading, ["--flash", image, "--profile", "EC200U", "--policy", policy])
    #expect(ending.code == 65)
    #expect(
      ending.errors.contains("has 1044480 bytes, not the 380928 of 93 blocks of 4096 bytes"),
      "\(ending.errors)")
    #expect(HostFile.start(of: image, count: 1 << 21) == before)
  }

  @Test("A dump of the whole partition, one block longer than what is mounted, is mounted")
  func dump() async throws {
    let image = bench.path("usr.img")
    #expect(try await bench.run(["flash", "new", image, "--profile", "EC600N"]).code == 0)
    let bytes = try #require(HostFile.start(of: image, count: 1 << 21))
    try FileManager.default.removeItem(atPath: image + ".wear")
    try bench.write(bytes + [UInt8](repeating: 0xFF, count: 4096), to: "usr.img")
    let ending = try await bench.run(script: reading, ["--flash", image])
    #expect(ending.output == "['script.py', 'system_config.json'] 255 []\n")
    #expect(try await bench.run(["flash", "fsck", image]).code == 0)
  }

  @Test("A factory image of the whole partition is mounted with one block less, as on modules")
  func factoryImage() async throws {
    let image = bench.path("usr.img")
    let size = String(256 * 4096)
    #expect(
      try await bench.run(["flash", "new", image, "--profile", "EC600N", "--size", size]).code == 0)
    let ending = try await bench.run(script: reading, ["--flash", image])
    #expect(ending.output == "['script.py', 'system_config.json'] 255 []\n")
  }

  @Test("An image is one emulator's at a time")
  func locked() async throws {
    let image = bench.path("usr.img")
    #expect(try await bench.run(["flash", "new", image, "--profile", "EC600N"]).code == 0)
    var holder: FlashImage? = try FlashImage(image, FlashGeometry(blockCount: 255), create: false)
    #expect(holder != nil)
    let ending = try await bench.run(script: reading, ["--flash", image])
    #expect(ending.code == 74)
    #expect(ending.errors.contains("is in use by another program"))
    #expect(try await bench.run(["flash", "ls", image]).code == 74)
    holder = nil
    #expect(try await bench.run(["flash", "ls", image]).code == 0)
  }

  @Test("What a script stores with SecureData is there in the next run on the same flash")
  func secureData() async throws {
    let script = """
      import SecureData
      buffer = bytearray(20)
      length = SecureData.Read(1, buffer, 20)
      print(length, buffer[:max(length, 0)], SecureData.Store(1, 'secret', 6))
      """
    for flash in [bench.path("usr.img"), "dir:" + bench.path("flash")] {
      let first = try await bench.run(script: script, ["--flash", flash])
      #expect(first.lines == ["-2 bytearray(b'') 0"], "\(first.errors)")
      let second = try await bench.run(script: script, ["--flash", flash])
      #expect(second.lines == ["6 bytearray(b'secret') 0"])
    }
    #expect(try bench.bytes("usr.img.secure").count == SecureArea.byteCount)
    #expect(try bench.bytes("usr.img.secure") == bench.bytes("flash/secure"))
    try bench.write("short", to: "usr.img.secure")
    let broken = try await bench.run(script: script, ["--flash", bench.path("usr.img")])
    #expect(broken.code == 65 && broken.errors.contains("is no secure area of a module"))
  }
}
