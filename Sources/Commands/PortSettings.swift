import SerialLines

/// Where the module's console is connected.
struct PortSettings {
  private enum Port {
    case terminal
    case pseudoTerminal(link: String?)
  }

  private let port: Port
  /// Whether there is a port for AT commands, and what leads to it.
  private let hasATPort: Bool
  private let atLink: String?

  init(_ arguments: inout Arguments) throws(UsageError) {
    atLink = try arguments.option("--at-link")
    hasATPort = arguments.flag("--at-pty") || atLink != nil
    let link = try arguments.option("--link")
    let hasDevice = arguments.flag("--pty")
    port = link == nil && !hasDevice ? .terminal : .pseudoTerminal(link: link)
  }

  /// Whether it is the process's own terminal, after which nobody can come.
  var endsWithItsClient: Bool { if case .terminal = port { true } else { false } }

  /// Makes the port for AT commands; nil if none is wanted.
  func openATPort() throws(Complaint) -> PseudoTerminal? {
    guard hasATPort else { return nil }
    do throws(SerialLineError) {
      return try PseudoTerminal(link: atLink)
    } catch {
      throw Complaint(.hostFailure, error.message)
    }
  }

  func open() throws(Complaint) -> any SerialLine {
    do throws(SerialLineError) {
      switch port {
      case .terminal: return TerminalLine()
      case .pseudoTerminal(let link): return try PseudoTerminal(link: link)
      }
    } catch {
      throw Complaint(.hostFailure, error.message)
    }
  }
}
