public import JSONText

/// What one model is and can do, resolved from its file and the bases it extends.
public struct ModuleProfile: Sendable, Equatable {
  public var name = ""
  /// Other names it is found by; case, hyphens and underscores do not count.
  public var aliases: [String] = []
  /// The series as the vendor's page spells it.
  public var series = ""
  /// The chip: "ASR1603".
  public var platform = ""
  /// What a user should know about this profile, a sentence each.
  public var notes: [String] = []
  public var record = RecordFeatures()
  public var tts = TTSFeatures()
  public var pins = PinFeatures()
  /// The methods that do not simply work.
  public var methods: [DeviceMethod: Availability] = [:]
  /// Why they do not, a clause, where the profile says so.
  public var reasons: [DeviceMethod: String] = [:]
  public var limits = ModuleLimits()
  public var timing = ModuleTiming()
  /// The language that its interpreter speaks.
  public var dialect = Dialect.micropython113
  /// `/usr`, then `/bak`.
  public var volumes = [FlashVolume(mount: "/usr"), FlashVolume(mount: "/bak")]
  public var identity = ModuleIdentity()
  /// Every fact a file states, by its path, with its source.
  public internal(set) var facts: [String: ProfileFact] = [:]

  init() {}

  /// How the model treats a method: as the profile says, else it works.
  public func availability(of method: DeviceMethod) -> Availability {
    methods[method, default: .works]
  }

  /// The fact at a path such as "limits.scriptHeapBytes", with its source; nil if none states it.
  public func source(of path: String) -> ProfileFact? { facts[path] }
}

/// What `audio.Record` can do on a model.
public struct RecordFeatures: Sendable, Equatable {
  public var channels: Set<AudioChannel> = []
  /// `gain` works.
  public var gain = false
  /// `amrEncDtx_enable` works.
  public var amrDTX = false
  public var stream = StreamFeatures()
  /// `getSize` counts the file header.
  public var sizeCountsHeader = false
}

/// What `audio.TTS` can do on a model.
public struct TTSFeatures: Sendable, Equatable {
  /// The play queue of the observed firmware stops texts and begins them, as it does files.
  public var queue = true
}

/// The pins of a model.
public struct PinFeatures: Sendable, Equatable {
  /// How many `machine.Pin` knows; they are numbered from 1.
  public var count = 0
}

/// What a model can do with streams; the vendor's page lists the two apart.
public struct StreamFeatures: Sendable, Equatable {
  /// `stream_start` and `stream_stop` work.
  public var start = false
  /// `stream_read` works.
  public var read = false
}

/// How much of everything a model has.
public struct ModuleLimits: Sendable, Equatable {
  /// The heap of the script interpreter: what is free and what is used, together.
  public var scriptHeapBytes = 0
  /// What the module's own boot uses of it before the script starts.
  public var bootHeapBytes = 0
  /// What `_thread.get_heap_size()` tells: the heap of the module's system, not the script's.
  public var systemHeapBytes = 0
  /// Timers that recordings, `machine.Timer` and `osTimer` share.
  public var timers = 0
  /// Callbacks that can wait; the next one is dropped.
  public var eventQueue = 0
  /// Script threads at a time.
  public var threads = 0
  /// Files a script can hold open at a time.
  public var openFiles = 0
}

/// How fast a model is, in device time.
public struct ModuleTiming: Sendable, Equatable {
  /// What a step of the interpreter lasts: a jump or a return.
  public var stepNanoseconds = 0
  /// What a call of the device lasts.
  public var callNanoseconds = 0
}

/// A volume of the flash memory.
public struct FlashVolume: Sendable, Equatable {
  /// "/usr" or "/bak".
  public var mount = ""
  public var fileSystem = FileSystemKind.littlefs1
  public var blockSize = 0
  /// The blocks of the mounted file system, as `uos.statvfs` reports them.
  public var blockCount = 0
  /// Scripts cannot write to it.
  public var readOnly = false
}

/// What the module says about itself.
public struct ModuleIdentity: Sendable, Equatable {
  /// As `modem.getDevFwVersion` reports it.
  public var firmware = ""
  /// 15 digits; each `#` stands for one drawn from the run's seed, or at the end for the check digit.
  public var imeiPattern = ""
  /// The fields of `uos.uname()`, each without its "sysname=".
  public var sysname = ""
  public var nodename = ""
  public var release = ""
  public var version = ""
  public var machine = ""
  public var qpyver = ""
}

/// One statement of a profile file.
public struct ProfileFact: Sendable, Equatable {
  /// Where it stands in the file, keys joined by dots: "limits.scriptHeapBytes".
  public let path: String
  public let value: JSONNode
  /// `unknown` if the file names no source.
  public let provenance: Provenance
  /// Where the fact was read; empty if the file does not say.
  public let source: String
  /// The profile file that states it.
  public let file: String
  /// The offset of its key in that file.
  let offset: Int

  /// The value in words: `532480`, `earpiece, headphone`, `answers -1`,
  /// `missing (this build has none)`.
  public var text: String { Self.text(of: value) }

  private static func text(of node: JSONNode) -> String {
    switch node.value {
    case .string(let string): string
    case .array(let elements): elements.map(text).joined(separator: ", ")
    case .object(let members):
      members.filter { $0.key != "why" }
        .map { $0.value.bool == true ? $0.key : "\($0.key) \(text(of: $0.value))" }
        .joined(separator: ", ") + (node["why"].map { " (\(text(of: $0)))" } ?? "")
    default: node.jsonText()
    }
  }
}
