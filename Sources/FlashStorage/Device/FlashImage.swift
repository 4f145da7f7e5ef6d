/// Flash in a host file, which holds the bytes of the partition from the first block to the last, as a
/// dump of a module does.
///
/// What is programmed or erased is in the file at once and survives this process; what is synced
/// survives the host. The wear counters are in a file beside it, `PATH.wear`; the host writes them when
/// it sees fit, so that after a loss of the host's power they may be too low.
public final class FlashImage: BlockDevice {
  public let geometry: FlashGeometry
  private let path: String
  private let access: VolumeAccess
  private let unerasedPrograms: UnerasedPrograms
  private let file: MappedFile
  private let wearFile: WearFile
  /// What has been changed since the last sync, in bytes from the start.
  private var unsynced = 0..<0

  public var wear: WearCounters? { wearFile.counters }

  /// Opens an image and locks it, for reading against those who write it, else against all others.
  ///
  /// - Parameters:
  ///   - path: The image; links are followed.
  ///   - geometry: Its sizes, which the file does not tell.
  ///   - create: Makes a missing or empty file an erased flash, whose counters start at 0; has no
  ///     effect when opened for reading only.
  ///   - access: Whether it may be changed; if not, programs and erases fail, and nothing is counted.
  /// - Throws: ``VolumeError``, if there is no such file or no permission, it is in use, is not a file
  ///   or has not the size of the geometry, or if its wear counters are damaged or another flash's.
  public init(
    _ path: String, _ geometry: FlashGeometry, create: Bool, access: VolumeAccess = .readWrite,
    unerasedPrograms: UnerasedPrograms = .refused
  ) throws(VolumeError) {
    self.path = path
    self.geometry = geometry
    self.access = access
    self.unerasedPrograms = unerasedPrograms
    do throws(MappedFile.Failure) {
      file = try MappedFile(
        path, byteCount: geometry.byteCount, access,
        filling: create && access == .readWrite ? 0xFF : nil)
    } catch {
      throw VolumeError(
        error, opening: "the flash image '\(path)'",
        wanted: """
          not the \(geometry.byteCount) of \(geometry.blockCount) blocks of \(geometry.blockSize) \
          bytes; name another file or other sizes
          """)
    }
    wearFile = try WearFile(path + ".wear", geometry.blockCount, access, startOver: file.isNew)
  }

  public func read(
    _ block: Int, at offset: Int, into buffer: inout MutableSpan<UInt8>
  ) throws(FlashFault) {
    let place = try FlashPlace(read: buffer.count, at: offset, of: block, in: geometry)
    file.read(at: bytes(of: place).lowerBound, into: &buffer)
    wearFile.count(block) { $0.reads += 1 }
  }

  public func program(_ block: Int, at offset: Int, _ bytes: Span<UInt8>) throws(FlashFault) {
    let place = try FlashPlace(program: bytes.count, at: offset, of: block, in: geometry)
    try checkWritable()
    let refuses = unerasedPrograms == .refused
    let fits = file.change(self.bytes(of: place)) { target in
      let fits = bytes.isSubset(of: target.span)
      if fits || !refuses { target.clearBits(clearIn: bytes) }
      return fits
    }
    if !fits {
      if refuses { throw .notErased(block: block, offset: offset) }
      wearFile.countUnerasedProgram()
    }
    changed(place)
    wearFile.count(block) { $0.programs += 1 }
  }

  public func erase(_ block: Int) throws(FlashFault) {
    let place = try FlashPlace(erase: block, in: geometry)
    try checkWritable()
    file.change(bytes(of: place)) { $0.update(repeating: 0xFF) }
    changed(place)
    wearFile.count(block) { $0.erases += 1 }
  }

  public func sync() throws(FlashFault) {
    guard !unsynced.isEmpty else { return }
    do throws(HostFailure) {
      try file.flush(unsynced)
    } catch {
      throw .host("cannot write the flash image '\(path)': \(error.text)")
    }
    unsynced = 0..<0
  }

  private func checkWritable() throws(FlashFault) {
    guard access == .readWrite else {
      throw .host("the flash image '\(path)' is open for reading only")
    }
  }

  /// Where a place is in the file.
  private func bytes(of place: FlashPlace) -> Range<Int> {
    let start = place.block * geometry.blockSize
    return start + place.range.lowerBound..<start + place.range.upperBound
  }

  private func changed(_ place: FlashPlace) {
    let bytes = bytes(of: place)
    unsynced =
      unsynced.isEmpty
      ? bytes
      : min(unsynced.lowerBound, bytes.lowerBound)..<max(unsynced.upperBound, bytes.upperBound)
  }
}
