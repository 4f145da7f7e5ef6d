import Glibc

extension BlockDevice {
  /// Whether every block holds nothing but ones, as a flash does that nobody has used.
  public var isErased: Bool {
    var block = [UInt8](repeating: 0, count: geometry.blockSize)
    for number in 0..<geometry.blockCount {
      var span = block.mutableSpan
      do throws(FlashFault) { try read(number, at: 0, into: &span) } catch { return false }
      guard block.span.isErased else { return false }
    }
    return true
  }
}

extension FlashImage {
  /// The size of an image file; nil if there is none.
  public static func byteCount(of path: String) -> Int? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? Int(status.st_size) : nil
  }
}
