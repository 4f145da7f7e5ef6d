import CALSA

/// The sample formats that a capture can convert to 16 bits, best first.
enum SampleFormat: CaseIterable {
  case signed16, signed32, signed24, packed24, float, unsigned8

  var alsa: snd_pcm_format_t {
    switch self {
    case .signed16: SND_PCM_FORMAT_S16_LE
    case .signed32: SND_PCM_FORMAT_S32_LE
    case .signed24: SND_PCM_FORMAT_S24_LE
    case .packed24: SND_PCM_FORMAT_S24_3LE
    case .float: SND_PCM_FORMAT_FLOAT_LE
    case .unsigned8: SND_PCM_FORMAT_U8
    }
  }

  /// ALSA's name of it, such as `S16_LE`.
  var name: String { unsafe String(cString: snd_pcm_format_name(alsa)) }

  /// Bytes from one sample to the next.
  var byteCount: Int {
    switch self {
    case .signed16: 2
    case .packed24: 3
    case .signed32, .signed24, .float: 4
    case .unsigned8: 1
    }
  }

  /// The upper 16 bits of sample `index` of an interleaved block.
  func sample(_ index: Int, of block: UnsafeRawBufferPointer) -> Int16 {
    let offset = index * byteCount
    func load<Word: BitwiseCopyable>(_ type: Word.Type, at offset: Int) -> Word {
      unsafe block.loadUnaligned(fromByteOffset: offset, as: type)
    }
    switch self {
    case .signed16: return load(Int16.self, at: offset)
    case .signed32: return load(Int16.self, at: offset + 2)
    case .signed24, .packed24: return load(Int16.self, at: offset + 1)
    case .unsigned8: return (Int16(load(UInt8.self, at: offset)) - 128) << 8
    case .float:
      let value = load(Float.self, at: offset) * 32768
      return value.isNaN ? 0 : Int16(max(-32768, min(32767, value)))
    }
  }

  /// Frame `index` of a block with all its channels averaged.
  func monoFrame(_ index: Int, of block: UnsafeRawBufferPointer, channels: Int) -> Int16 {
    guard channels > 1 else { return unsafe sample(index, of: block) }
    var sum = 0
    for channel in 0..<channels {
      sum += Int(unsafe sample(index * channels + channel, of: block))
    }
    return Int16(sum / channels)
  }
}
