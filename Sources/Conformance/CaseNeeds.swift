import DeviceEmulator
import ModuleProfiles
import QuecPython

/// What a case needs of a model, whatever it is about: room for its files, and a channel.
extension Case {
  /// Whether the model has it.
  func isPossible(on profile: ModuleProfile) -> Bool {
    (profile.firstChannel != nil || !usesFirstChannel) && fits(on: profile.volumes[mount: "/usr"])
  }

  private var usesFirstChannel: Bool {
    steps.contains { step in
      guard case .call(let method, let arguments) = step else { return false }
      return !method.standardObject.isEmpty || arguments.contains(.firstChannel)
    }
  }

  /// Whether a fresh volume that a script may write to has room for what is written and recorded.
  private func fits(on volume: FlashVolume) -> Bool {
    let needs = steps.compactMap { blocksNeeded(by: $0, of: volume.blockSize) }
    guard !needs.isEmpty else { return true }
    return !volume.readOnly && needs.reduce(0, +) <= volume.blockCount - volume.takenBlockCount
  }

  /// The blocks of a file that a step makes; nil if it makes none.
  private func blocksNeeded(by step: Step, of blockSize: Int) -> Int? {
    // A file's blocks begin with at most 8 bytes of pointers, but for the rare one.
    func blocks(_ byteCount: Int) -> Int { byteCount / (blockSize - 8) + 1 }
    return switch step {
    case .write(_, let content): blocks(content.byteCount)
    // A pair; a file that grows has its last block copied.
    case .makeFolder, .open, .call("dataCall.setApn", _): 2
    // Folders, what was downloaded, and the list.
    case .call("app_fota_download.download", _): 10
    case .call("app_fota_download.set_update_flag", _),
      .call("app_fota_download.update_download_stat", _),
      .call("app_fota_download.delete_update_file", _):
      5
    case .call("Record.start", let arguments): blocks(recordedBytes(arguments)) + 1
    default: nil
    }
  }

  /// What a recording can come to while the case waits; the header of a WAV file is written twice, which copies it.
  private func recordedBytes(_ arguments: [CaseValue]) -> Int {
    let waited = steps.reduce(0) { if case .wait(let more) = $1 { $0 + more } else { $0 } }
    let limit = arguments.dropFirst().first?.seconds.map { $0 * 1000 } ?? waited
    let milliseconds = max(0, min(waited, limit))
    if case .plain(.string(let name))? = arguments.first, name.hasSuffix(".amr") {
      return 6 + 2 * milliseconds
    }
    return 44 + 2 * 16 * milliseconds
  }
}

extension DeviceMethod {
  private var outcomes: OutcomeTable { OutcomeTables.quecPython.of(className) }

  /// Whether it is called on an object.
  var isOnObject: Bool { !isConstructor && outcomes.kind(of: className).hasObjects }

  /// The arguments with which a case has the object constructed that the method is called on, unless it does so
  /// itself; none for what is called on no object.
  var standardObject: [CaseValue] {
    guard isOnObject else { return [] }
    return outcomes.methods[constructor]?.takes.takesArguments ?? false ? [.firstChannel] : []
  }

  /// The module that a script imports for it.
  var moduleName: String { VendorModules.quecPython.module(of: className)?.name ?? "" }

  /// How a script reaches it, where it is called on no object: `audio.Record`, `misc.Power.powerDown`.
  var pathInScript: String {
    switch outcomes.kind(of: className) {
    case .itself: String(className)
    case .functions: "\(moduleName).\(scriptName)"
    case .objects, .statics:
      "\(moduleName).\(className)" + (isConstructor ? "" : ".\(scriptName)")
    }
  }

  /// The name by which alone a script gives an argument; nil if it need not.
  func neededName(at index: Int, under policy: Policy) -> String? {
    outcomes.methods[self]?.takes.neededName(at: index, under: policy)
  }
}

extension FlashVolume {
  /// The superblock's and the root's, which are one in littlefs 2.
  fileprivate var takenBlockCount: Int { fileSystem == .littlefs1 ? 4 : 2 }
}

extension CaseValue {
  /// The whole seconds that a number is; nil if there are none, or more than a case can wait.
  fileprivate var seconds: Int? {
    if case .plain(.int(let seconds)) = self, abs(seconds) < 1_000_000 { seconds } else { nil }
  }

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
