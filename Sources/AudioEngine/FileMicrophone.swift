/// A microphone that hears a sound file of the host, from its first frame at each opening.
///
/// Read are WAV files (PCM of 8, 16, 24 or 32 bits, floating point of 32 or 64 bits, also as
/// WAVE_FORMAT_EXTENSIBLE, any number of channels, 1 to 192000 frames per second), and, when the name
/// ends in `.raw`, `.pcm` or `.s16`, raw PCM: signed 16 bit, little endian, mono, 8000 frames per
/// second. Channels are averaged. The file is read in blocks while it is heard; if it becomes shorter
/// meanwhile, silence takes the place of what is gone.
public struct FileMicrophone: Microphone {
  /// The file's path on the host.
  public let path: String
  /// Whether it starts again at its end. If not, silence follows, and
  /// ``SourceHealth/endedAtFrame`` says from where, in frames of the file.
  public let loop: Bool

  /// Makes a microphone of the file at `path`, which is opened later.
  public init(path: String, loop: Bool = false) {
    self.path = path
    self.loop = loop
  }

  public var description: String { "file:\(path)\(loop ? ",loop" : "")" }

  public var isLive: Bool { false }

  /// Opens the file; the source runs at the file's own rate.
  public func open(frameRate: Int) throws(AudioError) -> any AudioSource {
    let file = try HostFile.openSound(at: path)
    let layout = isRaw ? rawLayout(byteCount: file.byteCount) : try PCMLayout.wav(file, name: path)
    guard layout.frameCount > 0 else {
      throw .unavailable(
        "The sound file '\(path)' holds no audio; it must have at least one frame of "
          + "\(layout.bytesPerFrame) bytes.")
    }
    return FileSource(PCMReader(file, layout: layout), loop: loop)
  }

  private var isRaw: Bool {
    let name = path.lowercased()
    return [".raw", ".pcm", ".s16"].contains { name.hasSuffix($0) }
  }

  private func rawLayout(byteCount: Int) -> PCMLayout {
    PCMLayout(
      frameRate: 8000, channelCount: 1, coding: .signed16, dataOffset: 0, frameCount: byteCount / 2)
  }
}

private final class FileSource: AudioSource {
  let frameRate: Int
  private(set) var health = SourceHealth()
  private var reader: PCMReader<HostFile>?
  private let loop: Bool
  private var position = 0
  /// Whether this pass through the file has given anything: a loop needs at least one frame.
  private var heard = false

  init(_ reader: consuming PCMReader<HostFile>, loop: Bool) {
    frameRate = reader.layout.frameRate
    health.native = reader.layout.description
    self.loop = loop
    self.reader = consume reader
  }

  func read(into frames: inout MutableSpan<Int16>) throws(AudioError) -> Int {
    var done = 0
    while done < frames.count, health.endedAtFrame == nil {
      var rest = frames._mutatingExtracting(done..<frames.count)
      let count = try reader?.read(into: &rest) ?? 0
      heard = heard || count > 0
      done += count
      if done < frames.count { turn(at: position + done) }
    }
    for index in done..<frames.count { frames[index] = 0 }
    position += frames.count
    return frames.count
  }

  func close() { reader = nil }

  /// At the end of the file: back to its start, or silence from here on.
  private func turn(at frame: Int) {
    if loop, heard {
      reader?.rewind()
      heard = false
    } else {
      health.endedAtFrame = frame
    }
  }
}
