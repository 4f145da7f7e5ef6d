package import DeviceEmulator
package import ModuleProfiles
import QuecPython

/// A row of the outcome table: a method and the id of one of its preconditions.
package struct RowID: Hashable, Sendable, CustomStringConvertible {
  package let method: DeviceMethod
  package let row: String

  package init(_ method: DeviceMethod, _ row: String) {
    self.method = method
    self.row = row
  }

  /// Such as `Record.start.timer`.
  package var description: String { "\(method.rawValue).\(row)" }
}

/// One way in which one row of the outcome table comes about: a short program that knows neither
/// Swift nor Python. The cases stand in the folders of the vendor modules.
package struct Case: Equatable, Sendable {
  /// The row that the last step meets, or that the last call-back tells of.
  package let row: RowID
  /// What brings it about, in a word: `taken`.
  package let cause: String
  /// Where it can come about.
  package let condition: Condition
  /// What is done; the answer of the last step counts, or the last call-back for a row of those.
  package let steps: [Step]
  /// What is answered where the table only says what kind of value or text it is.
  package let made: Made?
  /// How its outcome is known, where that is less well than the row's as a whole.
  package let provenance: Provenance?
  /// Whether only the Swift driver can bring it about, which says exactly how much heap is free, and
  /// runs no call-backs while it waits.
  package let needsSwift: Bool

  /// What is made to fail in it.
  package var faults: [Fault] {
    steps.compactMap { if case .inject(let fault) = $0 { fault } else { nil } }
  }

  /// Whether it changes what only an emulated module's surroundings do on demand.
  package var changesWorld: Bool {
    steps.contains { if case .modem = $0 { true } else { false } }
  }

  /// Such as `Record.start.timer/taken`.
  package var name: String { "\(row)/\(cause)" }

  /// The methods it calls, and the constructors of their classes.
  var methods: Set<DeviceMethod> {
    Set(steps.compactMap { if case .call(let method, _) = $0 { method } else { nil } })
      .reduce(into: []) { methods, method in
        methods.insert(method)
        methods.insert(method.constructor)
      }
  }
}

/// On which models and under which policies a case can come about.
package struct Condition: Equatable, Sendable {
  /// What a model has or has not.
  package enum Feature: String, CaseIterable, Sendable {
    case gain, amrDTX, streamStart, streamRead
    /// Streams can be started and read: the model can, or the policy says that all models can.
    case streams
    /// There is a channel that the model has not.
    case absentChannel
    case channel0, channel1, channel2
    /// `getSize` counts the file header by the vendor's page.
    case countsHeader
    /// The play queue speaks texts that waited: all do by the vendor's page.
    case queuedSpeech
    /// There are more timers than one.
    case spareTimer
    /// Scripts can hold more files open than one.
    case spareFile
    /// A call-back waits while another does.
    case callbackQueue
    /// `/usr` is a littlefs 1 of blocks of 4096 bytes, as on the vendor's modules.
    case modulesFlash
    /// The chip is one of ASR's.
    case asr
    /// Phone books can be read: the chip is one of ASR's, or the policy says that all models can.
    case phoneBook
    /// Tones in calls are heard.
    case tones
    /// There are short messages.
    case messages
  }

  package let features: [Feature]
  package let lackedFeatures: [Feature]
  /// Nil for both.
  package let policy: Policy?

  package func holds(on profile: ModuleProfile, under policy: Policy) -> Bool {
    (self.policy == nil || self.policy == policy)
      && features.allSatisfy { $0.isHad(by: profile, under: policy) }
      && !lackedFeatures.contains { $0.isHad(by: profile, under: policy) }
  }
}

extension Condition.Feature {
  func isHad(by profile: ModuleProfile, under policy: Policy) -> Bool {
    let record = profile.record
    return switch self {
    case .gain: record.gain
    case .amrDTX: record.amrDTX
    case .streamStart: record.stream.start
    case .streamRead: record.stream.read
    case .streams: record.stream.start && record.stream.read || policy == .observed
    case .absentChannel: profile.absentChannel != nil
    case .channel0: record.channels.contains(.earpiece)
    case .channel1: record.channels.contains(.headphone)
    case .channel2: record.channels.contains(.speaker)
    case .countsHeader: record.sizeCountsHeader
    case .queuedSpeech: profile.tts.queue || policy == .documented
    case .spareTimer: profile.limits.timers > 1
    case .spareFile: profile.limits.openFiles > 1
    case .callbackQueue: profile.limits.eventQueue > 1
    case .modulesFlash: profile.volumes[mount: "/usr"].isAsOnModules
    case .asr: profile.isASR
    case .phoneBook: profile.isASR || policy == .documented
    case .messages: profile.availability(of: "sms.init") == .works
    case .tones: profile.platform == "ASR1603"
    }
  }
}

extension FlashVolume {
  fileprivate var isAsOnModules: Bool { fileSystem == .littlefs1 && blockSize == 4096 }
}

extension ModuleProfile {
  /// The channel that a case uses unless it says otherwise.
  var firstChannel: AudioChannel? { AudioChannel.allCases.first { record.channels.contains($0) } }

  var absentChannel: AudioChannel? { AudioChannel.allCases.first { !record.channels.contains($0) } }
}

/// What is done in a case.
package enum Step: Equatable, Sendable {
  /// A call of a method, on the class's first object where it has objects; one that is not there yet is
  /// constructed, on the model's first channel if the constructor takes an argument.
  case call(DeviceMethod, [CaseValue])
  case wait(milliseconds: Int)
  case write(path: String, CaseValue)
  case makeFolder(path: String)
  /// The file stays open to the end of the case.
  case open(path: String, mode: String)
  /// Takes all timers that are left.
  case takeTimers
  /// Writes into a volume until it is full.
  case fill(mount: String)
  /// From now on something fails; only on an emulated module.
  case inject(Fault)
  /// What is outside of the module changes; only on one of the device's own process.
  case change(WorldChange)
  /// Leaves no more than so many bytes of script heap to the next call.
  case leaveHeap(bytes: Int)
  /// Something about the SIM or the network is different from now on; only on an emulated module.
  case modem(String, GuestValue)
}

/// An argument or a file's content, as a case writes it down.
package enum CaseValue: Equatable, Sendable {
  /// A value that JSON can say.
  case plain(GuestValue)
  case repeated(String, times: Int, then: String)
  case bytes([UInt8])
  /// A writable buffer.
  case buffer(count: Int)
  /// A function that keeps what it is called with.
  case callback
  /// The bytes 0, 1, 2 and so on, over and over.
  case ramp(from: Int, count: Int)
  /// A WAV file of a steady level.
  case sound(milliseconds: Int)
  case firstChannel
  case absentChannel
}

/// What a call answers, where the table only says what kind of value or text it is, and what a
/// call-back tells of, where the table leaves a place for it.
package enum Made: Equatable, Sendable {
  /// A number, a path, or an exception's text.
  case plain(GuestValue)
  /// The object of this number, counted from 0 as they first appear.
  case object(Int)
  case data(CaseValue)
  /// A size in bytes; whether the header counts is for the table and the model to say.
  case size(audio: Int, header: Int)
  /// What has been put into the buffer.
  case filled([UInt8])
  /// A field of the model's identity.
  case identity(String)
  /// What stands in the table's places, such as `{path}`.
  case places([String: GuestValue])
}
