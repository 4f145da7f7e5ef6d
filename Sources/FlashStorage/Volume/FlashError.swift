/// Why a volume refused an operation.
public enum FlashError: Error, Equatable, Sendable {
  /// No block is left for what was to be written.
  case noSpace
  /// The file, or a directory on the way to it, is missing.
  case notFound
  /// The name is taken.
  case exists
  /// A file was needed, the path names a directory.
  case isDirectory
  /// A directory was needed, the path names or passes through a file.
  case notDirectory
  /// The directory still has entries.
  case notEmpty
  /// A new name is longer than 255 bytes.
  case nameTooLong
  /// The open-file table is full.
  case tooManyOpenFiles
  /// The handle is closed, or was not opened for this.
  case badHandle
  /// The file is open; an open file cannot be removed or renamed.
  case busy
  /// An argument makes no sense: a negative position, the root's own name, an impossible open mode.
  case invalid
  /// The volume is mounted for reading only.
  case readOnly
  /// The file would become larger than littlefs can tell, 2,147,483,647 bytes.
  case fileTooLarge
  /// The file or directory has no such attribute.
  case noAttribute
  /// What is stored contradicts itself; the sentence says what and where.
  case corrupt(String)
  /// The medium failed, in words.
  case fault(String)
  /// The host failed that keeps the flash, in words.
  case host(String)

  /// The number that a script reads as `OSError.errno`.
  ///
  /// 2, 5, 9, 17, 20, 21, 22, 27, 28, 36, 39, 61 and 84 are the error codes of littlefs with the sign
  /// turned (`lfs.h` of versions 1.7 and 2.11; 36 and 61 only in version 2). littlefs has no code for the other
  /// three, they are Linux's `EBUSY` (16), `EMFILE` (24) and `EROFS` (30).
  public var errno: Int32 {
    switch self {
    case .notFound: 2
    case .fault, .host: 5
    case .badHandle: 9
    case .busy: 16
    case .exists: 17
    case .notDirectory: 20
    case .isDirectory: 21
    case .invalid: 22
    case .tooManyOpenFiles: 24
    case .fileTooLarge: 27
    case .noSpace: 28
    case .readOnly: 30
    case .nameTooLong: 36
    case .notEmpty: 39
    case .noAttribute: 61
    case .corrupt: 84
    }
  }
}

extension FlashError: CustomStringConvertible {
  /// A short text for messages and traces.
  public var description: String {
    switch self {
    case .noSpace: "no space left on the volume"
    case .notFound: "no such file or directory"
    case .exists: "the name is taken"
    case .isDirectory: "is a directory"
    case .notDirectory: "is not a directory"
    case .notEmpty: "the directory is not empty"
    case .nameTooLong: "the name is longer than \(nameLimit) bytes"
    case .tooManyOpenFiles: "too many open files"
    case .badHandle: "the file is closed, or not open for this"
    case .busy: "an open file cannot be removed or renamed"
    case .invalid: "invalid argument"
    case .readOnly: "the volume is read-only"
    case .fileTooLarge: "the file would be longer than \(fileSizeLimit) bytes"
    case .noAttribute: "there is no such attribute"
    case .corrupt(let cause), .fault(let cause), .host(let cause): cause
    }
  }
}
