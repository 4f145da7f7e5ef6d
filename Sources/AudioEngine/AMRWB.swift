import CVOAMRWBEnc

/// Encodes AMR wideband at 23.85 kbit/s with the vo-amrwbenc library, as RFC 4867 stores it and without
/// a file's magic.
@safe final class AMRWBEncoder: FrameEncoder {
  /// PCM frames in a 20 ms AMR frame.
  private static let framesPerFrame = 320
  /// The library's number for 23.85 kbit/s.
  private static let mode: CInt = 8

  let frameRate = 16_000
  /// One header byte and 60 bytes of speech, for every frame.
  let byteCapacity = 61
  private let handle: UnsafeMutableRawPointer

  init() throws(AudioError) {
    guard let handle = unsafe E_IF_init() else {
      throw .codec("The AMR-WB encoder cannot be made: there is no memory for it.")
    }
    unsafe self.handle = handle
  }

  deinit { unsafe E_IF_exit(handle) }

  func header(frameCount: Int) -> [UInt8] { [] }

  func encode(_ frames: Span<Int16>, into bytes: inout MutableSpan<UInt8>) throws(AudioError) -> Int
  {
    precondition(frames.count == Self.framesPerFrame && bytes.count >= byteCapacity)
    let count = unsafe frames.withUnsafeBufferPointer { samples in
      unsafe bytes.withUnsafeMutableBufferPointer { bytes in
        unsafe E_IF_encode(handle, Self.mode, samples.baseAddress, bytes.baseAddress, 0)
      }
    }
    guard count == byteCapacity else {
      throw .codec("The AMR-WB encoder refused a frame and returned \(count).")
    }
    return Int(count)
  }
}
