/// The names of a littlefs in one of its two formats: reads the tree when mounted, and makes each
/// change on flash, then in the tree, so that a loss of power leaves the old state or the new one.
///
/// Where a change needs several commits, the store knows how to finish or undo it after a loss of
/// power; that repair happens before the first change after mounting.
///
/// Checks of paths, names, kinds, emptiness and open files are the caller's; a store is handed changes
/// that make sense. Every one of them may throw ``FlashError/noSpace`` or a fault of the device; the
/// tree then stays what flash says.
protocol MetadataStore: AnyObject {
  /// The root, with an empty name.
  var root: Entry { get }
  /// What the superblock says.
  var superblock: Superblock { get }
  /// The pairs that hold a superblock and no directory.
  var superblockOnly: [BlockPair] { get }
  /// The largest file that is stored beside its name, in bytes; 0 if none is.
  var inlineLimit: Int { get }

  /// What is wrong with what was read; empty unless it was read tolerantly.
  var findings: [Finding] { get }

  /// Makes an empty littlefs; the device need not be erased.
  static func format(_ device: any BlockDevice, _ options: LittleFSOptions) throws(FlashError)

  /// Reads the tree.
  ///
  /// - Parameter tolerant: Whether damage is noted as a finding and what it hides left out, as far as
  ///   there is a superblock at all; such a store must not be changed. If not, damage is thrown.
  init(mounting disk: Disk, _ options: LittleFSOptions, tolerant: Bool) throws(FlashError)

  /// Makes an empty file.
  func makeFile(_ name: Name, in directory: Directory) throws(FlashError) -> Entry

  /// Makes an empty directory.
  func makeDirectory(_ name: Name, in directory: Directory) throws(FlashError) -> Entry

  /// Removes a file or an empty directory.
  func remove(_ entry: Entry) throws(FlashError)

  /// Gives an entry another name or place, instead of `target` if that is not nil: a file or an empty
  /// directory of the same kind that stands there.
  func move(
    _ entry: Entry, to name: Name, in directory: Directory, replacing target: Entry?
  ) throws(FlashError)

  /// Makes a file point to other content, and attributes become these, in one commit. Of a directory,
  /// which the root is too, only the attributes may change: `content` is what it has.
  func update(
    _ entry: Entry, content: Entry.Content, attributes: [UInt8: [UInt8]]
  ) throws(FlashError)

  /// Makes the file system larger; the device has the blocks.
  func grow(toBlockCount blockCount: Int) throws(FlashError)

  /// Finishes or undoes what a loss of power has interrupted; does nothing the second time.
  func repair() throws(FlashError)

  /// Adds the blocks of all pairs, reachable or waiting for repair.
  func markMetadata(in used: inout BlockSet)
}

extension MetadataStore {
  var superblockOnly: [BlockPair] { [BlockPair(first: 0, second: 1)] }
}

/// Something that a look at a whole volume found.
public struct Finding: Equatable, Sendable {
  /// How bad it is.
  public enum Severity: Sendable {
    /// A loss of power left it; the next change to the volume mends it.
    case interrupted
    /// What is stored contradicts itself.
    case damage
  }

  /// How bad it is.
  public let severity: Severity
  /// The blocks it is about.
  public let blocks: [Int]
  /// What is wrong and where, as a sentence without a full stop.
  public let description: String

  init(_ severity: Severity, blocks: [Int], _ description: String) {
    self.severity = severity
    self.blocks = blocks
    self.description = description
  }
}

/// What a littlefs says about itself.
public struct Superblock: Equatable, Sendable {
  /// 1.x or 2.x, as major and minor number.
  public internal(set) var version: LittleFSVersion
  /// Bytes in a block.
  public internal(set) var blockSize: Int
  /// Blocks in the file system.
  public internal(set) var blockCount: Int
  /// The longest name, in bytes.
  public internal(set) var nameLimit: Int
  /// The largest file, in bytes.
  public internal(set) var fileSizeLimit: Int
  /// The largest custom attribute, in bytes.
  public internal(set) var attributeLimit: Int
}

/// A version of the format on flash.
public struct LittleFSVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// 1 or 2.
  public let major: Int
  /// What has been added since.
  public let minor: Int

  /// Names a version.
  public init(major: Int, minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// What every littlefs 1 writes, up to release 1.7, and most modules hold.
  public static let v11 = LittleFSVersion(major: 1, minor: 1)
  /// What littlefs 2.0 to 2.5 write.
  public static let v20 = LittleFSVersion(major: 2, minor: 0)
  /// What littlefs 2.6 and later write.
  public static let v21 = LittleFSVersion(major: 2, minor: 1)

  public static func < (a: Self, b: Self) -> Bool { (a.major, a.minor) < (b.major, b.minor) }

  /// Such as "2.1".
  public var description: String { "\(major).\(minor)" }
}
