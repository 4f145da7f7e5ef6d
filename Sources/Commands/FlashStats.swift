import FlashStorage
import GuestRuntime
import JSONText

/// `qpyemu flash stats`: how full an image is, who owns which block, and how worn each is.
struct ShowStatistics: FlashAction {
  private let path: String
  private let svgPath: String?
  private let isJSON: Bool
  private let hasColour: Bool

  init(_ arguments: inout Arguments, host: Host) throws {
    svgPath = try arguments.option("--svg")
    isJSON = arguments.flag("--json")
    path = try arguments.positional("IMAGE")
    hasColour = host.variable("NO_COLOR") == nil && host.variable("TERM") != "dumb"
  }

  func run(_ console: Console) throws -> ExitCode {
    let usage = try FlashUsage(ImageFile(path))
    if let svgPath { try HostFile.write(Array(usage.picture.svg.utf8), to: svgPath) }
    if isJSON {
      console.write(prettyJSON(usage.json))
    } else {
      let style = BlockPicture.TextStyle(
        hasColour: hasColour && console.isTerminal, width: console.width)
      (usage.summary + [""]).forEach(console.print)
      usage.picture.lines(style).forEach(console.draw)
    }
    return .success
  }

}

/// What is where on the flash of an image.
private struct FlashUsage {
  let image: ImageFile
  let superblock: Superblock
  let map: [BlockUse]
  let files: [PathEntry]
  let folderCount: Int
  let wear: WearCounters?

  init(_ image: ImageFile) throws {
    self.image = image
    let (inspection, wear) = try image.inspect()
    self.wear = wear
    superblock = inspection.superblock
    map = inspection.blockMap
    let entries = try onPath("/", of: image.path) { () throws(FlashError) in
      try inspection.volume.tree(below: "/", isRecursive: true)
    }
    files = entries.filter { $0.status.kind == .file }
    folderCount = entries.count - files.count
  }

  var picture: BlockPicture {
    BlockPicture(
      title: superblock.sentence(of: image.name), uses: map.map(\.picture),
      sizes: Dictionary(files.map { ($0.path, $0.status.size) }) { first, _ in first },
      eraseCounts: wear?.blocks.map(\.erases))
  }

  var summary: [String] {
    let free = map.count { $0 == .free }
    let size = superblock.blockSize
    let used = superblock.blockCount - free
    let bytes = files.reduce(0) { $0 + $1.status.size }
    var lines = [
      superblock.sentence(of: image.path),
      "\(count(files.count, "file")) with \(count(bytes, "byte")), \(count(folderCount, "folder")); "
        + "\(used) blocks used, \(free) free (\(free * size / 1024) of "
        + "\(superblock.blockCount * size / 1024) KiB)",
    ]
    if let wear {
      let erases = wear.blocks.map(\.erases).sorted()
      let (reads, programs) = wear.blocks.reduce((0, 0)) { ($0.0 + $1.reads, $0.1 + $1.programs) }
      lines.append(
        "\(count(erases.reduce(0, +), "erase")), \(count(programs, "program")), "
          + "\(count(reads, "read")); erases of a block: \(erases[0]) to \(erases.last!), median "
          + "\(erases[erases.count / 2])")
    }
    return lines
  }

  var json: JSONValue {
    let blocks = map.enumerated().map { number, use in
      var members = [
        JSONMember("use", JSONNode(.string(use.word))),
        JSONMember("path", JSONNode(use.path.map { .string($0) } ?? .null)),
      ]
      if let block = wear?.blocks[number] {
        members += [
          JSONMember("reads", JSONNode(.int(block.reads))),
          JSONMember("programs", JSONNode(.int(block.programs))),
          JSONMember("erases", JSONNode(.int(block.erases))),
        ]
      }
      return JSONNode(.object(members))
    }
    return .object([
      JSONMember("superblock", JSONNode(superblock.json)),
      JSONMember("freeBlocks", JSONNode(.int(map.count { $0 == .free }))),
      JSONMember("files", JSONNode(.array(files.map { JSONNode($0.json) }))),
      JSONMember("blocks", JSONNode(.array(blocks))),
    ])
  }
}

extension BlockUse {
  fileprivate var picture: BlockPicture.Use {
    switch self {
    case .free: .free
    case .superblock: .superblock
    case .directory: .directory
    case .file(let path), .open(let path): .file(path: path)
    case .leftOver: .leftOver
    case .contested: .damaged
    }
  }

  fileprivate var word: String {
    switch self {
    case .free: "free"
    case .superblock: "superblock"
    case .directory: "directory"
    case .file, .open: "file"
    case .leftOver: "left over"
    case .contested: "contested"
    }
  }

  /// Whose it is; of several owners all.
  fileprivate var path: String? {
    switch self {
    case .free, .superblock, .leftOver: nil
    case .directory(let path), .file(let path), .open(let path): path
    case .contested(let paths): paths.joined(separator: ", ")
    }
  }
}
