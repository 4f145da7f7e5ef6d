import AudioEngine
import DeviceEmulator
import EmulatedTime
import GuestRuntime

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
        faults.append(try Fault(words))
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
  private let name: String?
  private let screenshots: String?
  private let console: Console
  private let output = Monitor<[UInt8]>([])
  private let tee = Monitor<OutputTee?>(nil)
  private let run = Monitor<Running>(Running())
  private let callbacks = Monitor<[[GuestValue]]>([])
  /// How many events have happened.
  private let eventCount = Monitor(0)
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
  }

  /// The run that the module's script is in now.
  private struct Running {
    weak var run: GuestRun?
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
        keeps: !expectations.isEmpty, to: console.write,
        failed: { [run] in run.withLock { $0.run }?.end(.outputLost) })
    }
    tee.withLock { $0 = made }
    return made.descriptor
  }

  /// Takes note of what is shown on a console that goes somewhere else.
  func note(_ bytes: [UInt8]) {
    if !expectations.isEmpty { output.withLock { $0 += bytes } }
  }

  /// Takes note of a call-back that the script runs.
  func hear(_ arguments: [GuestValue]) {
    guard !expectations.isEmpty else { return }
    var heard = arguments
    if arguments.count == 1, let values = arguments[0].items { heard = values }
    callbacks.withLock { $0.append(heard) }
  }

  // MARK: The run

  /// Has everything happen to the module in its time; what happens at the start happens now.
  func begin(_ device: DeviceEmulator) {
    for fault in faults { device.inject(fault) }
    for event in events {
      guard event.time > .zero else {
        perform(event, device)
        continue
      }
      device.clock.schedule(at: event.time) { [self, weak device] in
        if let device { perform(event, device) }
      }
    }
  }

  /// The module's script is in this run from now on.
  func follow(_ run: GuestRun) { self.run.withLock { $0.run = run } }

  private func perform(_ event: Scenario.Event, _ device: DeviceEmulator) {
    eventCount.withLock { $0 += 1 }
    switch event.action {
    case .world(let change): device.change(change)
    case .microphone(let microphone): device.changeMicrophone(to: microphone)
    case .fault(let fault): device.inject(fault)
    case .modem(let change): change.apply(to: &device.world)
    case .screenshot(let name):
      if let failure = photograph(device, name, at: event.time) {
        failures.withLock { $0.append(failure) }
      }
    case .powerCut:
      console.complain("the power is cut at \(event.time.inSeconds) s")
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
    let seen = Observations(
      console: String(
        decoding: tee.withLock { $0 }?.finish() ?? output.withLock { $0 }, as: UTF8.self),
      callbacks: callbacks.withLock { $0 }, files: device.files)
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
    let happened = eventCount.withLock { $0 }
    if happened < events.count {
      console.complain(
        "the run was over before \(events.count - happened) of the scenario's events, the first of "
          + "them at \(events[happened].time.inSeconds) s")
    }
    for entry in device.injectedFaults where entry.strikes == 0 {
      console.complain("nothing has met the fault \(entry.fault)")
    }
  }
}

extension Duration {
  /// The seconds in it, without needless digits.
  var inSeconds: String {
    let text = "\(self / .seconds(1))"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
