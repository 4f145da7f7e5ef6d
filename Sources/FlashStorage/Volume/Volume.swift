/// One file system on one flash partition.
///
/// A volume is synchronous and thread-safe; calls wait for each other, as on a module, where one
/// lock guards the file system.
///
/// Paths are absolute inside the volume and separated by `/`. Empty components and `.` are skipped,
/// `..` goes up by name alone, without looking whether what it leaves exists, and never above the
/// root. Names are UTF-8, compared byte by byte. A new name may be 255 bytes long and may not be
/// followed by a slash (``FlashError/notFound``, as littlefs answers).
///
/// A handle sees the file as it was when the handle was opened, plus its own writes. From `sync` or
/// `close` on, what it wrote outlives a loss of power, is what `status` tells and what handles opened
/// later read. If several handles write one file, the last to sync decides its whole content.
public protocol Volume: AnyObject, Sendable {
  /// Bytes in all blocks of the volume: its files hold fewer.
  var capacity: Int { get }

  /// How large the volume is and how much of it is free, unsynced writes counted as used.
  func statistics() throws(FlashError) -> VolumeStatistics

  /// Opens a file; a handle starts at position 0, also in append mode.
  ///
  /// A new file exists, with no content, as soon as this returns. Truncation, like a write, shows
  /// only after `sync` or `close`.
  func open(_ path: String, _ mode: OpenMode) throws(FlashError) -> FlashHandle

  /// Reads from the position on, as much as there is and `buffer` holds, and moves the position.
  ///
  /// - Returns: The number of bytes read; 0 at the end of the file.
  func read(_ handle: FlashHandle, into buffer: inout MutableSpan<UInt8>) throws(FlashError) -> Int

  /// Writes all of `bytes` at the position, or at the end in append mode, and moves the position.
  ///
  /// A gap between the end and the position becomes zeros. With ``FlashError/noSpace`` nothing of
  /// this call is kept.
  func write(_ handle: FlashHandle, _ bytes: Span<UInt8>) throws(FlashError)

  /// Moves the position, also past the end; the file grows only when it is written there.
  ///
  /// - Returns: The new position.
  @discardableResult
  func seek(
    _ handle: FlashHandle, to offset: Int, from origin: SeekOrigin
  ) throws(FlashError) -> Int

  /// The handle's position, in bytes from the start.
  func position(of handle: FlashHandle) throws(FlashError) -> Int

  /// The size of the file as the handle sees it, in bytes.
  func size(of handle: FlashHandle) throws(FlashError) -> Int

  /// Cuts the file, or extends it with zeros; the position stays.
  func truncate(_ handle: FlashHandle, to size: Int) throws(FlashError)

  /// Makes what was written survive a loss of power.
  func sync(_ handle: FlashHandle) throws(FlashError)

  /// Syncs and frees the handle, which is gone also when the sync fails.
  func close(_ handle: FlashHandle) throws(FlashError)

  /// What a path names, as last synced.
  func status(of path: String) throws(FlashError) -> FileStatus

  /// What a directory holds, in the order on flash. With littlefs 1 that is the order of creation; a
  /// renamed file counts as new in its directory, unless it replaced another and stands in that one's
  /// place. littlefs 2 keeps entries by the bytes of their names, a name after longer ones that begin
  /// with it.
  func entries(of path: String) throws(FlashError) -> [DirectoryEntry]

  /// Makes a directory in an existing one.
  func makeDirectory(_ path: String) throws(FlashError)

  /// Removes a file that is not open, or an empty directory.
  func remove(_ path: String) throws(FlashError)

  /// Renames a file or directory, also across directories and over an existing file or empty
  /// directory of the same kind. A target of the other kind is ``FlashError/isDirectory`` in both
  /// directions, as littlefs v1 answers.
  func rename(_ oldPath: String, to newPath: String) throws(FlashError)
}

/// The longest name that a volume keeps, in bytes.
let nameLimit = 255

/// The largest size and position that littlefs knows, in bytes.
let fileSizeLimit = 2_147_483_647

/// The size of a volume, and what is free of it.
public struct VolumeStatistics: Equatable, Sendable {
  /// Bytes in a block.
  public let blockSize: Int
  /// Blocks in the volume.
  public let blockCount: Int
  /// Blocks that are in use by nothing.
  public let freeBlockCount: Int
  /// The longest name, in bytes.
  public let nameLimit: Int

  /// Describes a volume.
  public init(blockSize: Int, blockCount: Int, freeBlockCount: Int, nameLimit: Int) {
    self.blockSize = blockSize
    self.blockCount = blockCount
    self.freeBlockCount = freeBlockCount
    self.nameLimit = nameLimit
  }
}

/// How to open a file.
///
/// Python's modes, text or binary: `r` is `.read`, `r+` `[.read, .write]`, `w` `[.write, .create,
/// .truncate]`, `a` `[.write, .create, .append]`, `x` `[.write, .create, .exclusive]`; a `+` adds what
/// is missing of `.read` and `.write`.
public struct OpenMode: OptionSet, Hashable, Sendable {
  /// The options as bits; a set with others than those below is ``FlashError/invalid``.
  public let rawValue: UInt8

  /// Makes a set of options from its bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The handle reads.
  public static let read = OpenMode(rawValue: 1)
  /// The handle writes.
  public static let write = OpenMode(rawValue: 2)
  /// A missing file is created; needs `write`.
  public static let create = OpenMode(rawValue: 4)
  /// An existing file is ``FlashError/exists``; needs `create`.
  public static let exclusive = OpenMode(rawValue: 8)
  /// The handle starts with no content; needs `write`.
  public static let truncate = OpenMode(rawValue: 16)
  /// Each write goes to the end; needs `write`.
  public static let append = OpenMode(rawValue: 32)

  var isValid: Bool {
    rawValue < 64 && !isDisjoint(with: [.read, .write])
      && (contains(.write) || isDisjoint(with: [.create, .truncate, .append]))
      && (contains(.create) || !contains(.exclusive))
  }
}

/// An open file: a place in the volume's open-file table.
///
/// The lowest free place is taken, so the number of a closed handle comes back.
public struct FlashHandle: Hashable, Sendable {
  /// The place, from 0 on.
  public let number: Int

  /// Names a place.
  public init(number: Int) { self.number = number }
}

/// What an offset counts from.
public enum SeekOrigin: Sendable {
  /// From the first byte.
  case start
  /// From where the handle is.
  case position
  /// From the end of the file as the handle sees it.
  case end
}

/// What a path names.
public struct FileStatus: Equatable, Sendable {
  /// The two kinds of things that a volume holds.
  public enum Kind: Sendable {
    /// Bytes.
    case file
    /// Names.
    case directory
  }

  /// File or directory.
  public let kind: Kind
  /// Bytes in the file; 0 for a directory.
  public let size: Int

  /// Describes a file or a directory.
  public init(kind: Kind, size: Int) {
    self.kind = kind
    self.size = size
  }
}

/// A name in a directory, and what it names.
public struct DirectoryEntry: Equatable, Sendable {
  /// The name, without the path.
  public let name: String
  /// What it names.
  public let status: FileStatus

  /// Describes an entry.
  public init(name: String, status: FileStatus) {
    self.name = name
    self.status = status
  }
}

/// Whether a volume may be changed.
public enum VolumeAccess: Sendable {
  /// It may.
  case readWrite
  /// Every change is ``FlashError/readOnly``.
  case readOnly
}
