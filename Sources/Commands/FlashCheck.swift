import FlashStorage
import GuestRuntime
import JSONText

/// `qpyemu flash fsck`: what is wrong with an image.
struct CheckImage: FlashAction {
  private let path: String
  private let isJSON: Bool

  init(_ arguments: inout Arguments, host: Host) throws {
    isJSON = arguments.flag("--json")
    path = try arguments.positional("IMAGE")
  }

  func run(_ console: Console) throws -> ExitCode {
    let image = try ImageFile(path)
    let diagnosis = Diagnosis(image)
    if isJSON {
      console.write(prettyJSON(diagnosis.json))
    } else {
      diagnosis.lines(path).forEach(console.print)
    }
    return diagnosis.damage.isEmpty ? .success : .mismatch
  }
}

/// What a look at a whole image has found.
private struct Diagnosis {
  private(set) var superblock: Superblock?
  private(set) var findings: [Finding] = []
  /// Sentences, each about something that is wrong.
  private(set) var damage: [String] = []

  init(_ image: ImageFile) {
    do throws(Complaint) {
      let (inspection, _) = try image.inspect()
      superblock = inspection.superblock
      findings = inspection.findings
      damage = image.damage(of: inspection)
    } catch {
      damage = [error.message]
    }
  }

  var interruptions: [String] {
    findings.filter { $0.severity == .interrupted }.map(\.description)
  }

  func lines(_ path: String) -> [String] {
    let start = superblock.map { [$0.sentence(of: path)] } ?? []
    let verdict =
      damage.isEmpty
      ? "no damage" : "\(damage.count) problem\(damage.count == 1 ? "" : "s") found"
    return start + damage.map { "damage: \($0)" }
      + interruptions.map { "note: \($0); the next change mends it" } + [verdict]
  }

  var json: JSONValue {
    .object([
      JSONMember("superblock", JSONNode(superblock?.json ?? .null)),
      JSONMember("clean", JSONNode(.bool(damage.isEmpty))),
      JSONMember("damage", JSONNode(.array(damage.map { JSONNode(.string($0)) }))),
      JSONMember("interrupted", JSONNode(.array(interruptions.map { JSONNode(.string($0)) }))),
    ])
  }
}

extension Superblock {
  /// Such as `usr.img: littlefs 1.7, 255 blocks of 4096 bytes`.
  func sentence(of name: String) -> String {
    "\(name): littlefs \(version.major) (format \(version)), \(count(blockCount, "block")) of \(blockSize) bytes"
  }

  var json: JSONValue {
    .object([
      JSONMember("version", JSONNode(.string(version.description))),
      JSONMember("blockSize", JSONNode(.int(blockSize))),
      JSONMember("blockCount", JSONNode(.int(blockCount))),
    ])
  }
}
