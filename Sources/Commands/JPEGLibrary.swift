import DeviceEmulator
import EmulatedTime
import Glibc

/// Has the host's JPEG library read pictures, which is opened when the first one is wanted; where there is none, says so
/// once.
final class JPEGLibrary: PhotoReader {
  /// More pixels than any display of a module has.
  private static let pixelLimit = 1 << 22

  private let library = Monitor<Library??>(nil)
  private let notice: @Sendable (String) -> Void

  init(notice: @escaping @Sendable (String) -> Void) { self.notice = notice }

  func picture(in bytes: [UInt8]) -> Picture? {
    let library = library.withLock { library in
      let opened = library ?? Self.open(notice)
      library = opened
      return opened
    }
    return library?.picture(in: bytes, pixelLimit: Self.pixelLimit)
  }

  private static func open(_ notice: (String) -> Void) -> Library? {
    guard let library = Library.open() else {
      notice(
        "libturbojpeg is not installed, so LCD.lcd_show_jpg shows nothing and gives -1; sudo apt-get install "
          + "libturbojpeg0 mends it")
      return nil
    }
    return library
  }

  /// Whether there is one.
  static var isInstalled: Bool { Library.open() != nil }
}

/// The functions of libturbojpeg 2 and 3 that read a picture. They never leave by a jump, as those of libjpeg do.
@safe private struct Library: Sendable {
  private typealias Begin = @convention(c) () -> UnsafeMutableRawPointer?
  private typealias ReadHeader =
    @convention(c) (
      UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, CUnsignedLong, UnsafeMutablePointer<CInt>,
      UnsafeMutablePointer<CInt>, UnsafeMutablePointer<CInt>, UnsafeMutablePointer<CInt>
    ) -> CInt
  private typealias ReadPixels =
    @convention(c) (
      UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, CUnsignedLong, UnsafeMutablePointer<UInt8>?,
      CInt, CInt, CInt, CInt, CInt
    ) -> CInt
  private typealias End = @convention(c) (UnsafeMutableRawPointer?) -> CInt

  private let begin: Begin
  private let readHeader: ReadHeader
  private let readPixels: ReadPixels
  private let end: End

  /// Opens the library; it stays open.
  static func open() -> Library? {
    guard let handle = unsafe dlopen("libturbojpeg.so.0", RTLD_NOW | RTLD_LOCAL),
      let begin = unsafe dlsym(handle, "tjInitDecompress"),
      let readHeader = unsafe dlsym(handle, "tjDecompressHeader3"),
      let readPixels = unsafe dlsym(handle, "tjDecompress2"),
      let end = unsafe dlsym(handle, "tjDestroy")
    else { return nil }
    return unsafe Library(
      begin: unsafeBitCast(begin, to: Begin.self),
      readHeader: unsafeBitCast(readHeader, to: ReadHeader.self),
      readPixels: unsafeBitCast(readPixels, to: ReadPixels.self),
      end: unsafeBitCast(end, to: End.self))
  }

  func picture(in bytes: [UInt8], pixelLimit: Int) -> Picture? {
    guard let reader = unsafe begin() else { return nil }
    defer { unsafe _ = end(reader) }
    var (width, height, sampling, colors): (CInt, CInt, CInt, CInt) = (0, 0, 0, 0)
    let length = CUnsignedLong(bytes.count)
    guard unsafe readHeader(reader, bytes, length, &width, &height, &sampling, &colors) == 0,
      width > 0, height > 0, Int(width) * Int(height) <= pixelLimit
    else { return nil }
    var pixels = [UInt8](repeating: 0, count: 3 * Int(width) * Int(height))
    // Its warning that a file is cut short counts as a failure, too.
    guard unsafe readPixels(reader, bytes, length, &pixels, width, 0, height, 0, 0) == 0 else {
      return nil
    }
    return Picture(width: Int(width), height: Int(height), bytes: pixels)
  }
}
