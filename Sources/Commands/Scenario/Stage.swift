import AudioEngine
import DeviceEmulator
import EmulatedTime
import GuestRuntime
import JSONText
import QuecPython

/// What a run goes through beside its script: `--fault` and `--scenario`.
struct StageOptions {
  private let faults: [Fault]
  private let scenario: String?
  /// The folder of `--export`, where screenshots go.
  private let export: String?

  init(_ arguments: inout Arguments, export: String?) throws {
    self.export = export
    var faults: [Fault] = []
    while let words = try arguments.option("--fault") {
      do throws(Fault.Malformed) {
        faults.append(try Fault(words, among: .quecPython))
      } catch {
        throw UsageError("--fault: \(error)")
      }
    }
    self.faults = faults
    scenario = try arguments.option("--scenario")
  }

  /// Reads the scenario, and checks that it and the faults go with the run.
  func stage(for setup: RunSetup, _ console: Console) throws -> Stage {
    for fault in faults {
      do throws(Fault.Malformed) {
        try setup.check(fault)
      } catch {
        throw UsageError("--fault: \(error)")
      }
    }
    let read = try scenario.map {
      try Scenario($0, seed: setup.seed, checkingFaults: setup.check)
    }
    if let read, read.changesMicrophone, setup.microphone.isLive {
      throw UsageError(
        "the scenario changes the microphone, which cannot be live then: use tone:HZ, file:PATH, "
          + "noise or silence as --audio-in")
    }
    if let read, read.takesScreenshots, export == nil {
      throw UsageError(
        "the scenario takes screenshots, which go to the folder of --export: name one")
    }
    return Stage(faults, read, named: scenario, screenshots: export, console)
  }
}

/// Plays a scenario and injects faults into a module, and says what has come of it.
final class Stage: Sendable {
  private let faults: [Fault]
  private let events: [Scenario.Event]
  private let expectations: [Scenario.Expectation]
  /// The methods whose calls are looked at in the end.
  private let expectedCalls: Set<String>
  private let name: String?
  private let screenshots: String?
  private let console: Console
  private let tee = Monitor<OutputTee?>(nil)
  private let run = Monitor<Running>(Running())
  private let seen = Monitor(Seen())
  /// What could not be done of the scenario.
  private let failures = Monitor<[String]>([])

  init(
    _ faults: [Fault], _ scenario: Scenario?, named name: String?, screenshots: String? = nil,
    _ console: Console
  ) {
    (self.faults, self.name, self.console) = (faults, name, console)
    self.screenshots = screenshots
    events = scenario?.events ?? []
    expectations = scenario?.expectations ?? []
    expectedCalls = Set(
      expectations.compactMap {
        if case .call(let pattern) = $0.check { pattern.method } else { nil }
      })
  }

  /// The run that the module's script is in now, and the module.
  private struct Running {
    weak var run: GuestRun?
    weak var device: DeviceEmulator?
  }

  /// What could be seen of the script so far, and what has come of it.
  private struct Seen {
    var console: [UInt8] = []
    var callbacks: [[GuestValue]] = []
    var calls: [Journal.Entry.Event] = []
    /// The events that have happened, by their places.
    var happened: Set<Int> = []
    /// How often that was seen which an event waits for, and how much of the console was looked through.
    var watches: [Int: (count: Int, lookedAt: Int)] = [:]
  }

  /// What the line of settings says of it.
  var description: String {
    (name.map { ", scenario \($0)" } ?? "") + faults.map { ", fault \($0)" }.joined()
  }

  /// Where the script's console is to go: to ours, past what is expected of it. Once ours takes no more, the
  /// run ends.
  func outputDescriptor() throws(Complaint) -> Int32 {
    let made = try onHost { () throws(HostError) in
      try OutputTee(
        to: console.write,
        failed: { [run] in run.withLock { $0.run }?.end(.outputLost) })
    }
    tee.withLock { $0 = made }
    return made.descriptor
  }

  // MARK: What is seen

  /// The serial ports of which it says who is at the other end.
  var serialPorts: Set<Int> {
    Set(
      events.compactMap { event in
        if case .world(.uart(let port, _)) = event.action { port } else { nil }
      })
  }

  /// Whether something is expected, or waits.
  private var looksOn: Bool { !expectations.isEmpty || events.contains { $0.trigger != nil } }

  /// Who reads the journal for it; nil if nothing is expected and nothing waits.
  ///
  /// - Parameter showsPrints: Whether what the script prints is all that its console shows.
  func reader(showsPrints: Bool) -> Journal.Reader? {
    guard looksOn else { return nil }
    return Journal.Reader(showsPrints ? .everything : .methods) { [self] in see($0.event) }
  }

  /// Takes note of what is shown on the script's console.
  func show(_ bytes: [UInt8]) {
    guard looksOn else { return }
    seen.withLock { $0.console += bytes }
    wake { trigger, watch, seen in
      guard case .console(let text) = trigger.what else { return 0 }
      return seen.console.count(of: Array(text.utf8), from: &watch.lookedAt)
    }
  }

  private func see(_ event: Journal.Entry.Event) {
    switch event {
    case .printed(let bytes): show(bytes)
    case .callback(_, let arguments):
      seen.withLock { $0.callbacks.append(arguments) }
      wake { trigger, _, _ in
        if case .callback(let pattern) = trigger.what, arguments.callBack(as: pattern) {
          1
        } else {
          0
        }
      }
    case .call(let method, _, _, _, _):
      if expectedCalls.contains(method) { seen.withLock { $0.calls.append(event) } }
      wake { trigger, _, _ in
        if case .call(let pattern) = trigger.what, pattern.matches(event) { 1 } else { 0 }
      }
    }
  }

  /// Has those events happen whose time has come, now that something was seen.
  ///
  /// - Parameter count: How many more times something was seen that an event waits for.
  private func wake(
    _ count: (Scenario.Trigger, inout (count: Int, lookedAt: Int), Seen) -> Int
  ) {
    let due = seen.withLock { seen in
      events.indices.filter { index in
        guard let trigger = events[index].trigger else { return false }
        var watch = seen.watches[index] ?? (0, 0)
        defer { seen.watches[index] = watch }
        guard watch.count < trigger.count else { return false }
        watch.count += count(trigger, &watch, seen)
        return watch.count >= trigger.count
      }
    }
    guard !due.isEmpty, let device = run.withLock({ $0.device }) else { return }
    for index in due { schedule(index, after: device.clock.now, device) }
  }

  // MARK: The run

  /// Has everything happen to the module in its time; what happens at the start happens now.
  func begin(_ device: DeviceEmulator) {
    for fault in faults { device.inject(fault) }
    run.withLock { $0.device = device }
    for index in events.indices where events[index].trigger == nil {
      schedule(index, after: .zero, device)
    }
  }

  private func schedule(_ index: Int, after start: Duration, _ device: DeviceEmulator) {
    guard events[index].time > .zero else { return perform(index, device) }
    device.clock.schedule(at: start + events[index].time) { [self, weak device] in
      if let device { perform(index, device) }
    }
  }

  /// The module's script is in this run from now on.
  func follow(_ run: GuestRun) { self.run.withLock { $0.run = run } }

  private func perform(_ index: Int, _ device: DeviceEmulator) {
    seen.withLock { _ = $0.happened.insert(index) }
    switch events[index].action {
    case .world(let change): device.change(change)
    case .microphone(let microphone): device.changeMicrophone(to: microphone)
    case .fault(let fault): device.inject(fault)
    case .modem(let change): change.apply(to: &device.world)
    case .screenshot(let name):
      if let failure = photograph(device, name, at: device.clock.now) {
        failures.withLock { $0.append(failure) }
      }
    case .powerCut:
      console.complain("the power is cut at \(device.clock.now.inSeconds) s")
      run.withLock { $0.run }?.cutPower()
    }
  }

  /// Makes a picture of what the display shows; gives why that could not be done.
  private func photograph(
    _ device: DeviceEmulator, _ name: String, at time: Duration
  ) -> String? {
    guard let folder = screenshots else { return nil }
    guard let picture = device.world.display?.picture else {
      return "there is no \(name): the script had set no display up at \(time.inSeconds) s"
    }
    do throws(Complaint) {
      try HostFile.write(picture.png, to: "\(folder)/\(name)")
      return nil
    } catch {
      return error.message
    }
  }

  // MARK: What has come of it

  /// Says what was not as expected, and gives the run's code: an expectation that fails makes it 1,
  /// unless the run itself was cut short.
  func end(
    _ ending: GuestEnding, _ code: ExitCode, _ device: DeviceEmulator
  ) throws -> ExitCode {
    tee.withLock { $0 }?.finish()
    let seen = seen.withLock { seen in
      Observations(
        console: String(decoding: seen.console, as: UTF8.self), callbacks: seen.callbacks,
        calls: seen.calls, files: device.files, messages: device.world.network.sentMessages,
        tones: device.world.network.sentTones)
    }
    if ending == .outputLost { return code }
    tellOfTheUntouched(device)
    let failures =
      try failures.withLock { $0 }
      + expectations.compactMap { expectation in
        try failure(of: expectation, seen).map { "\(expectation.place)\($0)" }
      }
    failures.forEach(console.complain)
    switch ending {
    case .exited, .powerCut, .reset, .poweredDown: return failures.isEmpty ? code : .mismatch
    case .crashed, .timedOut, .limitReached, .interrupted, .outputLost, .hostFailed, .noInterpreter,
      .stuck, .guestFailed,
      .refusedCall:
      return code
    }
  }

  private func failure(
    of expectation: Scenario.Expectation, _ seen: Observations
  ) throws(Complaint) -> String? {
    do throws(Pattern.TooCostly) {
      return try expectation.check.failure(in: seen)
    } catch {
      throw Complaint(
        .badData,
        "\(expectation.place)the search for this expression takes too many steps; make it simpler: a "
          + "repetition inside a repetition is what takes so many")
    }
  }

  /// Says what was meant to happen and did not.
  private func tellOfTheUntouched(_ device: DeviceEmulator) {
    let left = seen.withLock { seen in events.indices.filter { !seen.happened.contains($0) } }
    if let first = left.first {
      console.complain(
        "the run was over before \(left.count) of the scenario's events, the first of "
          + "them \(events[first].occasion)")
    }
    for entry in device.injectedFaults where entry.strikes == 0 {
      console.complain("nothing has met the fault \(entry.fault)")
    }
  }
}

extension Scenario.Event {
  /// When it is to happen, for a message.
  fileprivate var occasion: String {
    guard let trigger else { return "at \(time.inSeconds) s" }
    let what =
      switch trigger.what {
      case .console(let text): "the console shows \(JSONNode(.string(text)).jsonText())"
      case .call(let pattern): "\(pattern.method) is called as it says"
      case .callback: "a call-back comes as it says"
      }
    let often = trigger.count == 1 ? "" : " \(trigger.count) times"
    return "when \(what)\(often)"
  }
}

extension [UInt8] {
  /// How often some bytes are in it from an offset on, which goes behind the last of them, as far as no more can begin.
  fileprivate func count(of bytes: [UInt8], from offset: inout Int) -> Int {
    var found = 0
    while offset + bytes.count <= count {
      if self[offset...].starts(with: bytes) {
        found += 1
        offset += bytes.count
      } else {
        offset += 1
      }
    }
    return found
  }
}
