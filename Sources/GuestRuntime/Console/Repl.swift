/// The read-eval-print loop of the module's console, as its firmware has it: the friendly prompt, paste
/// mode, the raw mode of tools and its streamed form. A plain value that knows neither line nor
/// interpreter: bytes go in; what is shown, and what is to be executed, comes out.
struct Repl {
  /// What the interpreter is to do.
  enum Job: Equatable {
    /// Run a file of the flash.
    case file(String)
    /// Execute a statement, and show its value.
    case statement([UInt8])
    /// Execute lines of code.
    case block([UInt8])
    /// Find the names that begin as this does.
    case complete([UInt8])
  }

  /// How a job ended.
  enum Outcome: Equatable {
    case done
    /// With an exception; its traceback.
    case raised([UInt8])
    /// The script wants an end, as with `SystemExit`.
    case exited
    /// The names that were found.
    case names([[UInt8]])
  }

  private enum Mode { case friendly, raw }

  private enum Phase {
    /// A line is typed at the prompt.
    case typing
    case pasting
    /// A tool sends code.
    case receiving
    /// A tool sends code, a window at a time.
    case streaming(left: Int)
    /// The rest of a stream that is refused.
    case refusing
    /// A job runs; what is sent is the script's.
    case running
    /// The script reads a line.
    case reading
    /// The interpreter is to be started anew.
    case ended
  }

  /// Bytes of code that a tool may send before it is told that there is room for as many more.
  private static let window = 128
  private static let prompt = ">>> "
  private static let rawPrompt = "raw REPL; CTRL-B to exit\r\n>"

  private var mode = Mode.friendly
  private var phase = Phase.ended
  private var editor: LineEditor
  private var statement = Statement()
  /// What a tool or paste mode has sent.
  private var code: [UInt8] = []
  private var output: [UInt8] = []
  /// The job that is to be begun or runs.
  private(set) var job: Job?
  /// How many jobs there have been, which is the number of the last one.
  private(set) var jobCount = 0
  /// The line that the script has read; an exception's name if there is none.
  private(set) var lineRead: LineRead?
  private let banner: String
  private let codeLimit: Int

  /// What came of reading a line.
  enum LineRead: Equatable {
    case line([UInt8])
    case endOfFile
    case interrupted
  }

  /// - Parameters:
  ///   - banner: What the friendly prompt begins with.
  ///   - codeLimit: How many bytes of code may be sent at once.
  init(banner: String, codeLimit: Int) {
    self.banner = banner
    self.codeLimit = codeLimit
    editor = LineEditor(limit: codeLimit)
  }

  /// Takes what is to be shown.
  mutating func takeOutput() -> [UInt8] {
    defer { output = [] }
    return output
  }

  /// Whether what is sent goes to the prompt, and not to the script.
  var listens: Bool {
    switch phase {
    case .typing, .pasting, .receiving, .streaming, .refusing, .reading: true
    case .running, .ended: false
    }
  }

  /// Whether a script runs that Ctrl-C is for.
  var runsScript: Bool { if case .running = phase { true } else { false } }

  /// Whether a job runs.
  private var isRunning: Bool {
    switch phase {
    case .running, .reading: true
    default: false
    }
  }

  /// Whether the interpreter is to be started anew.
  var hasEnded: Bool { if case .ended = phase { true } else { false } }

  // MARK: The interpreter's life

  /// The interpreter has been started.
  ///
  /// - Parameter main: The file that the friendly prompt begins with; nil if there is none.
  mutating func start(main: String?) {
    show("mount.\r\n")
    if mode == .raw {
      receive()
      show(Self.rawPrompt)
    } else if let main {
      begin(.file(main))
    } else {
      greet()
    }
  }

  /// The module was restarted: the prompt is the friendly one again, with no history.
  mutating func restart() { self = Repl(banner: banner, codeLimit: codeLimit) }

  /// The job has ended; without one that runs this is nothing.
  ///
  /// - Parameter isInterrupted: Whether Ctrl-C was sent to it.
  mutating func finish(_ outcome: Outcome, isInterrupted: Bool = false) {
    guard let job, isRunning else { return }
    self.job = nil
    lineRead = nil
    switch (outcome, job) {
    case (.exited, _): leave(job)
    // A completion is the prompt's own work, and Ctrl-C is for the line.
    case (_, .complete) where isInterrupted: breakOff()
    case (.names(let names), .complete(let text)):
      editor.complete(Self.lastName(of: text), with: names)
      phase = .typing
      draw()
    case (_, .complete): phase = .typing
    case (_, .file): report(outcome, then: { $0.greet() })
    default: report(outcome, then: { $0.goOn() })
    }
  }

  private mutating func report(_ outcome: Outcome, then next: (inout Repl) -> Void) {
    if mode == .raw { output.append(ASCII.ctrlD) }
    if case .raised(let text) = outcome { output += text.withCarriageReturns }
    if mode == .raw { output.append(ASCII.ctrlD) }
    next(&self)
  }

  private mutating func goOn() {
    guard mode == .raw else { return prompt() }
    receive()
    show(">")
  }

  /// Has the interpreter be started anew.
  private mutating func leave(_ job: Job? = nil) {
    if mode == .raw, job != nil { output += [ASCII.ctrlD, ASCII.ctrlD] }
    show("MPY: soft reboot\r\n")
    phase = .ended
  }

  // MARK: Reading for the script

  /// The script reads a line after a prompt.
  mutating func read(prompt: [UInt8]) {
    guard isRunning else { return }
    lineRead = nil
    phase = .reading
    editor.begin(LineEditor.Start(prompt: String(decoding: prompt, as: UTF8.self)))
    draw()
  }

  /// Takes the line that was read.
  mutating func takeLineRead() -> LineRead? {
    defer { lineRead = nil }
    return lineRead
  }

  private mutating func read(_ key: LineEditor.Key) {
    switch key {
    case .entered: lineRead = .line(editor.text)
    case .control(ASCII.ctrlC): lineRead = .interrupted
    case .control(ASCII.ctrlD): lineRead = .endOfFile
    case .drawn, .control, .tab: return
    }
    phase = .running
  }

  // MARK: Bytes

  /// Takes a byte while ``listens``.
  mutating func receive(_ byte: UInt8) {
    switch phase {
    case .typing: act(on: editor.type(byte))
    case .reading: read(editor.type(byte))
    case .pasting: paste(byte)
    case .receiving: take(byte)
    case .streaming(let left): stream(byte, left)
    case .refusing: refuse(byte)
    case .running, .ended: break
    }
    draw()
  }

  private mutating func draw() { output += editor.takeDrawing() }

  private mutating func show(_ text: String) { output += Array(text.utf8) }

  private mutating func begin(_ job: Job) {
    self.job = job
    jobCount += 1
    phase = .running
  }

  // MARK: The friendly prompt

  private mutating func greet() {
    show(banner)
    prompt()
  }

  private mutating func prompt() {
    phase = .typing
    statement = Statement()
    editor.begin(LineEditor.Start(prompt: Self.prompt))
    draw()
  }

  private mutating func act(on key: LineEditor.Key) {
    switch key {
    case .drawn: break
    case .tab: begin(.complete(Array(editor.text[..<editor.cursor])))
    case .entered: enter()
    case .control(ASCII.ctrlC): breakOff()
    case .control(ASCII.ctrlD) where !statement.isEmpty: begin(.statement(statement.text))
    case .control(let byte) where statement.isEmpty: command(byte)
    case .control: break
    }
  }

  private mutating func enter() {
    statement.add(editor.text)
    if statement.isOpen {
      statement.addLineEnd()
      editor.begin(
        LineEditor.Start(prompt: "... ", indent: statement.nextIndent, isContinuation: true))
    } else if statement.isEmpty {
      prompt()
    } else {
      begin(.statement(statement.text))
    }
  }

  private mutating func breakOff() {
    output += ASCII.newline
    prompt()
  }

  private mutating func command(_ byte: UInt8) {
    output += ASCII.newline
    switch byte {
    case ASCII.ctrlA:
      mode = .raw
      receive()
      show(Self.rawPrompt)
    case ASCII.ctrlB: greet()
    case ASCII.ctrlD: leave()
    default:
      phase = .pasting
      code = []
      show("paste mode; Ctrl-C to cancel, Ctrl-D to finish\r\n=== ")
    }
  }

  private mutating func paste(_ byte: UInt8) {
    switch byte {
    case ASCII.ctrlC: breakOff()
    case ASCII.ctrlD:
      output += ASCII.newline
      begin(.block(code))
    default:
      guard code.count < codeLimit else { return }
      code.append(byte)
      if byte == ASCII.carriageReturn { show("\r\n=== ") } else { output.append(byte) }
    }
  }

  /// The part after the last dot of the name that a text ends with.
  static func lastName(of text: [UInt8]) -> [UInt8] {
    Array(text.reversed().prefix { $0.isPartOfName }.reversed())
  }

  // MARK: The raw mode

  private mutating func receive() {
    phase = .receiving
    code = []
  }

  private mutating func take(_ byte: UInt8) {
    switch byte {
    case ASCII.ctrlA: answerControlA()
    case ASCII.ctrlB:
      output += ASCII.newline
      mode = .friendly
      greet()
    case ASCII.ctrlC: code = []
    case ASCII.ctrlD: execute()
    default: if code.count <= codeLimit { code.append(byte) }
    }
  }

  /// Ctrl-A begins anew, or asks for a stream after Ctrl-E and a letter.
  private mutating func answerControlA() {
    guard code.count == 2, code[0] == ASCII.ctrlE else {
      receive()
      return show(Self.rawPrompt)
    }
    guard code[1] == UInt8(ascii: "A") else {
      receive()
      output += [UInt8(ascii: "R"), 0]
      return show(">")
    }
    code = []
    phase = .streaming(left: Self.window)
    output += [UInt8(ascii: "R"), 1, UInt8(Self.window), 0, 1]
  }

  private mutating func execute() {
    show("OK")
    guard !code.isEmpty else {
      output += ASCII.newline
      return leave()
    }
    if code.count <= codeLimit { begin(.block(code)) } else { endWithoutMemory() }
  }

  /// More was sent than the module has memory for.
  private mutating func endWithoutMemory() {
    report(.raised(Array("MemoryError: \n".utf8)), then: { $0.goOn() })
  }

  private mutating func stream(_ byte: UInt8, _ left: Int) {
    switch byte {
    case ASCII.ctrlC:
      output.append(ASCII.ctrlD)
      report(.raised(Array("KeyboardInterrupt: \n".utf8)), then: { $0.goOn() })
    case ASCII.ctrlD:
      output.append(ASCII.ctrlD)
      begin(.block(code))
    case _ where code.count == codeLimit:
      output.append(ASCII.ctrlD)
      phase = .refusing
    default:
      code.append(byte)
      if left == 1 { output.append(ASCII.ctrlA) }
      phase = .streaming(left: left == 1 ? Self.window : left - 1)
    }
  }

  private mutating func refuse(_ byte: UInt8) {
    if byte == ASCII.ctrlC || byte == ASCII.ctrlD { endWithoutMemory() }
  }
}

extension [UInt8] {
  /// The bytes with a carriage return before each line feed, as a terminal needs them.
  var withCarriageReturns: [UInt8] {
    guard contains(ASCII.lineFeed) else { return self }
    return reduce(into: []) { bytes, byte in
      if byte == ASCII.lineFeed { bytes.append(ASCII.carriageReturn) }
      bytes.append(byte)
    }
  }
}
