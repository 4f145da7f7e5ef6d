import AudioEngine
import DeviceEmulator
import FlashStorage

/// A file as `Record` names it: `x.wav`, `U:/x.wav`, `u:/x.wav` and `/usr/x.wav` are all the same one.
struct RecordedFile {
  /// How the module reports it.
  let path: String
  /// Where it is on the flash. `..` does not lead out of the volume.
  let flashPath: String
  private let name: String
  private let files: ScriptFiles

  init(name: String, files: ScriptFiles) {
    self.name = ScriptFiles.userName(of: name)
    path = "U:/" + self.name
    flashPath = ScriptFiles.userPath(of: name)
    self.files = files
  }

  var isInUse: Bool { files.isInUse(flashPath) }

  /// Whether it is in use, or held open for reading by the script.
  var isHeld: Bool { isInUse || files.isUsed(flashPath, for: .reading) }

  /// Whether it is being recorded, or written by the script.
  var isBeingWritten: Bool { files.isUsed(flashPath, for: .writing) }

  private var status: FileStatus? { try? files.status(of: flashPath) }

  /// Its size in bytes, header included; nil if there is no such file.
  var size: Int? { status.flatMap { $0.kind == .file ? $0.size : nil } }

  /// Whether something stands in the file's place that is not a file.
  var cannotBeReplaced: Bool { flashPath != ScriptFiles.userRoot && status?.kind == .directory }

  /// Whether the name is one that a file could have where it is to lie.
  var hasUsableName: Bool {
    let last = name.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    guard !["", ".", ".."].contains(last), let slash = flashPath.lastIndex(of: "/"),
      let limit = try? files.statistics(of: ScriptFiles.userRoot).nameLimit,
      last.utf8.count <= limit,
      let folder = try? files.status(of: String(flashPath[..<slash]))
    else { return false }
    return folder.kind == .directory
  }

  /// Bytes of file header at the start of a recording; 0 if it is none.
  private static func headerSize(_ start: [UInt8]) -> Int {
    if start.elementsEqual("#!AMR\n".utf8) { return 6 }
    return start.starts(with: "RIFF".utf8) ? 44 : 0
  }

  /// What came of asking for the size.
  enum Measuring {
    /// The size, and how many bytes of header it leaves out.
    case bytes(Int, header: Int)
    case cannotOpen, cannotMeasure
  }

  /// Its size as the module finds it: by opening it, and reading its start if the header is not to
  /// count.
  func measure(countingHeader: Bool) -> Measuring {
    guard let (mount, path) = files.locate(flashPath),
      let handle = try? mount.volume.open(path, .read)
    else { return .cannotOpen }
    defer { try? mount.volume.close(handle) }
    do throws(FlashError) {
      let size = try mount.volume.size(of: handle)
      if countingHeader { return .bytes(size, header: 0) }
      let start = try ScriptFiles.read(mount.volume, handle, count: 6)
      let header = min(Self.headerSize(start), size)
      return .bytes(size - header, header: header)
    } catch {
      return .cannotMeasure
    }
  }

  /// Removes what is there, a file or an empty directory, if anything is.
  ///
  /// - Returns: Whether the place is free now.
  func remove() -> Bool {
    do throws(FlashError) {
      try files.remove(flashPath)
      return true
    } catch {
      return error == .notFound
    }
  }

  /// Creates the file for recording, and marks it as in use; nil if that cannot be done.
  func create() -> FlashFileSink? {
    guard let (mount, path) = files.locate(flashPath),
      let handle = try? mount.volume.open(path, [.write, .create, .truncate])
    else { return nil }
    files.claim(flashPath, for: .writing)
    return FlashFileSink(mount.volume, handle)
  }

  /// The recorder is done with the file.
  func release() { files.release(flashPath, from: .writing) }

  /// The recording came to nothing: no file stays behind.
  func discard() {
    release()
    _ = remove()
  }

  /// What came of reading.
  enum Reading {
    case bytes([UInt8])
    case cannotOpen, cannotSeek, cannotRead
  }

  /// Reads exactly `count` bytes.
  func read(at offset: Int, count: Int) -> Reading {
    guard let (mount, path) = files.locate(flashPath),
      let handle = try? mount.volume.open(path, .read)
    else { return .cannotOpen }
    defer { try? mount.volume.close(handle) }
    do { try mount.volume.seek(handle, to: offset, from: .start) } catch { return .cannotSeek }
    guard let bytes = try? ScriptFiles.read(mount.volume, handle, count: count),
      bytes.count == count
    else { return .cannotRead }
    return .bytes(bytes)
  }
}

/// A flash file that audio is written to.
final class FlashFileSink: ByteSink {
  private let volume: any Volume
  private let handle: FlashHandle

  init(_ volume: any Volume, _ handle: FlashHandle) {
    self.volume = volume
    self.handle = handle
  }

  func append(_ bytes: Span<UInt8>) throws(SinkError) {
    try translating { () throws(FlashError) in try volume.write(handle, bytes) }
  }

  func sync() throws(SinkError) {
    try translating { () throws(FlashError) in try volume.sync(handle) }
  }

  func close(replacingStart start: [UInt8]?) throws(SinkError) -> Bool {
    do throws(SinkError) { try sync() } catch {
      try? volume.close(handle)
      throw error
    }
    do throws(FlashError) {
      if let start {
        try volume.seek(handle, to: 0, from: .start)
        try volume.write(handle, start.span)
      }
      try volume.close(handle)
      return true
    } catch {
      try? volume.close(handle)
      return false
    }
  }

  private func translating(_ body: () throws(FlashError) -> Void) throws(SinkError) {
    do throws(FlashError) {
      try body()
    } catch .noSpace {
      throw .full
    } catch {
      throw .fault(error.description)
    }
  }
}
