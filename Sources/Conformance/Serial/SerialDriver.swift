import DeviceEmulator
import EmulatedTime
import GuestRuntime
import SerialLines

/// Runs cases as scripts on a module at a serial port, real or emulated, or on anything else whose console
/// has a raw mode.
///
/// Each case begins with an interpreter that was started anew, and on a flash that holds what it held before
/// the first case: what a case has made is removed.
package final class SerialDriver: CaseDriver {
  package let name: String
  private let console: Monitor<RawREPL>
  /// What was in /usr before.
  private let ownFiles: Set<String>

  /// Host time after which a case is given up.
  private static let patience = Duration.seconds(120)

  /// Opens the port and sees whether a module answers.
  package init(port: String) throws {
    name = "serial:\(port)"
    let console = RawREPL(try SerialClient(port))
    try console.restart()
    let listed = try console.execute(
      "import uos\nprint('\\n'.join(uos.listdir('/usr')))", patience: .seconds(10))
    guard listed.error.isEmpty else {
      throw SerialLineError("the module at \(port) has no /usr: \(listed.error)")
    }
    ownFiles = Set(listed.output.split(separator: "\n").map(String.init))
    self.console = Monitor(console)
  }

  deinit {
    console.withLock { console in
      try? clean(console)
      console.leave()
    }
  }

  package func obstacle(to cell: Cell) -> String? {
    if let obstacle = GuestScript.obstacle(to: cell) { return obstacle }
    if !cell.test.faults.isEmpty { return "a module has no faults to inject" }
    if cell.test.changesWorld { return "nobody changes a module's SIM and network on demand" }
    guard let file = cell.test.files.first(where: ownFiles.contains) else { return nil }
    return "the module's flash holds a \(file) of its own, which the case would change"
  }

  package func run(_ cell: Cell) throws -> Observation {
    let result = try console.withLock { console in
      do {
        try clean(console)
        return try console.execute(GuestScript.text(of: cell), patience: Self.patience)
      } catch let error as SerialLineError {
        throw CannotRun(error.message)
      }
    }
    guard let answer = GuestDriver.answer(in: result.output) else {
      throw CannotRun("the script ended with: \(result.output)\(result.error)")
    }
    return Observation(answer: answer, trace: [])
  }

  /// Starts the interpreter anew and removes what was not there before the first case.
  private func clean(_ console: RawREPL) throws {
    try console.restart()
    let own = ownFiles.sorted().map { $0.pythonLiteral }.joined(separator: ", ")
    let result = try console.execute(
      """
      import uos
      def clear(path):
          try:
              uos.remove(path)
          except OSError:
              for name in uos.listdir(path):
                  clear(path + '/' + name)
              uos.rmdir(path)
      for name in uos.listdir('/usr'):
          if name not in (\(own),):
              clear('/usr/' + name)
      """, patience: .seconds(30))
    guard result.error.isEmpty else {
      throw CannotRun("what the case before has made cannot be removed: \(result.error)")
    }
  }
}

extension Case {
  /// The names in /usr that its steps mention.
  fileprivate var files: [String] {
    steps.flatMap { step -> [String] in
      switch step {
      case .write(let path, _), .makeFolder(let path), .open(let path, _): [path]
      case .call(_, let arguments):
        arguments.compactMap { argument in
          if case .plain(let value) = argument { value.string } else { nil }
        }
      default: []
      }
    }.compactMap { path in
      path.split(separator: "/").first { $0 != "usr" && $0.lowercased() != "u:" }.map(String.init)
    }
  }
}
