import DeviceEmulator
import ModelTable
import ModuleProfiles
import Testing

@Suite("A flash whose medium fails at one operation")
struct FaultyFlashTests {
  /// A broken operation, and what a call that meets it answers under each policy.
  struct Fault: Sendable, CustomTestStringConvertible {
    let operation: FaultyVolume.Operation
    let documented: Answer
    let observed: Answer
    /// The call; there is a file before it where it needs one.
    let call: @Sendable (Desk) throws -> Answer

    var testDescription: String { "\(operation)" }
  }

  static let faults = [
    Fault(operation: .remove, documented: -1, observed: 0) {
      try $0.write([1])
      return try $0.call(.recordStart, "a.wav", 10)
    },
    Fault(operation: .open, documented: -2, observed: -6) {
      try $0.call(.recordStart, "a.wav", 10)
    },
    Fault(operation: .write, documented: -2, observed: -6) {
      try $0.call(.recordStart, "a.wav", 10)
    },
    Fault(operation: .seek, documented: -3, observed: -3) {
      try $0.write([0, 1, 2, 3])
      return try $0.call(.recordGetData, "a.wav", 1, 2)
    },
    Fault(operation: .read, documented: -1, observed: -1) {
      try $0.write([0, 1, 2, 3])
      return try $0.call(.recordGetData, "a.wav", 0, 2)
    },
  ]

  @Test("The script gets what the rulings say", arguments: faults, Model.all)
  func fault(fault: Fault, model: Model) throws {
    for policy in Policy.allCases {
      let mounts = try model.profile().volumes.map { volume in
        let mount = try ScriptFiles.Mount(volume, openFileLimit: 16)
        return ScriptFiles.Mount(
          path: mount.path, volume: FaultyVolume(mount.volume, broken: fault.operation),
          isReadOnly: mount.isReadOnly)
      }
      let expected = policy == .documented ? fault.documented : fault.observed
      let desk = try Desk(model, policy, mounts: mounts)
      #expect(try fault.call(desk) == expected, "\(policy)")
    }
  }
}
