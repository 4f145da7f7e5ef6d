import Synchronization

/// A volume that writes down what it promises: from when on each name is there, and each file's content
/// would outlive a loss of power.
///
/// It runs every call that succeeds on a model of a volume too, and notes what that one holds. What the
/// model refuses is a ``FlashError/fault(_:)``: one of the two is wrong.
public final class PromisingVolume: Volume {
  private let volume: any Volume
  private let recorder: FlashRecorder
  private let model = ModelVolume()
  /// The model's handles by the volume's; the lock also keeps calls apart, so that each has its own
  /// operations.
  private let handles = Guarded<[FlashHandle: FlashHandle]>([:])

  /// Wraps a volume whose device tells `recorder`; what is on the volume is promised.
  ///
  /// - Throws: ``FlashError`` if the volume cannot be read.
  public init(_ volume: any Volume, _ recorder: FlashRecorder) throws(FlashError) {
    self.volume = volume
    self.recorder = recorder
    try model.copyTree(from: volume, at: "/")
    note(from: recorder.operationCount)
  }

  private func note(from first: Int) {
    recorder.note(Promise(operations: first..<recorder.operationCount, tree: model.tree))
  }

  /// Does a call that may change what is promised, then the same to the model.
  private func change<Result>(
    _ call: () throws(FlashError) -> Result,
    model follow: (Result, inout [FlashHandle: FlashHandle]) throws(FlashError) -> Void
  ) throws(FlashError) -> Result {
    try handles.withLock { handles throws(FlashError) in
      let first = recorder.operationCount
      let result = try call()
      do throws(FlashError) {
        try follow(result, &handles)
      } catch {
        throw .fault("the volume did what its model refuses: \(error)")
      }
      note(from: first)
      return result
    }
  }

  /// Does a call on a handle that promises nothing, then the same to the model.
  private func use<Result>(
    _ handle: FlashHandle, _ call: () throws(FlashError) -> Result,
    model follow: (FlashHandle) throws(FlashError) -> Void
  ) throws(FlashError) -> Result {
    try handles.withLock { handles throws(FlashError) in
      let result = try call()
      do throws(FlashError) {
        if let twin = handles[handle] { try follow(twin) }
      } catch {
        throw .fault("the volume did what its model refuses: \(error)")
      }
      return result
    }
  }

  public var capacity: Int { volume.capacity }
  public func statistics() throws(FlashError) -> VolumeStatistics { try volume.statistics() }

  // MARK: Handles

  public func open(_ path: String, _ mode: OpenMode) throws(FlashError) -> FlashHandle {
    try change { () throws(FlashError) in
      try volume.open(path, mode)
    } model: { handle, handles throws(FlashError) in
      let twin = try model.open(path, mode)
      handles[handle] = twin
    }
  }

  public func read(
    _ handle: FlashHandle, into buffer: inout MutableSpan<UInt8>
  ) throws(FlashError) -> Int {
    let count = try volume.read(handle, into: &buffer)
    let twin = handles.withLock { $0[handle] }
    if let twin { try model.seek(twin, to: count, from: .position) }
    return count
  }

  public func write(_ handle: FlashHandle, _ bytes: Span<UInt8>) throws(FlashError) {
    let bytes = Array(copying: bytes)
    try use(handle) { () throws(FlashError) in
      try volume.write(handle, bytes.span)
    } model: { twin throws(FlashError) in
      try model.write(twin, bytes.span)
    }
  }

  @discardableResult
  public func seek(
    _ handle: FlashHandle, to offset: Int, from origin: SeekOrigin
  ) throws(FlashError) -> Int {
    try use(handle) { () throws(FlashError) in
      try volume.seek(handle, to: offset, from: origin)
    } model: { twin throws(FlashError) in
      try model.seek(twin, to: offset, from: origin)
    }
  }

  public func position(of handle: FlashHandle) throws(FlashError) -> Int {
    try volume.position(of: handle)
  }

  public func size(of handle: FlashHandle) throws(FlashError) -> Int { try volume.size(of: handle) }

  public func truncate(_ handle: FlashHandle, to size: Int) throws(FlashError) {
    try use(handle) { () throws(FlashError) in
      try volume.truncate(handle, to: size)
    } model: { twin throws(FlashError) in
      try model.truncate(twin, to: size)
    }
  }

  public func sync(_ handle: FlashHandle) throws(FlashError) {
    try change { () throws(FlashError) in
      try volume.sync(handle)
    } model: { _, handles throws(FlashError) in
      if let twin = handles[handle] { try model.sync(twin) }
    }
  }

  public func close(_ handle: FlashHandle) throws(FlashError) {
    do throws(FlashError) {
      try change { () throws(FlashError) in
        try volume.close(handle)
      } model: { _, handles throws(FlashError) in
        if let twin = handles.removeValue(forKey: handle) { try model.close(twin) }
      }
    } catch {
      // The handle is gone also when its content could not be kept.
      handles.withLock { handles in
        if let twin = handles.removeValue(forKey: handle) { model.abandon(twin) }
      }
      throw error
    }
  }

  // MARK: Names

  public func status(of path: String) throws(FlashError) -> FileStatus {
    try volume.status(of: path)
  }

  public func entries(of path: String) throws(FlashError) -> [DirectoryEntry] {
    try volume.entries(of: path)
  }

  public func makeDirectory(_ path: String) throws(FlashError) {
    try change { () throws(FlashError) in
      try volume.makeDirectory(path)
    } model: { _, _ throws(FlashError) in
      try model.makeDirectory(path)
    }
  }

  public func remove(_ path: String) throws(FlashError) {
    try change { () throws(FlashError) in
      try volume.remove(path)
    } model: { _, _ throws(FlashError) in
      try model.remove(path)
    }
  }

  public func rename(_ oldPath: String, to newPath: String) throws(FlashError) {
    try change { () throws(FlashError) in
      try volume.rename(oldPath, to: newPath)
    } model: { _, _ throws(FlashError) in
      try model.rename(oldPath, to: newPath)
    }
  }
}

extension Volume {
  /// Copies what another volume holds, at the same paths.
  fileprivate func copyTree(from other: any Volume, at path: String) throws(FlashError) {
    for entry in try other.entries(of: path) {
      let place = path == "/" ? "/" + entry.name : "\(path)/\(entry.name)"
      switch entry.status.kind {
      case .directory:
        try makeDirectory(place)
        try copyTree(from: other, at: place)
      case .file:
        let bytes = try other.content(of: place)
        let handle = try open(place, [.write, .create])
        try write(handle, bytes.span)
        try close(handle)
      }
    }
  }

  /// The bytes of a file, as last synced.
  func content(of path: String) throws(FlashError) -> [UInt8] {
    let handle = try open(path, .read)
    defer { try? close(handle) }
    var bytes = [UInt8](repeating: 0, count: try size(of: handle))
    var span = bytes.mutableSpan
    let count = try read(handle, into: &span)
    guard count == bytes.count else { throw .corrupt("'\(path)' ends too early") }
    return bytes
  }
}
