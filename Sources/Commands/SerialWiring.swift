import DeviceEmulator
import EmulatedTime
import QuecPython
import SerialLines

/// `--uart PORT=LINE`: what of the host's is at the other end of the module's serial ports.
struct SerialWiring {
  static let forms = "pty, pty:LINK, tcp:HOST:PORT or loopback"

  fileprivate enum Line {
    case loopback
    case pseudoTerminal(link: String?)
    case tcp(HostAndPort)
  }

  private var lines: [(port: Int, line: Line)] = []

  init(_ arguments: inout Arguments) throws(UsageError) {
    while let words = try arguments.option("--uart") {
      let (port, line) = try Self.read(words)
      guard !lines.contains(where: { $0.port == port }) else {
        throw UsageError("--uart names port \(port) twice")
      }
      lines.append((port, line))
    }
  }

  private static func read(_ words: String) throws(UsageError) -> (Int, Line) {
    let parts = words.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let port = Int(parts[0]), (0...4).contains(port) else {
      throw UsageError("--uart is a port from 0 to 4 and a line, such as 2=pty, not \"\(words)\"")
    }
    guard let line = Line(parts[1]) else {
      throw UsageError("--uart \(port)= takes \(forms), not \"\(parts[1])\"")
    }
    return (port, line)
  }

  /// Whether anything of the host's speaks to the module, which then runs in real time.
  var isLive: Bool {
    lines.contains { if case .loopback = $0.line { false } else { true } }
  }

  /// Checks that nobody else is at the other end of a port.
  func check(against stage: Stage) throws(UsageError) {
    guard let (port, _) = lines.first(where: { stage.serialPorts.contains($0.port) }) else {
      return
    }
    throw UsageError(
      "--uart names port \(port), and the scenario too: leave it out of one of them")
  }

  /// Wires a module's ports, and says how those of the host's are found.
  ///
  /// - Returns: What holds the lines; it is to be closed.
  func wire(_ device: DeviceEmulator, _ console: Console) throws(Complaint) -> Wired {
    var wired = Wired()
    for (port, line) in lines {
      do throws(SerialLineError) {
        guard let open = try line.open() else {
          device.change(.uart(port, .loopback))
          continue
        }
        wired.cables.append(SerialCable(open, device, port: port))
        console.complain("UART\(port) is \(open.name)")
      } catch {
        wired.close()
        throw Complaint(.hostFailure, error.message)
      }
    }
    return wired
  }

  /// The lines of one module.
  struct Wired {
    fileprivate var cables: [SerialCable] = []

    func close() { for cable in cables { cable.close() } }
  }
}

extension SerialWiring.Line {
  fileprivate init?(_ words: Substring) {
    let parts = words.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    switch (parts[0], parts.count == 2 ? String(parts[1]) : nil) {
    case ("loopback", nil): self = .loopback
    case ("pty", nil): self = .pseudoTerminal(link: nil)
    case ("pty", let link?) where !link.isEmpty: self = .pseudoTerminal(link: link)
    case ("tcp", let place?):
      guard let place = HostAndPort(place) else { return nil }
      self = .tcp(place)
    default: return nil
    }
  }

  /// Nil for what is no line of the host's.
  fileprivate func open() throws(SerialLineError) -> (any SerialLine)? {
    switch self {
    case .loopback: nil
    case .pseudoTerminal(let link): try PseudoTerminal(link: link)
    case .tcp(let place): try TCPLine(place, form: .raw)
    }
  }
}

/// A cable between a serial port of a module and a line of the host's.
///
/// The module never waits for a client that is slow: what it sends goes through a thread of its own.
private final class SerialCable: Sendable {
  /// How many bytes are under way to the module at most.
  private static let lineRoom = 65_536

  private struct State {
    var outgoing: [UInt8] = []
    var isToEnd = false
    var hasEnded = false
  }

  private let line: any SerialLine
  private let state = Monitor(State())

  init(_ line: any SerialLine, _ device: DeviceEmulator, port: Int) {
    self.line = line
    device.wire(uart: port) { [state] bytes in
      state.withLock(thenNotify: true) { $0.outgoing += bytes }
    }
    line.start(
      receive: { [weak device, state] bytes in
        device?.receive(bytes, onUART: port)
        // What has no room in the line waits at its other end.
        while let device, device.backlog(onUART: port) > Self.lineRoom {
          let look = ContinuousClock.now + .milliseconds(10)
          let isOver = state.wait { state in
            state.isToEnd
              ? .done(true) : ContinuousClock.now >= look ? .done(false) : .waiting(until: look)
          }
          if isOver { return }
        }
      }, hangUp: {})
    HostThread.start { [self] in
      while let bytes = next() { line.send(bytes) }
      line.close()
      state.withLock(thenNotify: true) { $0.hasEnded = true }
    }
  }

  /// What the module has sent; nil once the cable is closed and all is sent.
  private func next() -> [UInt8]? {
    state.wait { state in
      guard state.outgoing.isEmpty else {
        defer { state.outgoing = [] }
        return .done(state.outgoing)
      }
      return state.isToEnd ? .done(nil) : .waiting(until: nil)
    }
  }

  /// Sends the rest and ends the line.
  func close() {
    state.withLock(thenNotify: true) { $0.isToEnd = true }
    state.wait { $0.hasEnded ? .done(()) : .waiting(until: nil) }
  }
}
