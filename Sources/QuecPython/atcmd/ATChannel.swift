public import DeviceEmulator
import ModuleProfiles

/// A port that takes the module's AT commands. A plain value: bytes go in, the reply comes out.
///
/// Lines and their ends as in ITU-T V.250, commands as in 3GPP TS 27.005 and 27.007 and the vendor's AT manuals.
public struct ATChannel: Sendable {
  /// What a command does to the module, after its reply.
  public enum Action: Equatable, Sendable { case restart, powerDown }

  private static let lineLimit = 512
  private static let returnKey: UInt8 = 13
  private static let backspace: UInt8 = 8
  private static let endOfText: UInt8 = 26
  private static let escape: UInt8 = 27

  private var session = ATSession()
  private var line: [UInt8] = []
  private var lastLine: [UInt8] = []
  private var isTooLong = false

  /// As at power-on.
  public init() {}

  /// Takes bytes from the port. After an action the channel is as at power-on, and the rest is lost.
  public mutating func receive(
    _ bytes: [UInt8], by device: DeviceEmulator
  ) -> (reply: [UInt8], action: Action?) {
    var reply: [UInt8] = []
    var action: Action?
    for byte in bytes where action == nil {
      if session.echoes { reply.append(byte) }
      action =
        session.receiver == nil
        ? take(byte, device, &reply) : takeText(byte, device, &reply)
    }
    if action != nil { self = ATChannel() }
    return (reply, action)
  }

  private mutating func take(
    _ byte: UInt8, _ device: DeviceEmulator, _ reply: inout [UInt8]
  ) -> Action? {
    switch byte {
    case Self.returnKey: return answer(device, &reply)
    case Self.backspace, 127: _ = line.popLast()
    case UInt8(ascii: "/") where line.elementsEqual("A".utf8) || line.elementsEqual("a".utf8):
      line = lastLine
      return answer(device, &reply)
    case 0x20...0x7E:
      if line.count < Self.lineLimit { line.append(byte) } else { isTooLong = true }
    default: break
    }
    return nil
  }

  /// Takes a byte of a short message, which Ctrl-Z ends and Escape gives up.
  private mutating func takeText(
    _ byte: UInt8, _ device: DeviceEmulator, _ reply: inout [UInt8]
  ) -> Action? {
    switch byte {
    case Self.endOfText:
      let text = String(decoding: line, as: UTF8.self)
      let response = device.withBoard { session.sendMessage(text, on: &$0) }
      line = []
      reply += response.text
    case Self.escape:
      (line, session.receiver) = ([], nil)
      reply += Array("\r\nOK\r\n".utf8)
    case Self.backspace, 127: _ = line.popLast()
    default: if line.count < Self.lineLimit { line.append(byte) }
    }
    return nil
  }

  /// Answers the line, which ends with that; one without AT at its start is none.
  private mutating func answer(_ device: DeviceEmulator, _ reply: inout [UInt8]) -> Action? {
    defer { (line, isTooLong) = ([], false) }
    guard let commands = ATLine(line) else { return nil }
    guard !isTooLong else {
      reply += ATResponse(result: .error).text
      return nil
    }
    lastLine = line
    let response = device.withBoard { session.run(commands, on: &$0) }
    reply += response.text
    return response.action
  }
}

/// What a line comes to.
struct ATResponse: Sendable {
  /// The information, a line each.
  var lines: [String] = []
  var result = ATResult.ok
  /// What follows the result.
  var notices: [String] = []
  var action: ATChannel.Action?

  /// All of it as it is sent.
  var text: [UInt8] {
    guard result != .prompt else { return Array("\r\n> ".utf8) }
    return (lines + [result.text] + notices).flatMap { Array("\r\n\($0)\r\n".utf8) }
  }
}

/// How a line ends.
enum ATResult: Equatable, Sendable {
  case ok
  case error
  case noCarrier
  /// A failure of 3GPP TS 27.007, as a number or in words.
  case equipment(ATFailure, inWords: Bool)
  /// A failure of 3GPP TS 27.005.
  case message(Int)
  /// The text of a message is waited for.
  case prompt

  var text: String {
    switch self {
    case .ok: "OK"
    case .error: "ERROR"
    case .noCarrier: "NO CARRIER"
    case .equipment(let failure, inWords: false): "+CME ERROR: \(failure.rawValue)"
    case .equipment(let failure, inWords: true): "+CME ERROR: \(failure.words)"
    case .message(let number): "+CMS ERROR: \(number)"
    case .prompt: "> "
    }
  }
}

/// Why a command fails (3GPP TS 27.007).
enum ATFailure: Int, Sendable {
  case notAllowed = 3
  case noCard = 10
  case pinWanted = 11
  case pukWanted = 12
  case cardFails = 13
  case wrongPassword = 16
  case noNetwork = 30
  case wrongParameters = 50

  var words: String {
    switch self {
    case .notAllowed: "operation not allowed"
    case .noCard: "SIM not inserted"
    case .pinWanted: "SIM PIN required"
    case .pukWanted: "SIM PUK required"
    case .cardFails: "SIM failure"
    case .wrongPassword: "incorrect password"
    case .noNetwork: "no network service"
    case .wrongParameters: "incorrect parameters"
    }
  }
}
