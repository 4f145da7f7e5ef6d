public import DeviceEmulator
public import ModuleProfiles

/// The module's AT commands, those that tools ask with what they are talking to. A plain value: bytes go in,
/// the reply comes out.
///
/// Lines and their ends as in ITU-T V.250, commands as in 3GPP TS 27.007 and the vendor's AT manuals.
public struct ATChannel: Sendable {
  /// What a command does to the module, after its reply.
  public enum Action: Equatable, Sendable { case restart, powerDown }

  /// What a command comes to.
  enum Answer: Equatable {
    case ok([String] = [])
    case error
    /// A failure of 3GPP TS 27.007: 10 for no SIM, 13 for one that fails.
    case failure(Int)
    case act(Action, then: [String])
  }

  private static let lineLimit = 512
  private static let returnKey: UInt8 = 13
  private static let backspace: UInt8 = 8

  private let module: ATCommands
  private var line: [UInt8] = []
  private var lastLine: [UInt8] = []
  private var echoes = true
  private var isTooLong = false

  /// - Parameters:
  ///   - identity: What the module says about itself.
  ///   - serialNumber: Its IMEI.
  public init(_ identity: ModuleIdentity, serialNumber: String) {
    self.init(ATCommands(identity: identity, serialNumber: serialNumber))
  }

  /// As at power-on.
  private init(_ module: ATCommands) { self.module = module }

  /// Takes bytes from the port. After an action the channel is as at power-on, and the rest is lost.
  public mutating func receive(
    _ bytes: [UInt8], status: ModemStatus
  ) -> (reply: [UInt8], action: Action?) {
    var reply: [UInt8] = []
    var action: Action?
    for byte in bytes where action == nil {
      if echoes { reply.append(byte) }
      take(byte, status, &reply, &action)
    }
    if action != nil { self = ATChannel(module) }
    return (reply, action)
  }

  private mutating func take(
    _ byte: UInt8, _ status: ModemStatus, _ reply: inout [UInt8], _ action: inout Action?
  ) {
    switch byte {
    case Self.returnKey:
      action = answer(status, &reply)
    case Self.backspace, 127: _ = line.popLast()
    case UInt8(ascii: "/") where line.uppercased == "A":
      line = lastLine
      action = answer(status, &reply)
    case 0x20...0x7E:
      if line.count < Self.lineLimit { line.append(byte) } else { isTooLong = true }
    default: break
    }
  }

  // MARK: Lines

  /// Answers the line, which ends with that; one without AT at its start is none.
  private mutating func answer(_ status: ModemStatus, _ reply: inout [UInt8]) -> Action? {
    defer { (line, isTooLong) = ([], false) }
    let text = line.uppercased.filter { $0 != " " }
    guard text.hasPrefix("AT") else { return nil }
    guard !isTooLong else {
      Self.say(["ERROR"], &reply)
      return nil
    }
    lastLine = line
    var rest = text.dropFirst(2)
    while let command = Self.next(&rest) {
      switch perform(command, status) {
      case .ok(let lines): Self.say(lines, &reply)
      case .error:
        Self.say(["ERROR"], &reply)
        return nil
      case .failure(let number):
        Self.say(["+CME ERROR: \(number)"], &reply)
        return nil
      case .act(let action, let lines):
        Self.say(["OK"] + lines, &reply)
        return action
      }
    }
    Self.say(["OK"], &reply)
    return nil
  }

  /// Takes the next command off a line: an extended one up to a semicolon, or a letter and its number.
  private static func next(_ rest: inout Substring) -> Substring? {
    rest = rest.drop { $0 == ";" }
    guard let first = rest.first else { return nil }
    let end =
      first.isLetter
      ? rest.dropFirst().firstIndex { !$0.isNumber } : rest.firstIndex(of: ";")
    defer { rest = rest[(end ?? rest.endIndex)...] }
    return rest[..<(end ?? rest.endIndex)]
  }

  private mutating func perform(_ command: Substring, _ status: ModemStatus) -> Answer {
    switch command {
    case "E", "E0": echoes = false
    case "E1": echoes = true
    default: return module.answer(String(command), status)
    }
    return .ok()
  }

  private static func say(_ lines: [String], _ reply: inout [UInt8]) {
    for line in lines { reply += Array("\r\n\(line)\r\n".utf8) }
  }
}

extension [UInt8] {
  fileprivate var uppercased: String { String(decoding: self, as: UTF8.self).uppercased() }
}
