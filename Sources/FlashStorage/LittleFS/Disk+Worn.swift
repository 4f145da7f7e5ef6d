extension Disk {
  /// Reads from a block that may be worn out.
  ///
  /// - Returns: False if it is; the buffer is then as it happens to be.
  func readIfGood(
    _ block: Int, at offset: Int = 0, into buffer: inout MutableSpan<UInt8>
  ) throws(FlashError) -> Bool {
    do throws(FlashFault) {
      try device.read(block, at: offset, into: &buffer)
      return true
    } catch .wornOut {
      return false
    } catch {
      throw FlashError(error)
    }
  }

  /// The first four bytes of a block, the lowest first; nil if it is worn out.
  func readWord(_ block: Int) throws(FlashError) -> UInt32? {
    var bytes = [UInt8](repeating: 0, count: 4)
    var span = bytes.mutableSpan
    return try readIfGood(block, into: &span) ? bytes.span.littleEndian(at: 0) : nil
  }
}
