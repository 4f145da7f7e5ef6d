/// The TELNET side of RFC 2217: a serial port over TCP, whose settings the client may set. A plain value: what
/// comes from the client goes in, its data and our replies come out. It takes any bytes, and keeps little.
///
/// Sources: RFC 854, 856, 857, 858 and 2217.
struct TelnetCodec {
  private enum Code {
    static let subnegotiationEnd: UInt8 = 240
    static let subnegotiation: UInt8 = 250
    static let will: UInt8 = 251
    static let wont: UInt8 = 252
    static let `do`: UInt8 = 253
    static let dont: UInt8 = 254
    static let interpretAsCommand: UInt8 = 255
  }

  private enum Phase {
    case data
    case command
    case option(UInt8)
    case subnegotiation
    case subnegotiationCommand
  }

  /// BINARY, ECHO, SUPPRESS-GO-AHEAD, COM-PORT-OPTION: what both sides may use.
  private static let options: Set<UInt8> = [0, 1, 3, 44]
  private static let comPort: UInt8 = 44
  /// Bytes that a subnegotiation may have; longer ones mean nothing to us.
  private static let limit = 256

  /// NOTIFY-MODEMSTATE: clear to send, data set ready, carrier.
  private static let modemState: [UInt8] = [
    Code.interpretAsCommand, Code.subnegotiation, comPort, 107, 0xB0, Code.interpretAsCommand,
    Code.subnegotiationEnd,
  ]

  private var phase = Phase.data
  private var subnegotiation: [UInt8] = []
  /// What has been agreed on, so that an agreement is not answered for ever: by the verb that we said.
  private var agreed: Set<[UInt8]> = []
  private var settings = ComPortSettings()

  /// Takes bytes of the client; gives its data and what is to be sent back.
  mutating func receive(_ bytes: [UInt8]) -> (data: [UInt8], reply: [UInt8]) {
    var (data, reply): ([UInt8], [UInt8]) = ([], [])
    for byte in bytes { take(byte, &data, &reply) }
    return (data, reply)
  }

  /// Data for the client, as it travels.
  static func escaped(_ data: [UInt8]) -> [UInt8] {
    guard data.contains(Code.interpretAsCommand) else { return data }
    return data.flatMap { $0 == Code.interpretAsCommand ? [$0, $0] : [$0] }
  }

  /// What is still to come of the sequence that begins before a place and ends behind it; nothing if none does.
  static func rest(of sent: ArraySlice<UInt8>, from place: Int) -> [UInt8] {
    guard place < sent.endIndex else { return [] }
    var codec = TelnetCodec()
    _ = codec.receive(Array(sent[..<place]))
    return Array(
      sent[place...].prefix { byte in
        if case .data = codec.phase { return false }
        _ = codec.receive([byte])
        return true
      })
  }

  private mutating func take(_ byte: UInt8, _ data: inout [UInt8], _ reply: inout [UInt8]) {
    switch phase {
    case .data:
      if byte == Code.interpretAsCommand { phase = .command } else { data.append(byte) }
    case .command: command(byte, &data)
    case .option(let verb):
      phase = .data
      reply += answer(verb, byte)
    case .subnegotiation:
      if byte == Code.interpretAsCommand { phase = .subnegotiationCommand } else { keep(byte) }
    case .subnegotiationCommand:
      phase = .subnegotiation
      if byte == Code.subnegotiationEnd {
        phase = .data
        reply += finish()
      } else {
        keep(byte)
      }
    }
  }

  private mutating func command(_ byte: UInt8, _ data: inout [UInt8]) {
    switch byte {
    case Code.interpretAsCommand:
      data.append(byte)
      phase = .data
    case Code.will...Code.dont: phase = .option(byte)
    case Code.subnegotiation:
      subnegotiation = []
      phase = .subnegotiation
    default: phase = .data  // BREAK and the like have no effect on a module.
    }
  }

  /// Agrees to the options that we know, once, and refuses all others.
  private mutating func answer(_ verb: UInt8, _ option: UInt8) -> [UInt8] {
    let isKnown = Self.options.contains(option)
    switch verb {
    case Code.will: return say(isKnown ? Code.do : Code.dont, option, once: isKnown)
    case Code.do: return say(isKnown ? Code.will : Code.wont, option, once: isKnown)
    case Code.wont: return withdraw(Code.do, Code.dont, option)
    default: return withdraw(Code.will, Code.wont, option)
    }
  }

  private mutating func say(_ verb: UInt8, _ option: UInt8, once: Bool) -> [UInt8] {
    guard !once || agreed.insert([verb, option]).inserted else { return [] }
    let isPort = option == Self.comPort && verb == Code.will
    return [Code.interpretAsCommand, verb, option] + (isPort ? Self.modemState : [])
  }

  private mutating func withdraw(_ said: UInt8, _ answer: UInt8, _ option: UInt8) -> [UInt8] {
    guard agreed.remove([said, option]) != nil else { return [] }
    return [Code.interpretAsCommand, answer, option]
  }

  private mutating func keep(_ byte: UInt8) {
    subnegotiation.append(byte)
    // One without an end would swallow all that follows.
    if subnegotiation.count > Self.limit { (phase, subnegotiation) = (.data, []) }
  }

  private mutating func finish() -> [UInt8] {
    let words = subnegotiation
    subnegotiation = []
    guard words.count >= 2, words[0] == Self.comPort else { return [] }
    guard let answer = settings.answer(words[1], Array(words[2...])) else { return [] }
    return [Code.interpretAsCommand, Code.subnegotiation, Self.comPort, words[1] + 100]
      + Self.escaped(answer) + [Code.interpretAsCommand, Code.subnegotiationEnd]
  }
}

/// The settings of the serial port that a client believes in: they are kept and told, and change nothing.
private struct ComPortSettings {
  private var baudRate: [UInt8] = [0, 1, 0xC2, 0]  // 115200
  /// By command: data size 8, no parity, one stop bit.
  private var values: [UInt8: UInt8] = [2: 8, 3: 1, 4: 1]

  /// What is told when a control is asked for: no flow control, no break, DTR and RTS on.
  private static let controls: [UInt8: UInt8] = [0: 1, 4: 6, 7: 8, 10: 11]

  /// The answer to a command and its values; nil if there is none.
  mutating func answer(_ command: UInt8, _ words: [UInt8]) -> [UInt8]? {
    switch command {
    case 0: return words.isEmpty ? Array("qpyemu".utf8) : nil
    case 1:
      guard words.count == 4 else { return nil }
      if words != [0, 0, 0, 0] { baudRate = words }
      return baudRate
    case 2, 3, 4:
      guard let word = words.first else { return nil }
      if word != 0 { values[command] = word }
      return [values[command] ?? 0]
    case 5: return words.first.map { [Self.controls[$0] ?? $0] }
    case 10, 11, 12: return words.first.map { [$0] }
    default: return nil
    }
  }
}
