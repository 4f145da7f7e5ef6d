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

  /// Whether it is not the process's own terminal.
  var isElsewhere: Bool { if case .terminal = port { false } else { true } }

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
