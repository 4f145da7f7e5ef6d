import FlashStorage
import TestSupport

/// A program that holds the reference implementation of a littlefs.
enum Judge: String, CaseIterable {
  /// MicroPython's VfsLfs1 and VfsLfs2.
  case interpreter
  /// littlefs-python: littlefs 2 with truncation, attributes and growing.
  case library

  var command: [String]? {
    switch self {
    case .interpreter: Oracles.micropython.map { $0 + ["-X", "heapsize=64M"] }
    case .library: Oracles.python
    }
  }
}

/// One step of a history, as both sides can take it.
enum Operation {
  case open(Int, String, OpenMode)
  case read(Int, Int)
  case write(Int, [UInt8])
  case seek(Int, Int, SeekOrigin)
  case truncate(Int, Int)
  case sync(Int)
  case close(Int)
  case makeDirectory(String)
  case remove(String)
  case rename(String, String)
  case status(String)
  case list(String)
  case setAttribute(String, UInt8, [UInt8]?)
  case attribute(String, UInt8)
  case grow(Int)

  /// The line of `reference.py`.
  var command: String {
    switch self {
    case .open(let slot, let path, let mode): "open \(slot) \(hexadecimal(path)) \(mode.flags)"
    case .read(let slot, let count): "read \(slot) \(count)"
    case .write(let slot, let bytes): "write \(slot) \(hexadecimal(bytes))"
    case .seek(let slot, let offset, let origin): "seek \(slot) \(offset) \(origin.number)"
    case .truncate(let slot, let size): "truncate \(slot) \(size)"
    case .sync(let slot): "sync \(slot)"
    case .close(let slot): "close \(slot)"
    case .makeDirectory(let path): "mkdir \(hexadecimal(path))"
    case .remove(let path): "remove \(hexadecimal(path))"
    case .rename(let old, let new): "rename \(hexadecimal(old)) \(hexadecimal(new))"
    case .status(let path): "stat \(hexadecimal(path))"
    case .list(let path): "list \(hexadecimal(path))"
    case .setAttribute(let path, let type, .some(let value)):
      "setattr \(hexadecimal(path)) \(type) \(hexadecimal(value))"
    case .setAttribute(let path, let type, nil): "removeattr \(hexadecimal(path)) \(type)"
    case .attribute(let path, let type): "getattr \(hexadecimal(path)) \(type)"
    case .grow(let count): "grow \(count)"
    }
  }

  /// Whether it may write.
  var isChange: Bool {
    switch self {
    case .status, .list, .attribute: false
    default: true
    }
  }
}

extension Operation: CustomStringConvertible {
  var description: String {
    switch self {
    case .open(let slot, let path, let mode): "open \(slot) \(path) \(mode.flags)"
    case .write(let slot, let bytes): "write \(slot) \(bytes.count) bytes"
    case .makeDirectory(let path): "mkdir \(path)"
    case .remove(let path): "remove \(path)"
    case .rename(let old, let new): "rename \(old) \(new)"
    case .status(let path): "stat \(path)"
    case .list(let path): "list \(path)"
    case .setAttribute(let path, let type, let value):
      "setattr \(path) \(type) \(value.map { "\($0.count) bytes" } ?? "none")"
    case .attribute(let path, let type): "getattr \(path) \(type)"
    default: command
    }
  }
}

/// Our side of a history: a volume in memory that answers as `reference.py` does.
struct OurSide {
  private(set) var volume: LittleFSVolume
  private var handles: [Int: FlashHandle] = [:]
  private let options: LittleFSOptions

  init(_ kind: Littlefs) throws {
    options = kind.options
    volume = try kind.volume(openFileLimit: 16)
  }

  var flash: RAMFlash { volume.flash }

  mutating func mount(_ flash: RAMFlash) throws {
    handles = [:]
    volume = try LittleFSVolume(
      mounting: RAMFlash(flash.content), options, openFileLimit: 16)
  }

  mutating func answer(_ operation: Operation) throws -> String {
    do {
      let value = try perform(operation)
      return value.isEmpty ? "ok" : "ok \(value)"
    } catch let error as FlashError {
      if case .corrupt = error { throw error }
      if case .fault = error { throw error }
      return "err \(error.errno)"
    }
  }

  private mutating func perform(_ operation: Operation) throws -> String {
    func handle(_ slot: Int) -> FlashHandle { handles[slot] ?? FlashHandle(number: -1) }
    switch operation {
    case .open(let slot, let path, let mode): handles[slot] = try volume.open(path, mode)
    case .read(let slot, let count): return hexadecimal(try volume.read(handle(slot), count: count))
    case .write(let slot, let bytes): try volume.write(handle(slot), bytes)
    case .seek(let slot, let offset, let origin):
      return "\(try volume.seek(handle(slot), to: offset, from: origin))"
    case .truncate(let slot, let size): try volume.truncate(handle(slot), to: size)
    case .sync(let slot): try volume.sync(handle(slot))
    case .close(let slot): try volume.close(handles.removeValue(forKey: slot) ?? handle(slot))
    case .makeDirectory(let path): try volume.makeDirectory(path)
    case .remove(let path): try volume.remove(path)
    case .rename(let old, let new): try volume.rename(old, to: new)
    case .status(let path): return try volume.status(of: path).letters
    case .list(let path):
      return try volume.entries(of: path).map {
        "\(hexadecimal($0.name)):\($0.status.letters.replacing(" ", with: ":"))"
      }.joined(separator: " ")
    case .setAttribute(let path, let type, let value):
      try volume.setAttribute(type, of: path, to: value)
    case .attribute(let path, let type): return hexadecimal(try volume.attribute(type, of: path))
    case .grow(let count): try volume.grow(toBlockCount: count)
    }
    return ""
  }

  /// Everything, as the reference's `tree` tells it.
  func tree() throws -> String {
    var items: [String] = []
    var waiting = ["/"]
    while let path = waiting.popLast() {
      var children: [String] = []
      for entry in try volume.entries(of: path) {
        let place = (path == "/" ? "" : path) + "/" + entry.name
        items.append(try item(place, entry.status))
        if entry.status.kind == .directory { children.append(place) }
      }
      waiting += children.reversed()
    }
    return (["ok"] + items).joined(separator: " ")
  }

  private func item(_ path: String, _ status: FileStatus) throws -> String {
    var fields = [hexadecimal(path), status.kind == .directory ? "d" : "f", "\(status.size)", "0"]
    if status.kind == .file { fields[3] = "\(checksum(try volume.content(of: path)))" }
    if volume.superblock.version.major > 1 {
      for type in 0..<4 as Range<UInt8> {
        do {
          fields.append("\(type)=\(hexadecimal(try volume.attribute(type, of: path)))")
        } catch FlashError.noAttribute {}
      }
    }
    return fields.joined(separator: ":")
  }
}

/// CRC-32 as zip files have it.
private func checksum(_ bytes: [UInt8]) -> UInt32 {
  ~bytes.reduce(UInt32.max) { checksumTable[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
}

private let checksumTable: [UInt32] = (0..<256).map { index in
  (0..<8).reduce(UInt32(index)) { value, _ in value >> 1 ^ (value & 1) * 0xEDB8_8320 }
}

/// The other side, in its process.
final class ReferenceSide {
  private let server: LineServer
  private let folder: TemporaryFolder

  init(_ judge: Judge, _ kind: Littlefs) throws {
    guard let command = judge.command else {
      throw LineServer.Gone(description: "there is no \(judge): run Scripts/test")
    }
    folder = try TemporaryFolder()
    try folder.write(PackageResources.reference_py, to: "reference.py")
    server = try LineServer(command + ["\(folder.path)/reference.py"])
    let (version, geometry) = (kind.version, kind.geometry)
    try require(
      """
      geometry \(10 * version.major + version.minor) \(geometry.readSize) \(geometry.programSize) \
      \(geometry.blockSize) \(geometry.blockCount) \(kind.options.blockCycles ?? -1)
      """)
  }

  func answer(_ operation: Operation) throws -> String { try server.ask(operation.command) }

  func tree() throws -> String { try server.ask("tree") }

  func freeBlockCount() throws -> Int { Int(try require("free").dropFirst(3)) ?? -1 }

  func format() throws { try require("format") }

  func mount() throws { try require("mount") }

  /// Takes over a flash.
  func mount(_ flash: RAMFlash) throws {
    try folder.write(flash.bytes, to: "image")
    try require("load \(hexadecimal("\(folder.path)/image"))")
    try mount()
  }

  /// Gives its flash away.
  func bytes() throws -> [UInt8] {
    try require("save \(hexadecimal("\(folder.path)/image"))")
    return try folder.read("image")
  }

  @discardableResult
  func require(_ line: String) throws -> String {
    let answer = try server.ask(line)
    guard answer.hasPrefix("ok") else {
      throw LineServer.Gone(description: "the reference answered \(answer) to \(line.prefix(100))")
    }
    return answer
  }
}

extension FileStatus {
  fileprivate var letters: String { kind == .directory ? "d 0" : "f \(size)" }
}

extension OpenMode {
  /// The flags of littlefs.
  fileprivate var flags: Int {
    var flags = (contains(.read) ? 1 : 0) + (contains(.write) ? 2 : 0)
    if contains(.create) { flags += 0x100 }
    if contains(.exclusive) { flags += 0x200 }
    if contains(.truncate) { flags += 0x400 }
    if contains(.append) { flags += 0x800 }
    return flags
  }
}

extension SeekOrigin {
  fileprivate var number: Int {
    switch self {
    case .start: 0
    case .position: 1
    case .end: 2
    }
  }
}

private func hexadecimal(_ text: String) -> String { hexadecimal(Array(text.utf8)) }

private func hexadecimal(_ bytes: [UInt8]) -> String {
  guard !bytes.isEmpty else { return "-" }
  let digits = Array("0123456789abcdef".utf8)
  let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
  return String(decoding: text, as: UTF8.self)
}
