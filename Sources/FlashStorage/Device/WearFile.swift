import Glibc

/// The wear counters of a flash image, in a host file of their own that is always up to date.
///
/// It holds 64-bit numbers, the lowest byte first: the 8 characters `qpywear1`, the count of blocks, the
/// count of programs of places that were not erased, and for each block the counts of its reads,
/// programs and erases.
final class WearFile {
  private static let signature: UInt64 = 0x3172_6165_7779_7071  // "qpywear1", the first lowest.
  /// More than any device counts in its life: such a number is damage.
  private static let largestCount: UInt64 = 1 << 56
  private static let headerCount = 3
  private static let countsPerBlock = 3

  private(set) var counters: WearCounters
  /// Nil when the image is only read.
  private let file: MappedFile?

  /// Opens the counters of an image with `blockCount` blocks; those that are missing start at 0.
  ///
  /// - Parameter startOver: Whether the image is new, so that counters from before are another's.
  /// - Throws: ``VolumeError`` if the file cannot be opened, is damaged or another flash's.
  init(
    _ path: String, _ blockCount: Int, _ access: VolumeAccess, startOver: Bool
  ) throws(VolumeError) {
    let name = "the wear counters '\(path)'"
    let count = Self.headerCount + blockCount * Self.countsPerBlock
    counters = WearCounters(blockCount: blockCount)
    if startOver { _ = unsafe unlink(path) }
    let file: MappedFile
    do throws(MappedFile.Failure) {
      file = try MappedFile(
        path, byteCount: count * 8, access, filling: access == .readWrite ? 0 : nil)
    } catch {
      if case .host(let cause) = error, cause.code == ENOENT, access == .readOnly {
        self.file = nil
        return
      }
      throw VolumeError(
        error, opening: name,
        wanted: "not the \(count * 8) for \(blockCount) blocks; \(Self.advice)")
    }
    if file.isNew || file.number(at: 0) == 0, access == .readWrite {
      // A process that is killed here leaves zeros, which are begun again.
      file.setNumber(UInt64(blockCount), at: 1)
      file.setNumber(Self.signature, at: 0)
    }
    guard file.number(at: 0) == Self.signature, file.number(at: 1) == UInt64(blockCount),
      (2..<count).allSatisfy({ file.number(at: $0) <= Self.largestCount })
    else {
      throw VolumeError(
        .unsuitable, "\(name) are damaged, or those of another flash; \(Self.advice)")
    }
    func read(_ index: Int) -> Int { Int(file.number(at: index)) }
    counters.unerasedPrograms = read(2)
    for block in 0..<blockCount {
      let start = Self.headerCount + block * Self.countsPerBlock
      counters.blocks[block].reads = read(start)
      counters.blocks[block].programs = read(start + 1)
      counters.blocks[block].erases = read(start + 2)
    }
    self.file = access == .readWrite ? file : nil
  }

  private static let advice = "remove it to count from 0"

  /// Changes the counters of a block, unless the image is only read.
  func count(_ block: Int, _ change: (inout WearCounters.Block) -> Void) {
    guard file != nil else { return }
    change(&counters.blocks[block])
    let counts = counters.blocks[block]
    let start = Self.headerCount + block * Self.countsPerBlock
    file?.setNumber(UInt64(counts.reads), at: start)
    file?.setNumber(UInt64(counts.programs), at: start + 1)
    file?.setNumber(UInt64(counts.erases), at: start + 2)
  }

  func countUnerasedProgram() {
    counters.unerasedPrograms += 1
    file?.setNumber(UInt64(counters.unerasedPrograms), at: 2)
  }
}

extension MappedFile {
  /// The 64-bit number at a place that is counted in such numbers.
  fileprivate func number(at index: Int) -> UInt64 {
    UInt64(littleEndian: load(at: index * 8, as: UInt64.self))
  }

  fileprivate func setNumber(_ number: UInt64, at index: Int) {
    store(number.littleEndian, at: index * 8)
  }
}
