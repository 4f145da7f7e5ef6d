import Foundation
import GuestRuntime
import TestSupport
import Testing

@testable import Commands

/// The built program, as a process that others start, stop and kill.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct ProcessTests {
  let bench: Workbench

  init() throws { bench = try Workbench() }

  private static let program = VirtualMicrophoneConfig.buildFolder + "/qpyemu"

  /// Starts the program through a shell, which gives way to it.
  ///
  /// - Parameter redirection: What the shell does with its output.
  private func start(_ words: [String], _ redirection: String = ">output") throws -> ChildProcess {
    let quoted = ([Self.program] + words).map { "'\($0)'" }.joined(separator: " ")
    return try ChildProcess([
      "/bin/sh", "-c", "cd '\(bench.folder)' && exec \(quoted) 2>errors \(redirection)",
    ])
  }

  /// Starts a recording on a flash in a folder and waits until a second of it is there.
  private func startRecording() async throws -> ChildProcess {
    try bench.write(
      "import audio\naudio.Record().start('a.wav', 15)\nwhile True: pass", to: "a.py")
    let child = try start([
      "run", "a.py", "--profile", "EC600N", "--audio-in", "tone:440", "--time", "real", "--flash",
      "dir:flash", "--endless",
    ])
    let deadline = ContinuousClock.now + .seconds(60)
    while (HostFile.contents(of: bench.path("flash/usr/a.wav"))?.count ?? 0) < 16_000 {
      try #require(ContinuousClock.now < deadline, "nothing is recorded")
      try await Task.sleep(for: .milliseconds(20))
    }
    return child
  }

  /// The processes that stand in for the module's processor of `parent`.
  private func children(of parent: Int32) -> [Int32] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap(Int32.init).filter { pid in
      let stat = String(decoding: HostFile.contents(of: "/proc/\(pid)/stat") ?? [], as: UTF8.self)
      // The name, in parentheses, may hold spaces; the parent is the second field after it.
      let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
      return fields.count > 1 && Int32(fields[1]) == parent
    }
  }

  @Test(
    "A polite signal ends the run with its code and the recording closed",
    arguments: [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)] as [(Int32, Int32)])
  func signal(number: Int32, code: Int32) async throws {
    let child = try await startRecording()
    child.signal(number)
    #expect(child.wait() == .exited(code))
    #expect(try bench.text("output").hasSuffix("KeyboardInterrupt: \n"))
    let wav = try WAV(bench.bytes("flash/usr/a.wav"))
    #expect(wav.frames.count >= 8000)
    #expect(wav.dataSize == 2 * wav.frames.count)
    #expect(abs(wav.hertz - 440) < 1)
  }

  @Test(
    "A polite signal ends a check with its code, and the report has what is there",
    arguments: [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)] as [(Int32, Int32)])
  func signalDuringCheck(number: Int32, code: Int32) async throws {
    let child = try start(["conform", "--via", "guest", "--json", "report.json"])
    let deadline = ContinuousClock.now + .seconds(60)
    while children(of: child.pid).isEmpty {
      try #require(ContinuousClock.now < deadline, "no case is checked")
      try await Task.sleep(for: .milliseconds(10))
    }
    child.signal(number)
    #expect(child.wait() == .exited(code))
    let report = try bench.text("report.json")
    let said = try bench.text("errors")
    let checked = try #require(
      said.firstMatch(of: /qpyemu: ended early: ([0-9]+) of [0-9]+ cases were checked\n/))
    #expect(report.split(separator: "\"verdict\":").count == Int(checked.1)! + 1)
    #expect(try bench.text("output").contains("\(checked.1) cases: "))
  }

  @Test("A killed run leaves files that are right up to the last sync, and no interpreter")
  func killed() async throws {
    let child = try await startRecording()
    let interpreters = children(of: child.pid)
    #expect(!interpreters.isEmpty)
    child.signal(SIGKILL)
    #expect(child.wait() == .killed(signal: SIGKILL))
    let wav = try WAV(bench.bytes("flash/usr/a.wav"))
    #expect(wav.frames.count >= 8000)
    #expect(wav.dataSize == 240_000, "the header tells what was planned")
    #expect(abs(wav.hertz - 440) < 1)
    let deadline = ContinuousClock.now + .seconds(60)
    while interpreters.contains(where: { kill($0, 0) == 0 }) {
      try #require(ContinuousClock.now < deadline, "the interpreter lives on")
      try await Task.sleep(for: .milliseconds(10))
    }
    // The folder is free again, and what was recorded can be read.
    let next = try await bench.run([
      "run", try bench.write("print(len(open('/usr/a.wav', 'rb').read(4)))", to: "b.py"),
      "--profile", "EC600N", "--audio-in", "silence", "--flash", "dir:\(bench.path("flash"))",
    ])
    #expect(next.output == "4\n")
  }

  @Test(
    "When nobody reads the output any more, the run ends soon and says little",
    arguments: ["| head -n 1 >output", ">/dev/full"])
  func closedOutput(redirection: String) throws {
    try bench.write("while True: print('line')", to: "a.py")
    let child = try start(
      ["run", "a.py", "--profile", "EC600N", "--audio-in", "silence"], redirection)
    _ = child.wait()
    #expect(try bench.text("errors").split(separator: "\n").count <= 10)
  }

  @Test("Without standard streams nothing is printed into the files of the run")
  func closedStreams() throws {
    try bench.write("print('line')", to: "a.py")
    let child = try ChildProcess([
      "/bin/sh", "-c",
      "cd '\(bench.folder)' && exec '\(Self.program)' run a.py --profile EC600N --audio-in silence "
        + "--flash dir:flash --trace trace <&- >&- 2>&-",
    ])
    #expect(child.wait() == .exited(0))
    #expect(try !bench.text("trace").contains("line"))
    #expect(try bench.text("flash/usr/a.py") == "print('line')")
  }

  @Test("It runs from any folder with the interpreter beside it, and says what is missing without")
  func moved() throws {
    try bench.write("print(6 * 7)", to: "a.py")
    let program = "env -u QPYEMU_INTERPRETER './a b:c/qpyemu'"
    let run = "\(program) run a.py --profile EC600N --audio-in silence 2>errors"
    let missing = try shell(
      "mkdir 'a b:c' && cp '\(Self.program)' 'a b:c' && \(run)", in: bench.folder)
    #expect(missing.code == 69)
    let sentence =
      "there is no interpreter at \(bench.folder)/a b:c/interpreter: run ./Scripts/qpyemu, which builds it, "
      + "or set QPYEMU_INTERPRETER to one\n"
    #expect(try bench.text("errors") == "qpyemu: \(sentence)")
    let doctor = try shell("\(program) doctor", in: bench.folder)
    #expect(doctor.code == 1)
    #expect(doctor.output.contains("MISSING  interpreter   \(sentence)"), "\(doctor.output)")
    let interpreter = VirtualMicrophoneConfig.buildFolder + "/interpreter"
    #expect(try shell("cp '\(interpreter)' 'a b:c' && \(run)", in: bench.folder) == (0, "42\n"))
  }

  /// Stands in for GNU parallel with its options of Docs/scaling.md: each host is an empty folder, to which
  /// the base files go and from which what is to be returned comes.
  private static let parallel = #"""
    #!/bin/sh -e
    files= command=
    while [ "$1" != ::: ]; do
      case $1 in
        --sshlogin) shift ;;
        --basefile) files="$files $2"; shift ;;
        --return) returned=$2; shift ;;
        --cleanup) ;;
        *) command="$command $1" ;;
      esac
      shift
    done
    shift
    for number; do
      mkdir "host$number"
      cp $files "host$number"
      (cd "host$number" && $(echo "$command" | sed "s/{}/$number/g")) >&2
      mv "host$number/$(echo "$returned" | sed "s/{}/$number/")" .
    done
    """#

  @Test("The recipe for several hosts in Docs/scaling.md works from an empty folder")
  func severalHosts() throws {
    let page = try String(contentsOfFile: "\(repository)/Docs/scaling.md", encoding: .utf8)
    let section = try #require(page.split(separator: "## On several hosts").last)
    let recipe = try #require(section.split(separator: "```sh\n").dropFirst().first)
      .prefix { $0 != "`" }
    // A checkout whose release build is the build of these tests, and a plan of a few cases.
    try bench.write(Self.parallel, to: "bin/parallel")
    let steps = """
      mkdir -p checkout/.build here && ln -s '\(VirtualMicrophoneConfig.buildFolder)' checkout/.build/release
      export stand_in="$PWD/bin/parallel" checkout="$PWD/checkout" && cd here
      parallel() { sh -e "$stand_in" "$@"; }
      '\(Self.program)' conform --list --method Record.isBusy --profile EC600N > plan.txt
      \(recipe)
      """
    let (code, output) = try shell(steps, in: bench.folder)
    #expect(code == 0, "\(output)")
    let planned = try bench.text("here/plan.txt").split(separator: "\n").count
    #expect(planned >= 8)
    #expect(output.contains("\(planned) cases: "), "\(output)")
  }

  @Test("No variable of the host changes what the interpreter does")
  func environment() throws {
    try bench.write("print('line')", to: "a.py")
    let run =
      "echo 'print(1)' | MICROPYINSPECT=1 '\(Self.program)' run a.py --profile EC600N --audio-in silence"
    #expect(try shell("\(run) 2>errors", in: bench.folder) == (0, "line\n"))
  }

  @Test("A list that is cut short ends quietly, also if the parent ignores the broken pipe")
  func ignoredPipe() throws {
    let child = try ChildProcess([
      "/bin/sh", "-c",
      "cd '\(bench.folder)' && trap '' PIPE && ('\(Self.program)' profiles list; echo $? >code) "
        + "2>errors | true; while [ ! -s code ]; do sleep 0.01; done",
    ])
    #expect(child.wait() == .exited(0))
    #expect(try ["0\n", "141\n"].contains(bench.text("code")), "written in time, or SIGPIPE")
    #expect(try bench.text("errors") == "")
  }

  @Test("A list that is cut short ends quietly, and one that cannot be written with 74")
  func cutList() throws {
    #expect(try start(["profiles", "list"], "| head -n 1 >output").wait() == .exited(0))
    #expect(try bench.text("output").hasPrefix("model "))
    #expect(try bench.text("errors").isEmpty)
    #expect(try start(["profiles", "list"], ">/dev/full").wait() == .exited(74))
    #expect(
      try bench.text("errors") == "qpyemu: cannot write the output: No space left on device\n")
  }

  @Test("The program finds qpyemu.json above the folder it is started in, and the environment")
  func processHost() throws {
    try bench.write("{\"profile\": \"EC200U\", \"audio-in\": \"silence\"}", to: "qpyemu.json")
    try bench.write("print('ran')", to: "below/a.py")
    let child = try ChildProcess([
      "/usr/bin/env", "-C", bench.path("below"), "QPYEMU_SEED=77", "/bin/sh", "-c",
      "exec '\(Self.program)' run a.py >../output 2>../errors",
    ])
    #expect(child.wait() == .exited(0))
    #expect(try bench.text("output") == "ran\n")
    let said = try bench.text("errors")
    #expect(said.hasPrefix("qpyemu: EC200U, policy documented, microphone silence"))
    #expect(said.hasSuffix("seed 77\n"))
  }
}
