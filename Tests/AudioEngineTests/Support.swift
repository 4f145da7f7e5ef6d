import AudioEngine
import Foundation
import Testing

/// Keeps what a session writes, up to a capacity, and what it held at the last sync.
final class ArraySink: ByteSink {
  enum Operation: CaseIterable { case append, replaceStart, sync, close }

  private(set) var bytes: [UInt8] = []
  private(set) var synced: [UInt8] = []
  private(set) var replacementCount = 0
  private(set) var isClosed = false
  private let capacity: Int
  /// What fails, and after how many bytes.
  private let fault: (operation: Operation, after: Int)?

  init(capacity: Int = .max, fault: (operation: Operation, after: Int)? = nil) {
    self.capacity = capacity
    self.fault = fault
  }

  func append(_ bytes: Span<UInt8>) throws(SinkError) {
    try begin(.append)
    guard self.bytes.count + bytes.count <= capacity else { throw .full }
    for index in bytes.indices { self.bytes.append(bytes[index]) }
  }

  func sync() throws(SinkError) {
    try begin(.sync)
    synced = bytes
  }

  func close(replacingStart start: [UInt8]?) throws(SinkError) -> Bool {
    defer { isClosed = true }
    try begin(.close)
    defer { synced = bytes }
    guard let start else { return true }
    do throws(SinkError) { try begin(.replaceStart) } catch { return false }
    // As on flash, which writes the file anew before it lets go of the old one.
    guard bytes.count <= capacity - bytes.count else { return false }
    replacementCount += 1
    bytes.replaceSubrange(0..<start.count, with: start)
    return true
  }

  private func begin(_ operation: Operation) throws(SinkError) {
    precondition(!isClosed)
    guard let fault, fault.operation == operation, bytes.count >= fault.after else { return }
    throw .fault("worn out")
  }
}

/// A live microphone that plays a script: how many frames each read finds, and its end.
struct ScriptedMicrophone: Microphone {
  /// Frames that have arrived at each read; after the last, nothing more arrives.
  var arrivals: [Int]
  /// Whether the device is gone after the last arrival.
  var isLost = false
  var frameRate = 8000
  /// The frame of each number.
  var frame: @Sendable (Int) -> Int16 = { Int16(truncatingIfNeeded: $0 % 1000) }

  var description: String { "scripted" }
  var isLive: Bool { true }

  func open(frameRate: Int) -> any AudioSource { Source(script: self) }

  private final class Source: AudioSource {
    let script: ScriptedMicrophone
    var frameRate: Int { script.frameRate }
    var health: SourceHealth { SourceHealth() }
    private var arrivals: [Int]
    private var position = 0

    init(script: ScriptedMicrophone) {
      self.script = script
      arrivals = script.arrivals.reversed()
    }

    func read(into frames: inout MutableSpan<Int16>) throws(AudioError) -> Int {
      guard let arrived = arrivals.popLast() else {
        if script.isLost { throw .lost("The scripted microphone is gone.") }
        return 0
      }
      let count = min(arrived, frames.count)
      if arrived > count { arrivals.append(arrived - count) }
      for index in 0..<count { frames[index] = script.frame(position + index) }
      position += count
      return count
    }

    func close() {}
  }
}

/// Opens another microphone at a rate of its own, whatever is asked.
struct FixedRateMicrophone: Microphone {
  let base: any Microphone
  let frameRate: Int
  var description: String { base.description }
  var isLive: Bool { base.isLive }

  func open(frameRate: Int) throws(AudioError) -> any AudioSource {
    try base.open(frameRate: self.frameRate)
  }
}

/// Speech-like sound of a small deterministic generator: bursts of coloured noise with pauses.
struct BabbleMicrophone: Microphone {
  var description: String { "babble" }
  var isLive: Bool { false }

  func open(frameRate: Int) -> any AudioSource { Source(frameRate: frameRate) }

  private final class Source: AudioSource {
    let frameRate: Int
    var health: SourceHealth { SourceHealth() }
    private var generator = SmallGenerator(state: 7)
    private var position = 0
    private var low = 0.0

    init(frameRate: Int) { self.frameRate = frameRate }

    func read(into frames: inout MutableSpan<Int16>) -> Int {
      for index in frames.indices {
        let syllable = position * 5 / frameRate
        let loud = syllable % 11 < 6 ? 20_000.0 : 20.0
        low += 0.3 * (Double.random(in: -1...1, using: &generator) - low)
        frames[index] = Int16(low * loud * (0.6 + 0.4 * sin(Double(position) * 0.09)))
        position += 1
      }
      return frames.count
    }

    func close() {}
  }
}

/// Knuth's MMIX generator, so that random tests are the same everywhere.
struct SmallGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    var word: UInt64 = 0
    for _ in 0..<2 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      word = word << 32 | state >> 32
    }
    return word
  }
}

/// A folder that goes away with the test.
struct TemporaryFolder: ~Copyable {
  private let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "audio-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appending(path: name).path }

  func write(_ bytes: [UInt8], to name: String) throws -> String {
    try Data(bytes).write(to: URL(filePath: path(name)))
    return path(name)
  }
}

func contents(of path: String) throws -> [UInt8] {
  Array(try Data(contentsOf: URL(filePath: path)))
}

/// The path of an installed tool.
func tool(_ name: String) -> String? {
  ["/usr/bin/", "/usr/local/bin/", "/bin/"].map { $0 + name }
    .first(where: FileManager.default.isExecutableFile)
}

/// Runs a tool and gives what it printed; nil if it failed.
///
/// Not with Foundation's `Process`, which leaks and so fails under the address sanitizer.
func run(_ name: String, _ arguments: [String]) throws -> String? {
  let words = [try #require(tool(name))] + arguments
  let quoted = words.map { "'\($0.replacing("'", with: "'\\''"))'" }
  let pipe = try #require(popen(quoted.joined(separator: " ") + " 2>/dev/null", "r"))
  var text: [UInt8] = []
  while case let byte = fgetc(pipe), byte != EOF { text.append(UInt8(byte)) }
  return pclose(pipe) == 0 ? String(decoding: text, as: UTF8.self) : nil
}

/// Records a synthetic microphone for a time and gives the bytes.
func record(
  _ microphone: any Microphone, as format: RecordingFormat, for duration: Duration,
  captureRate: Int = 8000, gain: Double = 0
) throws -> [UInt8] {
  let sink = ArraySink()
  let session = RecordingSession(
    plan: RecordingPlan(format: format, captureRate: captureRate, gain: Gain(decibels: gain)),
    microphone: microphone, sink: sink)
  try session.open()
  _ = session.stop(at: duration)
  return sink.bytes
}

/// The first frames that a microphone gives.
func frames(
  of microphone: any Microphone, count: Int, frameRate: Int = 8000
) throws(AudioError) -> [Int16] {
  try frames(of: try microphone.open(frameRate: frameRate), count: count)
}

func frames(of source: any AudioSource, count: Int) throws(AudioError) -> [Int16] {
  var frames = [Int16](repeating: 0, count: count)
  var span = frames.mutableSpan
  let stored = try source.read(into: &span)
  return Array(frames[..<stored])
}

/// The samples behind a 44-byte WAV header.
func samples(ofWAV bytes: [UInt8]) -> [Int16] { littleEndianSamples(bytes.dropFirst(44)) }

func littleEndianSamples(_ bytes: some RandomAccessCollection<UInt8>) -> [Int16] {
  let bytes = Array(bytes)
  return stride(from: 0, to: bytes.count - 1, by: 2).map {
    Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
  }
}

func littleEndian(_ value: Int, _ byteCount: Int) -> [UInt8] {
  (0..<byteCount).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}

func number(_ bytes: [UInt8], at offset: Int, byteCount: Int = 4) -> Int {
  (0..<byteCount).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
}

/// The effective value of samples, in decibels below full scale.
func level(_ samples: some Collection<Int16>) -> Double {
  let power = samples.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(samples.count)
  return 10 * log10(power / (32_768 * 32_768))
}

/// The frequency of a tone, from the times of its first and last upward zero crossing.
func frequency(_ samples: [Int16], frameRate: Int) -> Double {
  let crossings = samples.indices.dropFirst().filter { samples[$0 - 1] < 0 && samples[$0] >= 0 }
    .map { Double($0) - Double(samples[$0]) / (Double(samples[$0]) - Double(samples[$0 - 1])) }
  guard let first = crossings.first, let last = crossings.last, last > first else { return 0 }
  return Double(crossings.count - 1) * Double(frameRate) / (last - first)
}
