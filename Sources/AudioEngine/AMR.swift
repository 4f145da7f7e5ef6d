import COpenCoreAMRNB

/// AMR narrowband as RFC 4867 stores it: one header byte a frame, then the frame's bits.
enum AMR {
  static let magic = Array("#!AMR\n".utf8)
  static let frameRate = 8000
  /// PCM frames in a 20 ms AMR frame.
  static let framesPerFrame = 160
  /// The most bytes a stored frame has, that of 12.2 kbit/s.
  static let byteCapacity = 32
  /// Marks a frame without data.
  static let noDataHeader: UInt8 = 0x7c

  /// Bytes of a stored frame that begins with `header`; a type that narrowband does not know is
  /// taken for its header alone.
  static func storedByteCount(header: UInt8) -> Int {
    storedByteCounts[Int(header >> 3 & 15)]
  }

  private static let storedByteCounts: InlineArray<16, Int> = [
    13, 14, 16, 18, 20, 21, 27, 32, 6, 1, 1, 1, 1, 1, 1, 1,
  ]
}

/// Encodes at 12.2 kbit/s with the opencore-amrnb library.
@safe final class AMREncoder: FrameEncoder {
  let frameRate = AMR.frameRate
  let byteCapacity = AMR.byteCapacity
  private let magic: [UInt8]
  private let handle: UnsafeMutableRawPointer

  /// - Parameters:
  ///   - dtx: Whether silence becomes comfort-noise descriptions and frames without data.
  ///   - magic: Whether the file's magic stands before the first frame.
  init(dtx: Bool, magic: Bool) throws(AudioError) {
    guard let handle = unsafe Encoder_Interface_init(dtx ? 1 : 0) else {
      throw .codec("The AMR encoder cannot be made: there is no memory for it.")
    }
    unsafe self.handle = handle
    self.magic = magic ? AMR.magic : []
  }

  deinit { unsafe Encoder_Interface_exit(handle) }

  func header(frameCount: Int) -> [UInt8] { magic }

  func encode(_ frames: Span<Int16>, into bytes: inout MutableSpan<UInt8>) throws(AudioError) -> Int
  {
    precondition(frames.count == AMR.framesPerFrame && bytes.count >= AMR.byteCapacity)
    // The library declares its input const and overwrites it all the same.
    var copy = InlineArray<160, Int16> { frames[$0] }
    var samples = copy.mutableSpan
    let count = unsafe samples.withUnsafeMutableBufferPointer { samples in
      unsafe bytes.withUnsafeMutableBufferPointer { bytes in
        unsafe Encoder_Interface_Encode(handle, MR122, samples.baseAddress, bytes.baseAddress, 0)
      }
    }
    guard (1...AMR.byteCapacity).contains(Int(count)) else {
      throw .codec("The AMR encoder refused a frame and returned \(count).")
    }
    return Int(count)
  }
}

/// Decodes all modes of AMR narrowband with the opencore-amrnb library.
@safe final class AMRDecoder {
  private let handle: UnsafeMutableRawPointer

  init() throws(AudioError) {
    guard let handle = unsafe Decoder_Interface_init() else {
      throw .codec("The AMR decoder cannot be made: there is no memory for it.")
    }
    unsafe self.handle = handle
  }

  deinit { unsafe Decoder_Interface_exit(handle) }

  /// Decodes one stored frame to 160 PCM frames.
  func decode(_ stored: Span<UInt8>, into frames: inout MutableSpan<Int16>) {
    precondition(frames.count == AMR.framesPerFrame)
    // The library trusts the header byte for how much it reads, so it gets room for any.
    var copy = InlineArray<32, UInt8>(repeating: 0)
    for index in 0..<min(stored.count, AMR.byteCapacity) { copy[index] = stored[index] }
    if stored.count == 1 { copy[0] = AMR.noDataHeader }
    let bytes = copy.span
    unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe frames.withUnsafeMutableBufferPointer { frames in
        unsafe Decoder_Interface_Decode(handle, bytes.baseAddress, frames.baseAddress, 0)
      }
    }
  }
}
