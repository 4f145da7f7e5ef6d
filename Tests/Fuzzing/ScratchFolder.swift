import Glibc

/// An empty folder of the host's, with paths as bytes, whatever they are.
struct ScratchFolder {
  let path: String

  init() {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(parent)/qpyemu-names-XXXXXX".utf8CString)
    precondition(mkdtemp(&template) != nil, "no temporary folder can be made in \(parent)")
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Everything in it, by its path from the folder on: `/out/a`.
  func paths() -> [[UInt8]] {
    Self.paths(in: Array(path.utf8)).map { Array($0.dropFirst(path.utf8.count)) }
  }

  func remove() {
    for inner in Self.paths(in: Array(path.utf8)).reversed() { unlink(inner) }
    rmdir(path)
  }

  private func unlink(_ path: [UInt8]) {
    let name = path.map { CChar(bitPattern: $0) } + [0]
    if unlinkat(AT_FDCWD, name, 0) != 0 { _ = unlinkat(AT_FDCWD, name, AT_REMOVEDIR) }
  }

  /// Folders before what they hold.
  private static func paths(in folder: [UInt8]) -> [[UInt8]] {
    guard let stream = opendir(folder.map { CChar(bitPattern: $0) } + [0]) else { return [] }
    defer { closedir(stream) }
    var result: [[UInt8]] = []
    while let entry = readdir(stream) {
      let start = UnsafeRawPointer(entry) + MemoryLayout<dirent>.offset(of: \.d_name)!
      let count = strlen(start.assumingMemoryBound(to: CChar.self))
      let name = Array(UnsafeRawBufferPointer(start: start, count: count))
      guard name != Array(".".utf8), name != Array("..".utf8) else { continue }
      let path = folder + [0x2F] + name
      result.append(path)
      if entry.pointee.d_type == UInt8(DT_DIR) { result += paths(in: path) }
    }
    return result
  }
}
