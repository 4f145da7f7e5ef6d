import SerialLines

/// Where the module's console is connected.
struct PortSettings {
  private enum Port {
    case terminal
    case pseudoTerminal(link: String?)
    case tcp(HostAndPort, TCPLine.Form)
  }

  private let port: Port
  /// Whether there is a port for AT commands, and what leads to it.
  private let hasATPort: Bool
  private let atLink: String?

  init(_ arguments: inout Arguments) throws(UsageError) {
    atLink = try arguments.option("--at-link")
    hasATPort = arguments.flag("--at-pty") || atLink != nil
    let link = try arguments.option("--link")
    let hasDevice = arguments.flag("--pty") || link != nil
    let isRFC2217 = arguments.flag("--rfc2217")
    let place = try arguments.option("--tcp").map(Self.place)
    guard !hasDevice || place == nil else {
      throw UsageError("--tcp stands in place of --pty and --link, not beside them")
    }
    guard !isRFC2217 || place != nil else {
      throw UsageError("--rfc2217 says what a TCP port speaks: give --tcp HOST:PORT, too")
    }
    if let place {
      port = .tcp(place, isRFC2217 ? .rfc2217 : .raw)
    } else {
      port = hasDevice ? .pseudoTerminal(link: link) : .terminal
    }
  }

  private static func place(_ text: String) throws(UsageError) -> HostAndPort {
    guard let place = HostAndPort(text) else {
      throw UsageError("--tcp is HOST:PORT, :PORT or PORT, such as 127.0.0.1:4000, not \"\(text)\"")
    }
    return place
  }

  /// Whether it is the process's own terminal, after which nobody can come.
  var endsWithItsClient: Bool { if case .terminal = port { true } else { false } }

  /// Makes the port for AT commands; nil if none is wanted.
  func openATPort() throws(Complaint) -> PseudoTerminal? {
    guard hasATPort else { return nil }
    return try Self.make { () throws(SerialLineError) in try PseudoTerminal(link: atLink) }
  }

  /// Makes the console's port.
  func open() throws(Complaint) -> any SerialLine {
    try Self.make { () throws(SerialLineError) in
      switch port {
      case .terminal: TerminalLine()
      case .pseudoTerminal(let link): try PseudoTerminal(link: link)
      case .tcp(let place, let form): try TCPLine(place, form: form)
      }
    }
  }

  private static func make<Line>(
    _ line: () throws(SerialLineError) -> Line
  ) throws(Complaint) -> Line {
    do throws(SerialLineError) {
      return try line()
    } catch {
      throw Complaint(.hostFailure, error.message)
    }
  }
}
