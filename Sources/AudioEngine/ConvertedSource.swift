/// Another source's sound at the rate that is wanted.
///
/// It reads ahead of what it gives by the converter's filter and at most 20 ms more.
final class ConvertedSource: AudioSource {
  let frameRate: Int
  var health: SourceHealth { source.health }
  private let source: any AudioSource
  private var converter: RateConverter
  private var block: [Int16]
  /// The part of the block that is not converted yet.
  private var unread = 0..<0
  /// What the source threw after it had given frames; they are delivered first.
  private var failure: AudioError?

  /// Gives `source` itself if it runs at the rate already; closes it if it cannot be converted.
  static func converting(
    _ source: any AudioSource, to frameRate: Int
  ) throws(AudioError) -> any AudioSource {
    guard source.frameRate != frameRate else { return source }
    do throws(AudioError) {
      return try ConvertedSource(source, frameRate: frameRate)
    } catch {
      source.close()
      throw error
    }
  }

  private init(_ source: any AudioSource, frameRate: Int) throws(AudioError) {
    self.source = source
    self.frameRate = frameRate
    converter = try RateConverter(from: source.frameRate, to: frameRate)
    block = [Int16](repeating: 0, count: max(1, source.frameRate / 50))
  }

  func read(into frames: inout MutableSpan<Int16>) throws(AudioError) -> Int {
    var done = 0
    while done < frames.count {
      if unread.isEmpty { refill() }
      guard !unread.isEmpty else { break }
      var rest = frames._mutatingExtracting(done..<frames.count)
      let counts = converter.convert(block.span.extracting(unread), into: &rest)
      unread = unread.lowerBound + counts.taken..<unread.upperBound
      done += counts.stored
    }
    if done == 0, let failure { throw failure }
    return done
  }

  func close() { source.close() }

  private func refill() {
    guard failure == nil else { return }
    var span = block.mutableSpan
    do throws(AudioError) {
      unread = 0..<(try source.read(into: &span))
    } catch {
      failure = error
    }
  }
}

extension Microphone {
  /// Opens it so that it runs at this very rate: converted, if its own is another.
  package func openConverted(to frameRate: Int) throws(AudioError) -> any AudioSource {
    try ConvertedSource.converting(try open(frameRate: frameRate), to: frameRate)
  }
}
