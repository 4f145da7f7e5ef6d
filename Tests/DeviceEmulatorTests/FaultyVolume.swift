import FlashStorage

/// A volume whose medium fails at one operation.
final class FaultyVolume: Volume {
  enum Operation {
    case open, read, write, seek, remove
  }

  private let base: any Volume
  private let broken: Operation
  /// The files whose operations fail; `open` and `remove` by path, others always.
  private let path: String

  init(_ base: any Volume, broken: Operation, path: String = "/a.wav") {
    (self.base, self.broken, self.path) = (base, broken, path)
  }

  private func check(_ operation: Operation, _ path: String? = nil) throws(FlashError) {
    if operation == broken, path ?? self.path == self.path { throw .fault("worn out") }
  }

  func statistics() throws(FlashError) -> VolumeStatistics { try base.statistics() }

  func open(_ path: String, _ mode: OpenMode) throws(FlashError) -> FlashHandle {
    try check(.open, path)
    return try base.open(path, mode)
  }

  func read(_ handle: FlashHandle, into buffer: inout MutableSpan<UInt8>) throws(FlashError) -> Int
  {
    try check(.read)
    return try base.read(handle, into: &buffer)
  }

  func write(_ handle: FlashHandle, _ bytes: Span<UInt8>) throws(FlashError) {
    try check(.write)
    try base.write(handle, bytes)
  }

  func seek(
    _ handle: FlashHandle, to offset: Int, from origin: SeekOrigin
  ) throws(FlashError) -> Int {
    try check(.seek)
    return try base.seek(handle, to: offset, from: origin)
  }

  func remove(_ path: String) throws(FlashError) {
    try check(.remove, path)
    try base.remove(path)
  }

  func position(of handle: FlashHandle) throws(FlashError) -> Int {
    try base.position(of: handle)
  }
  func size(of handle: FlashHandle) throws(FlashError) -> Int { try base.size(of: handle) }
  func truncate(_ handle: FlashHandle, to size: Int) throws(FlashError) {
    try base.truncate(handle, to: size)
  }
  func sync(_ handle: FlashHandle) throws(FlashError) { try base.sync(handle) }
  func close(_ handle: FlashHandle) throws(FlashError) { try base.close(handle) }
  func status(of path: String) throws(FlashError) -> FileStatus { try base.status(of: path) }
  func entries(of path: String) throws(FlashError) -> [DirectoryEntry] {
    try base.entries(of: path)
  }
  func makeDirectory(_ path: String) throws(FlashError) { try base.makeDirectory(path) }
  func rename(_ oldPath: String, to newPath: String) throws(FlashError) {
    try base.rename(oldPath, to: newPath)
  }
}
