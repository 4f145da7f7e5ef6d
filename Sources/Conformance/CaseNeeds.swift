import DeviceEmulator
import ModuleProfiles

/// What a case needs of a model, whatever it is about: room for its files, and a channel.
extension Case {
  /// Whether the model has it.
  func isPossible(on profile: ModuleProfile) -> Bool {
    (profile.firstChannel != nil || !usesFirstChannel) && fits(on: profile.volumes[mount: "/usr"])
  }

  private var usesFirstChannel: Bool {
    steps.contains { step in
      guard case .call(let method, let arguments) = step else { return false }
      return !method.isConstructor || arguments.contains(.firstChannel)
    }
  }

  /// Whether a fresh volume that a script may write to has room for what is written and recorded.
  private func fits(on volume: FlashVolume) -> Bool {
    let needs = steps.compactMap(bytesNeeded)
    guard !needs.isEmpty else { return true }
    // A file's blocks begin with at most 8 bytes of pointers, but for the rare one; the last is copied as it grows.
    let blocks = needs.map { $0 / (volume.blockSize - 8) + 2 }.reduce(0, +)
    return !volume.readOnly && blocks <= volume.blockCount - Self.takenBlockCount
  }

  /// The superblock's and the root's of littlefs 1.
  private static let takenBlockCount = 4

  /// The bytes of a file that a step makes; nil if it makes none.
  private func bytesNeeded(by step: Step) -> Int? {
    switch step {
    case .write(_, let content): content.byteCount
    case .makeFolder, .open: 0
    case .call(.recordStart, let arguments): recordedBytes(arguments.first)
    default: nil
    }
  }

  /// What a recording can come to while the case waits; the header of a WAV file is written twice, which copies it.
  private func recordedBytes(_ name: CaseValue?) -> Int {
    let milliseconds = steps.reduce(0) { if case .wait(let more) = $1 { $0 + more } else { $0 } }
    if case .plain(.string(let name))? = name, name.hasSuffix(".amr") {
      return 6 + 2 * milliseconds
    }
    return 44 + 2 * 16 * milliseconds
  }
}

extension CaseValue {
  /// The bytes of a file with this content.
  fileprivate var byteCount: Int {
    switch self {
    case .bytes(let bytes): bytes.count
    case .ramp(_, let count), .buffer(let count): count
    case .sound(let milliseconds): 44 + 16 * milliseconds
    default: 0
    }
  }
}
