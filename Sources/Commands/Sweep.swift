import Conformance
import DeviceEmulator
import EmulatedTime
import FlashStorage
import Glibc
import GuestRuntime
import ModuleProfiles

/// `qpyemu sweep`: one run of a script, and what every mishap on its way would have done.
struct Sweep: Command {
  static let name = "sweep"
  static let summary = "cut the power at every moment of a script's run and check what is left"
  static let help = """
    usage: qpyemu sweep power-cut <script.py | folder> --profile NAME [options]

    Runs the script once on a fresh flash and writes down each program and erase of /usr, those that
    copy the script there too. Then, for each of them, makes the flash as a loss of power at that
    moment would leave it, and boots: the volume must mount, every name and every synced file must be
    as promised, no block may leak, and the next write must succeed.

      --check SCRIPT2    also run this one on a module with what is left; a cut fails unless it ends
                         with 0
      --points POINTS    which moments: all, linear:K for every K-th, or numbers such as 12,40 (all)
      --modes MODES      what a cut does to the operation that it hits, and to those before it:
                         \(modeNames) (all of them)
      --jobs N           so many cuts at a time (one for each processor)
      --timeout SECONDS  end each run after so many seconds of the host's time (60)
      --limit TIME       end each run after so much time of the module: 60s, 10m or 2h
      --endless          let a script wait for what never comes
      --quiet            no remarks on the run; errors stay
      --json FILE, --jsonl FILE, --junit FILE
                         write a report, - for standard output
      --list             only print the selected cuts, for a plan
      --plan FILE        the cuts of this file, such as 12/torn, one a line, instead of those selected
      --shard I/N        only the Ith of N equal parts; "qpyemu merge" joins their JSON reports

    The settings of "run" are there too, but --flash, --time and --audio-out: a sweep has its own
    flash, time is virtual, and nothing is heard. The script's output goes to standard error. What
    fails is told with the command that does just that cut again.

    exit codes: 1 a cut failed, 5 nothing was selected, others as those of "run"

    example: qpyemu sweep power-cut Docs/Examples/record.py --profile EC600N --audio-in tone:440 \\
               --check Docs/Examples/check_recording.py --points linear:10
    """

  private static let modeNames = CutMode.allCases.map(\.rawValue).joined(separator: ",")
  private static let settingNames = Settings.Name.allCases.filter {
    !ScriptRunner.decided.contains($0)
  }

  /// Which operations are cut off.
  enum Points: Equatable {
    case all
    case every(Int)
    case numbers(Set<Int>)

    init(_ text: String) throws(UsageError) {
      if text == "all" {
        self = .all
      } else if case ("linear", let step?) = text.splitOnce(at: ":"), let step = Int(step), step > 0
      {
        self = .every(step)
      } else {
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.allSatisfy({ $0 ?? -1 >= 0 }) else {
          throw UsageError(
            "--points is all, linear:K or numbers separated by commas, not \"\(text)\"")
        }
        self = .numbers(Set(numbers.compactMap { $0 }))
      }
    }

    func contains(_ number: Int) -> Bool {
      switch self {
      case .all: true
      case .every(let step): number % step == 0
      case .numbers(let numbers): numbers.contains(number)
      }
    }
  }

  private let script: String
  private let check: String?
  private let settings: Settings
  private let host: Host
  private let points: Points
  private let modes: Set<CutMode>
  private let jobs: Int
  private let timeout: Duration
  private let length: RunLength
  private let isQuiet: Bool
  private let plan: PlanOptions
  private let outputs: ReportOutputs

  init(_ arguments: inout Arguments, host: Host) throws {
    self.host = host
    _ = try arguments.action(["power-cut"], of: Self.name)
    settings = try Settings(&arguments, Self.settingNames, host: host)
    check = try arguments.option("--check")
    let points = try arguments.option("--points").map { try Points($0) }
    let modes = try arguments.option("--modes").map(Self.modes)
    plan = try PlanOptions(&arguments, selects: points != nil || modes != nil)
    self.points = points ?? .all
    self.modes = modes ?? Set(CutMode.allCases)
    jobs = try arguments.option("--jobs").map(Self.jobs) ?? processorCount
    timeout = try arguments.option("--timeout").map(Run.seconds) ?? .seconds(60)
    length = try RunLength(&arguments)
    isQuiet = arguments.flag("--quiet")
    outputs = try ReportOutputs(&arguments, [.json, .jsonl, .junit])
    script = try arguments.positional("script.py | folder")
    try arguments.finish()
  }

  private static func modes(_ text: String) throws(UsageError) -> Set<CutMode> {
    var modes: Set<CutMode> = []
    for word in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
      guard let mode = CutMode(rawValue: word) else {
        throw UsageError(
          "--modes are some of \(modeNames), not \"\(word)\""
            + didYouMean(word, in: CutMode.allCases.map(\.rawValue)))
      }
      modes.insert(mode)
    }
    return modes
  }

  private static func jobs(_ text: String) throws(UsageError) -> Int {
    guard let jobs = Int(text), (1...256).contains(jobs) else {
      throw UsageError("--jobs is 1 to 256, not \"\(text)\"")
    }
    return jobs
  }

  // MARK: Running

  func run(_ console: Console) throws -> ExitCode {
    let setup = try RunSetup(
      settings.leavingOut(ScriptRunner.decided), heapBytes: nil, host: host, console)
    try setup.requireRepeatable(for: "a sweep")
    let runner = try ScriptRunner(setup, timeout: timeout, length: length, host: host)
    let source = try ScriptImport(script)
    let checkSource = try check.map { try ScriptImport($0) }
    console.complain(setup.description)
    let recording = try runner.record(source, isQuiet: isQuiet, console)
    guard !host.earlyEnd.hasCome else { return .interrupt }
    let cuts = try planned(recording, setup.seed)
    if plan.isListed {
      for cut in cuts { console.print(cut.id) }
      return .success
    }
    let checker = CutChecker(recording, runner, check: checkSource, reproduction: reproduction)
    let part = plan.part(of: cuts, id: \.id)
    let results = try checker.run(part, jobs: jobs, console, host.earlyEnd)
    if host.earlyEnd.hasCome {
      console.complain("ended early: \(results.count) of \(count(part.count, "cut")) were checked")
    }
    let basis = try SweepReport.basis(setup, recording, script: source, check: checkSource)
    let report = SweepReport(
      results, basis: basis, plan: Plan(cuts.map(\.id)), shard: plan.shard)
    return try outputs.put(report, host, console)
  }

  /// The cuts of the plan, or those that the options select.
  private func planned(_ recording: FlashRecording, _ seed: UInt64) throws -> [PowerCut] {
    let all = recording.cuts(seed: seed)
    let cuts = try plan.planned(
      { all },
      selected: { all.filter { modes.contains($0.mode) && points.contains($0.operation) } },
      id: \.id, noun: "cut")
    guard !cuts.isEmpty else {
      throw Complaint(
        .nothingSelected,
        "no cut is selected: the run made \(count(recording.operations.count, "operation")), and"
          + " --points, --modes or --plan leaves none of them")
    }
    return cuts
  }

  /// The command that does a cut again, and no other.
  private var reproduction: @Sendable (PowerCut) -> String {
    var words = ["qpyemu", "sweep", "power-cut", script]
    for name in Self.settingNames {
      if let value = settings[name] { words += [name.option, value.text] }
    }
    if let check { words += ["--check", check] }
    words += length.words
    return { [words] cut in
      (words + ["--points", "\(cut.operation)", "--modes", cut.mode.rawValue])
        .map(\.shellWord).joined(separator: " ")
    }
  }
}

extension String {
  /// As a shell takes it for one word.
  fileprivate var shellWord: String {
    let plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:,=+@%"
    if !isEmpty, allSatisfy(plain.contains) { return self }
    return "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }
}
