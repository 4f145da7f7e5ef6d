import Glibc

/// A row cannot be measured: why, in a sentence.
struct CannotMeasure: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}

/// Ours and its reference, measured in turn so that whatever else the machine does befalls both.
struct Pairs {
  private(set) var ours: [Double] = []
  private(set) var references: [Double] = []

  init(_ count: Int, ours: () throws -> Double, reference: () throws -> Double) rethrows {
    for _ in 0..<count {
      self.ours.append(try ours())
      references.append(try reference())
    }
  }

  /// The median of the pairs' ratios.
  var ratio: Double { median(zip(ours, references).map { $0 / $1 }) }
}

func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/// What one of the host's clocks says, in seconds.
func seconds(of clock: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// What a clock moves by while `body` runs, in seconds.
func seconds(of clock: clockid_t, during body: () throws -> Void) rethrows -> Double {
  let start = seconds(of: clock)
  try body()
  return seconds(of: clock) - start
}

/// A file's bytes; none if it cannot be read.
func contents(of path: String) -> [UInt8] {
  guard let file = fopen(path, "rb") else { return [] }
  defer { fclose(file) }
  fseek(file, 0, SEEK_END)
  var bytes = [UInt8](repeating: 0, count: max(ftell(file), 0))
  rewind(file)
  // What /proc holds has no size beforehand.
  if bytes.isEmpty { bytes = [UInt8](repeating: 0, count: 65536) }
  let count = bytes.withUnsafeMutableBytes { fread($0.baseAddress, 1, $0.count, file) }
  return Array(bytes.prefix(count))
}

/// A text file's lines.
func lines(of path: String) -> [Substring] {
  String(decoding: contents(of: path), as: UTF8.self).split(separator: "\n")
}

func write(_ bytes: [UInt8], to path: String) throws {
  guard let file = fopen(path, "wb") else { throw CannotMeasure("\(path) cannot be written") }
  let count = fwrite(bytes, 1, bytes.count, file)
  guard fclose(file) == 0, count == bytes.count else {
    throw CannotMeasure("\(path) cannot be written")
  }
}

func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }
