package import DeviceEmulator
import EmulatedTime
import Glibc
import ModuleProfiles

/// One run of a script on an emulated module, from the interpreter's start to its end.
package final class GuestRun: Sendable {
  /// How a run ended.
  package enum Ending: Equatable, Sendable {
    /// The script's own exit code; 1 after an uncaught exception.
    case exited(Int32)
    /// The interpreter was killed or crashed.
    case crashed(signal: Int32)
    case timedOut
    case interrupted
    /// The host could not give the device what it needs.
    case hostFailed(HostFailure)
  }

  /// What may be chosen for a run.
  package struct Options: Sendable {
    /// The script's path on the module's flash.
    package var script: String
    /// Module heap in bytes; nil for the profile's.
    package var heapBytes: Int?
    /// Host time after which the run is ended.
    package var timeout: Duration?
    /// What everything random in the run derives from.
    package var seed: UInt64
    /// A descriptor that gets the script's console; nil for standard output.
    package var console: Int32?

    package init(
      script: String, heapBytes: Int? = nil, timeout: Duration? = nil, seed: UInt64 = 0,
      console: Int32? = nil
    ) {
      self.script = script
      self.heapBytes = heapBytes
      self.timeout = timeout
      self.seed = seed
      self.console = console
    }
  }

  /// Where virtual time starts: 2025-01-01 00:00:00 UTC (ruled).
  static let virtualEpoch = 1_735_689_600
  /// How long a script may take to react to Ctrl-C before it is killed.
  private static let patience = Duration.seconds(2)

  private struct Progress {
    var forced: Ending?
    var ended: ChildProcess.Ending?
  }

  private let device: DeviceEmulator
  private let interpreter: Interpreter
  private let options: Options
  private let scheduler: GuestScheduler
  private let services: GuestServices
  private let progress = Monitor(Progress())
  private let connections = Monitor([ObjectIdentifier: StreamSocket]())

  /// Prepares a run; ``run()`` starts it.
  package init(
    _ device: DeviceEmulator, interpreter: Interpreter, options: Options, trace: CallTrace? = nil
  ) {
    self.device = device
    self.interpreter = interpreter
    self.options = options
    scheduler = GuestScheduler(device)
    services = GuestServices(device, scheduler, seed: options.seed, trace: trace)
  }

  /// Runs the script to its end and powers the device down: recordings are closed, files are synced.
  ///
  /// - Throws: ``HostError`` if the interpreter cannot be started.
  package func run() throws(HostError) -> Ending {
    let listener = try ListeningSocket()
    let child = try ChildProcess(
      interpreter.commandLine(
        kernel: guestModuleSource("kernel")!, endpoint: listener.name, script: options.script,
        heapBytes: options.heapBytes ?? device.profile.limits.scriptHeapBytes),
      output: options.console, ownGroup: true)
    child.keepOnOneProcessor()
    HostThread.start { [self] in
      while let socket = listener.accept() { serve(socket, child) }
    }
    HostThread.start { [self] in scheduler.drive { child.processorTime } }
    HostThread.start { [progress] in
      let ending = child.wait()
      progress.withLock(thenNotify: true) { $0.ended = ending }
    }
    let ending = awaitEnd(of: child)
    scheduler.end()
    listener.shut()
    connections.withLock { $0.values.forEach { $0.shut() } }
    device.powerDown()
    return ending
  }

  /// Asks the script to stop, as Ctrl-C does on the module's console; from any thread.
  package func interrupt() { force(.interrupted) }

  private func force(_ ending: Ending) {
    progress.withLock(thenNotify: true) { $0.forced = $0.forced ?? ending }
  }

  // MARK: The end

  private func awaitEnd(of child: ChildProcess) -> Ending {
    let due = options.timeout.map { ContinuousClock.now + $0 }
    let forced = progress.wait { state -> Monitor<Progress>.Wait<Ending?> in
      if let ending = state.forced { return .done(ending) }
      if state.ended != nil { return .done(nil) }
      if let due, ContinuousClock.now >= due { return .done(.timedOut) }
      return .waiting(until: due)
    }
    guard let forced else { return natural(progress.withLock { $0.ended! }) }
    if forced == .interrupted { interruptPolitely(child) }
    if progress.withLock({ $0.ended }) == nil { child.signal(SIGKILL) }
    progress.wait { $0.ended == nil ? .waiting(until: nil) : .done(()) }
    return forced
  }

  /// Lets the script see a KeyboardInterrupt and end by itself, if it does so soon.
  private func interruptPolitely(_ child: ChildProcess) {
    scheduler.interrupt()
    child.signal(SIGINT)
    let due = ContinuousClock.now + Self.patience
    progress.wait { state in
      state.ended != nil || ContinuousClock.now >= due ? .done(()) : .waiting(until: due)
    }
  }

  private func natural(_ ending: ChildProcess.Ending) -> Ending {
    switch ending {
    case .exited(let code): .exited(code)
    case .killed(let signal): .crashed(signal: signal)
    }
  }

  // MARK: Connections

  /// Serves one connection of the guest on a thread of its own.
  private func serve(_ socket: StreamSocket, _ child: ChildProcess) {
    let id = ObjectIdentifier(socket)
    connections.withLock { $0[id] = socket }
    HostThread.start { [self] in
      var channel = FrameChannel(socket)
      if let thread = greet(&channel) {
        converse(&channel, thread)
        scheduler.endThread(thread)
      }
      socket.shut()
      connections.withLock { $0[id] = nil }
    }
  }

  /// Takes the first frame, which says whose connection it is.
  private func greet(_ channel: inout FrameChannel) -> Int? {
    do {
      guard let frame = try channel.read() else { return nil }
      let request = try GuestRequest.read(frame)
      guard request.name == "hello", let thread = request.arguments.first?.integer else {
        throw GuestException.malformed("the first call of a connection is hello, with a thread")
      }
      reply(.success(.none), channel)
      return thread
    } catch {
      refuse(error, channel)
      return nil
    }
  }

  private func converse(_ channel: inout FrameChannel, _ thread: Int) {
    do {
      while let frame = try channel.read() {
        let answer: Result<GuestValue, GuestException>
        do {
          answer = try services.answer(GuestRequest.read(frame), thread: thread)
        } catch let error as GuestException {
          answer = .failure(error)
        }
        if thread == GuestScheduler.mainThread { scheduler.holdForCallback() }
        guard reply(answer, channel) else { return }
      }
    } catch let failure as HostFailure {
      force(.hostFailed(failure))
    } catch {
      refuse(error, channel)
    }
  }

  /// Answers what cannot be understood; the connection ends.
  private func refuse(_ error: any Error, _ channel: FrameChannel) {
    switch error {
    case let error as FrameChannel.Malformed:
      reply(.failure(.malformed(error.message)), channel)
    case let error as GuestException: reply(.failure(error), channel)
    default: break
    }
  }

  @discardableResult
  private func reply(
    _ answer: Result<GuestValue, GuestException>, _ channel: FrameChannel
  ) -> Bool {
    var head: [UInt8] = []
    var payload: [UInt8] = []
    switch answer {
    case .success(let value):
      value.append(to: &head, &payload)
      return channel.write(head: head, payload: payload, flags: 0)
    case .failure(let exception):
      GuestValue.list([.string(exception.type), .string(exception.text)])
        .append(to: &head, &payload)
      return channel.write(
        head: head, payload: payload, flags: FrameChannel.raises)
    }
  }
}
