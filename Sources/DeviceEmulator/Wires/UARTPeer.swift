/// Who is at the other end of a serial port.
public struct UARTPeer: Sendable, Equatable {
  /// Whether what the module sends comes back.
  public var isLoopback = false
  /// All that it has sent since power-on. What is added to it arrives at the module, at the port's speed.
  public var sent: [UInt8] = []
  /// What it has got from the module: the latest 65536 bytes.
  public private(set) var received: [UInt8] = []
  /// What it answers: to a text of the module's, another text. Each text is looked for in what has come since the last
  /// answer.
  public var answers: [Answer] = []
  /// How much of it has been answered, or is too old to be.
  private var answeredCount = 0
  private static let memory = 65_536

  /// An answer to a text.
  public struct Answer: Sendable, Equatable {
    /// What it waits for.
    public let request: [UInt8]
    /// What it sends then.
    public let reply: [UInt8]

    /// Makes an answer.
    public init(to request: [UInt8], _ reply: [UInt8]) {
      (self.request, self.reply) = (request, reply)
    }
  }

  /// What a peer of a serial port does.
  public enum Act: Equatable, Sendable {
    /// From now on it gives back what it gets.
    case loopback
    /// From now on it answers so.
    case answers([UARTPeer.Answer])
    /// It sends bytes.
    case sends([UInt8])
  }

  /// A peer that says nothing.
  public init() {}

  package mutating func perform(_ act: Act) {
    switch act {
    case .loopback: isLoopback = true
    case .answers(let answers): (isLoopback, self.answers) = (false, answers)
    case .sends(let bytes): sent += bytes
    }
  }

  /// Takes what the module has sent; gives what comes back.
  package mutating func receive(_ bytes: [UInt8]) -> [UInt8] {
    received += bytes
    let old = max(received.count - Self.memory, 0)
    received.removeFirst(old)
    answeredCount = max(answeredCount - old, 0)
    if isLoopback { return bytes }
    let fresh = received[answeredCount...]
    for answer in answers {
      if let end = fresh.end(of: answer.request) {
        answeredCount = end
        return answer.reply
      }
    }
    return []
  }
}

extension ArraySlice<UInt8> {
  /// Where the first of some bytes in it ends; nil if they are not in it.
  fileprivate func end(of bytes: [UInt8]) -> Int? {
    guard !bytes.isEmpty, count >= bytes.count else { return nil }
    let start = (startIndex...endIndex - bytes.count).first { self[$0...].starts(with: bytes) }
    return start.map { $0 + bytes.count }
  }
}
