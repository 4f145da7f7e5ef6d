import EmulatedTime
import FlashStorage

/// A volume on a medium that fails when the ledger says so, and tells the ledger when the host fails.
final class FailingVolume: Volume {
  private let base: any Volume
  /// Where it is mounted.
  private let place: String
  private let faults: FaultLedger
  private let files = Monitor<[FlashHandle: OpenFile]>([:])

  private struct OpenFile {
    let path: String
    let mode: OpenMode
  }

  init(_ base: any Volume, at place: String, _ faults: FaultLedger) {
    (self.base, self.place, self.faults) = (base, place, faults)
  }

  private func strikes(
    _ what: Fault.What, _ passing: FaultLedger.Passing, _ path: @autoclosure () -> String
  ) -> Bool {
    faults.strikes(what, passing, file: ScriptFiles.normal(place + "/" + path()))
  }

  private func check(_ what: Fault.What, _ path: @autoclosure () -> String) throws(FlashError) {
    guard strikes(what, .call, path()) else { return }
    throw .fault("the flash fails: the fault what=\(what.rawValue) was injected")
  }

  private func path(of handle: FlashHandle) -> String {
    files.withLock { $0[handle]?.path ?? "" }
  }

  /// By how much a write makes the file longer.
  private func growth(_ handle: FlashHandle, writing count: Int) throws(FlashError) -> Int {
    let size = try size(of: handle)
    let appends = files.withLock { $0[handle]?.mode.contains(.append) ?? false }
    return (appends ? size : try position(of: handle)) + count - size
  }

  func open(_ path: String, _ mode: OpenMode) throws(FlashError) -> FlashHandle {
    try check(.open, path)
    let handle = try onHost { () throws(FlashError) in try base.open(path, mode) }
    files.withLock { $0[handle] = OpenFile(path: path, mode: mode) }
    return handle
  }

  func read(_ handle: FlashHandle, into buffer: inout MutableSpan<UInt8>) throws(FlashError) -> Int
  {
    try check(.read, path(of: handle))
    do throws(FlashError) {
      return try base.read(handle, into: &buffer)
    } catch {
      throw noted(error)
    }
  }

  func write(_ handle: FlashHandle, _ bytes: Span<UInt8>) throws(FlashError) {
    try check(.write, path(of: handle))
    let growth = try growth(handle, writing: bytes.count)
    if growth > 0, strikes(.flashFull, .bytes(growth), path(of: handle)) { throw .noSpace }
    try onHost { () throws(FlashError) in try base.write(handle, bytes) }
  }

  func seek(
    _ handle: FlashHandle, to offset: Int, from origin: SeekOrigin
  ) throws(FlashError) -> Int {
    try check(.seek, path(of: handle))
    return try onHost { () throws(FlashError) in try base.seek(handle, to: offset, from: origin) }
  }

  func remove(_ path: String) throws(FlashError) {
    // What is not there need not be removed, so that cannot fail.
    if (try? base.status(of: path)) != nil { try check(.replace, path) }
    try onHost { () throws(FlashError) in try base.remove(path) }
  }

  func close(_ handle: FlashHandle) throws(FlashError) {
    // In this order: another thread may be given the same number as soon as it is free.
    files.withLock { $0[handle] = nil }
    try onHost { () throws(FlashError) in try base.close(handle) }
  }

  // MARK: What fails only with the host

  var capacity: Int { base.capacity }
  func statistics() throws(FlashError) -> VolumeStatistics { try onHost(base.statistics) }
  func position(of handle: FlashHandle) throws(FlashError) -> Int {
    try onHost { () throws(FlashError) in try base.position(of: handle) }
  }
  func size(of handle: FlashHandle) throws(FlashError) -> Int {
    try onHost { () throws(FlashError) in try base.size(of: handle) }
  }
  func truncate(_ handle: FlashHandle, to size: Int) throws(FlashError) {
    try onHost { () throws(FlashError) in try base.truncate(handle, to: size) }
  }
  func sync(_ handle: FlashHandle) throws(FlashError) {
    try onHost { () throws(FlashError) in try base.sync(handle) }
  }
  func status(of path: String) throws(FlashError) -> FileStatus {
    try onHost { () throws(FlashError) in try base.status(of: path) }
  }
  func entries(of path: String) throws(FlashError) -> [DirectoryEntry] {
    try onHost { () throws(FlashError) in try base.entries(of: path) }
  }
  func makeDirectory(_ path: String) throws(FlashError) {
    try onHost { () throws(FlashError) in try base.makeDirectory(path) }
  }
  func rename(_ oldPath: String, to newPath: String) throws(FlashError) {
    try onHost { () throws(FlashError) in try base.rename(oldPath, to: newPath) }
  }

  /// Does something with the medium, and takes note if the host fails.
  private func onHost<Result>(_ body: () throws(FlashError) -> Result) throws(FlashError) -> Result
  {
    do throws(FlashError) { return try body() } catch { throw noted(error) }
  }

  private func noted(_ error: FlashError) -> FlashError {
    if case .host(let cause) = error { faults.noteHostFailure(HostFailure(cause)) }
    return error
  }
}

extension ScriptFiles.Mount {
  /// The same with a medium that fails when the ledger says so.
  func failing(by faults: FaultLedger) -> Self {
    Self(path: path, volume: FailingVolume(volume, at: path, faults), isReadOnly: isReadOnly)
  }
}
