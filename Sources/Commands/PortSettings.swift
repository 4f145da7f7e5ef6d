import SerialLines

/// Where the module's console is connected.
struct PortSettings {
  private enum Port {
    case terminal
    case pseudoTerminal(link: String?)
  }

  private let port: Port

  init(_ arguments: inout Arguments) throws(UsageError) {
    let link = try arguments.option("--link")
    let hasDevice = arguments.flag("--pty")
    port = link == nil && !hasDevice ? .terminal : .pseudoTerminal(link: link)
  }

  /// Whether it is the process's own terminal, after which nobody can come.
  var endsWithItsClient: Bool { if case .terminal = port { true } else { false } }

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
