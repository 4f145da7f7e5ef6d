import Glibc

/// Bytes that can be read at any place.
protocol ByteReading: ~Copyable {
  /// How many there are.
  var byteCount: Int { get }

  /// Reads from `offset` on until the span is full or the bytes end.
  ///
  /// - Returns: How many bytes were stored.
  func read(at offset: Int, into bytes: inout MutableSpan<UInt8>) throws(AudioError) -> Int
}

/// A file of the host, closed when it goes away.
struct HostFile: ByteReading, ~Copyable {
  let path: String
  let byteCount: Int
  /// Whether it takes bytes one after the other only, as a named pipe does.
  let isStream: Bool
  private let descriptor: CInt

  private init(adopting descriptor: CInt, path: String, byteCount: Int) {
    (self.descriptor, self.path, self.byteCount) = (descriptor, path, byteCount)
    isStream = lseek(descriptor, 0, SEEK_CUR) < 0
  }

  deinit { _ = Glibc.close(descriptor) }

  /// Opens a sound file; its size is taken now, whatever happens to it later.
  static func openSound(at path: String) throws(AudioError) -> HostFile {
    // Without O_NONBLOCK a named pipe would wait here for its writer.
    let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw .unavailable("The sound file '\(path)' cannot be opened: \(errorText()).")
    }
    var status = stat()
    let known = unsafe fstat(descriptor, &status) == 0
    let file = HostFile(adopting: descriptor, path: path, byteCount: Int(status.st_size))
    guard known, status.st_mode & S_IFMT == S_IFREG else {
      let kind = status.st_mode & S_IFMT == S_IFDIR ? "a directory" : "not a regular file"
      throw .unavailable(
        "The sound file '\(path)' is \(kind); give the path of a WAV file, or of a raw PCM file "
          + "named .raw, .pcm or .s16.")
    }
    return file
  }

  /// Creates a sound file, or empties the one that is there; of a named pipe waits for somebody who reads.
  static func createSound(at path: String) throws(AudioError) -> HostFile {
    let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw .unavailable("The sound file '\(path)' cannot be created: \(errorText()).")
    }
    return HostFile(adopting: descriptor, path: path, byteCount: 0)
  }

  func read(at offset: Int, into bytes: inout MutableSpan<UInt8>) throws(AudioError) -> Int {
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe pread(
          descriptor, buffer.baseAddress! + done, buffer.count - done, off_t(offset + done))
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw .lost("The sound file '\(path)' can no longer be read: \(Self.errorText()).")
      }
      guard count > 0 else { break }
      done += count
    }
    return done
  }

  /// Writes all the bytes at `offset`; of a stream, after all that was written before.
  func write(_ bytes: Span<UInt8>, at offset: Int) throws(AudioError) {
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        let (start, count) = unsafe (buffer.baseAddress! + done, buffer.count - done)
        return unsafe isStream
          ? Glibc.write(descriptor, start, count)
          : pwrite(descriptor, start, count, off_t(offset + done))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        throw .lost("The sound file '\(path)' cannot be written: \(Self.errorText()).")
      }
      done += count
    }
  }

  private static func errorText() -> String { unsafe String(cString: strerror(errno)) }
}

/// Bytes in memory.
struct MemoryBytes: ByteReading {
  let content: [UInt8]
  var byteCount: Int { content.count }

  func read(at offset: Int, into bytes: inout MutableSpan<UInt8>) -> Int {
    let count = max(0, min(bytes.count, content.count - offset))
    for index in 0..<count { bytes[index] = content[offset + index] }
    return count
  }
}
