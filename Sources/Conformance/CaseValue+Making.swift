package import DeviceEmulator
package import ModuleProfiles

extension CaseValue {
  /// The value itself, on a model.
  package func value(on profile: ModuleProfile) -> GuestValue {
    switch self {
    case .plain(let value): value
    case .repeated(let text, let times, let rest):
      .string(String(repeating: text, count: times) + rest)
    case .bytes(let bytes): .bytes(bytes)
    case .buffer(let count): .buffer(count: count)
    case .callback: .function(0)
    case .ramp(let start, let count):
      .bytes((start..<start + count).map { UInt8(truncatingIfNeeded: $0) })
    case .sound(let milliseconds): .bytes(Self.sound(milliseconds))
    case .firstChannel: .int(profile.firstChannel?.rawValue ?? 0)
    case .absentChannel: .int(profile.absentChannel?.rawValue ?? 0)
    }
  }

  /// The expression by which a script makes the value; a buffer has a name, to be looked at later.
  func expression(on profile: ModuleProfile) -> String {
    switch self {
    case .plain(let value): value.text
    case .repeated(let text, let times, let rest):
      "\(text.pythonLiteral) * \(times)" + (rest.isEmpty ? "" : " + \(rest.pythonLiteral)")
    case .bytes(let bytes): bytes.pythonLiteral
    case .buffer: "buffer"
    case .callback: "hear"
    case .ramp(let start, let count):
      "bytes(i & 255 for i in range(\(start), \(start + count)))"
    case .sound(let milliseconds):
      "\(Self.header(frameCount: 8 * milliseconds).pythonLiteral) "
        + "+ b'\\xe8\\x03' * \(8 * milliseconds)"
    case .firstChannel, .absentChannel: value(on: profile).text
    }
  }

  /// A WAV file of 8000 frames a second, each 1000.
  private static func sound(_ milliseconds: Int) -> [UInt8] {
    let count = 8 * milliseconds
    return header(frameCount: count) + (0..<count).flatMap { _ in little(1000, 2) }
  }

  private static func header(frameCount: Int) -> [UInt8] {
    let size = 2 * frameCount
    return Array("RIFF".utf8) + little(size + 36, 4) + Array("WAVEfmt ".utf8) + little(16, 4)
      + little(1, 2) + little(1, 2) + little(8000, 4) + little(16000, 4) + little(2, 2)
      + little(16, 2) + Array("data".utf8) + little(size, 4)
  }

  private static func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}

extension [UInt8] {
  /// As Python spells it.
  fileprivate var pythonLiteral: String {
    "b'" + map { "\\x" + [$0].hexadecimal }.joined() + "'"
  }
}
