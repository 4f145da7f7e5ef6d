import DeviceEmulator
import ModuleProfiles

/// The interpreter's start, the module's name, faults.
extension GuestServices {
  /// The version of the wire that the device speaks.
  private static let wireVersion = 2
  /// Steps after which the next thread has its turn.
  private static let turn = 256
  /// Bytes of Python stack of the main thread: on the modules 32 KB, whose frames are smaller.
  private static let stack = 256 * 1024

  /// Takes the interpreter's word of what it is, and tells it what it is to be.
  func greet(_ call: ServiceCall) throws -> GuestLink.Outcome {
    let version = try call.int(0)
    let (language, dialect) = (try call.string(2), try call.string(3))
    guard version == Self.wireVersion, language == "micropython",
      dialect == device.profile.dialect.rawValue
    else {
      return .end(
        .noInterpreter(
          "it speaks \(language) \(dialect) on the wire's version \(version), and \(device.profile.name) has "
            + "micropython \(device.profile.dialect.rawValue) on version \(Self.wireVersion)"))
    }
    let limits = device.profile.limits
    // A word of 64 bits takes twice the room.
    let scale = interpreterBits / 32
    let words = [
      (options.heapBytes ?? limits.scriptHeapBytes) * scale, limits.bootHeapBytes * scale,
      GuestTime(device).stepNanoseconds, Self.turn, Self.stack * scale,
      Int(options.seed & 0x3FFF_FFFF),
      limits.threads - 1, limits.systemHeapBytes,
    ]
    return .value(
      .tuple(
        words.map { .int($0) }
          + [.string(device.profile.identity.nodename), .bool(device.policy == .observed)]))
  }

  var uname: GuestValue {
    let identity = device.profile.identity
    let fields = [
      ("sysname", identity.sysname), ("nodename", identity.nodename),
      ("release", identity.release), ("version", identity.version),
      ("machine", identity.machine), ("qpyver", identity.qpyver),
    ]
    return .list(fields.map { .string("\($0)=\($1)") })
  }

  // MARK: Faults

  func injectFault(_ call: ServiceCall) throws(GuestException) {
    do throws(Fault.Malformed) {
      try device.inject(call.arguments.first?.string ?? "")
    } catch {
      throw GuestException("ValueError", error.description)
    }
  }

  var faults: GuestValue {
    .list(device.injectedFaults.map { .tuple([.string("\($0.fault)"), .int($0.strikes)]) })
  }
}
