extension ModuleConsole {
  /// What the port and the interpreter have told the console.
  struct State {
    /// Bytes that may wait to be read; what is sent beyond is lost, as on a serial port.
    private static let inputLimit = 1 << 20

    var repl: Repl
    /// What was sent and not read yet.
    var input: [UInt8] = []
    /// The byte that interrupts a script; nil if it has asked for none.
    var interruptByte: UInt8? = ASCII.ctrlC
    /// Whether the interpreter has asked for jobs; a Ctrl-C before that would end it.
    var isServed = false
    /// Whether Ctrl-C has been sent to the job that runs.
    var isInterrupted = false
    /// Whether the job has ended, and what it has printed is being shown.
    var isFinishing = false
    /// Whether nothing more will be sent.
    var isInputOver = false
    var guest: Guest?

    /// How the run is to end, if it is.
    var ending: GuestEnding? {
      if repl.hasEnded { return .reset(.soft) }
      // What is started as the interpreter may be none, which shows first.
      return isServed && isInputOver && input.isEmpty && repl.listens ? .poweredDown : nil
    }

    mutating func take(_ bytes: ArraySlice<UInt8>) {
      input += bytes.prefix(Self.inputLimit - input.count)
    }

    /// Whether there is a job to end: none that another report ends already.
    ///
    /// - Parameter number: The job's; nil for whichever Ctrl-C has been sent to.
    mutating func beginFinish(_ number: Int?) -> Bool {
      let isMeant = number.map { $0 == repl.jobCount } ?? isInterrupted
      guard repl.job != nil, !isFinishing, isMeant else { return false }
      isFinishing = true
      return true
    }

    /// What follows Ctrl-C if it is for a script; nil if there is none, or it is for nobody.
    mutating func takeInterrupt(
      _ bytes: [UInt8], runsCallback: Bool
    ) -> ArraySlice<UInt8>? {
      let runsJob = repl.runsScript && !isFinishing
      guard let byte = interruptByte, runsCallback || runsJob, let place = bytes.lastIndex(of: byte)
      else { return nil }
      input = []
      isInterrupted = isInterrupted || runsJob
      return bytes[(place + 1)...]
    }

    /// Lets the prompt have what was sent, as long as it listens.
    mutating func listen() {
      var count = 0
      while count < input.count, repl.listens {
        repl.receive(input[count])
        count += 1
      }
      input.removeFirst(count)
    }
  }
}
