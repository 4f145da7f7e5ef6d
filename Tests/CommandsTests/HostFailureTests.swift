import Foundation
import GuestRuntime
import TestSupport
import Testing

@testable import Commands

/// The built program on hosts that refuse it something, and with inputs that are not what they should be.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct HostFailureTests {
  let bench: Workbench
  private static let program = VirtualMicrophoneConfig.buildFolder + "/qpyemu"
  private static let settings = "--profile EC600N --audio-in tone:440"

  init() throws {
    bench = try Workbench()
    try bench.write("print('ran')", to: "a.py")
    try bench.write("print('ran')\nwhile True: pass", to: "loop.py")
  }

  /// Runs the program in a shell; what it says beside the line of settings.
  private func run(
    _ words: String, before: String = "", after: String = ""
  ) throws -> (code: Int32, output: String, errors: String) {
    let (code, output) = try shell(
      "\(before) '\(Self.program)' \(words) 2>errors \(after)", in: bench.folder, withErrors: false)
    let errors = try bench.text("errors").split(separator: "\n")
      .filter { !$0.hasPrefix("qpyemu: EC600N, policy") }.joined(separator: "\n")
    return (code, output, errors)
  }

  @Test("What the script prints for nobody ends the run with 141 and no word")
  func closedPipe() throws {
    try bench.write("for i in range(100000): print('line', i)", to: "long.py")
    let ended = try run(
      "run long.py \(Self.settings); echo $? >code", before: "(", after: ") | head -n 1")
    #expect(ended.output == "line 0\n")
    #expect(try bench.text("code") == "141\n")
    #expect(ended.errors.isEmpty)
  }

  @Test(
    "A host that takes no output is told of with 74 and one sentence",
    arguments: [
      "run a.py \(settings) >/dev/full", "run a.py \(settings) --audio-out file:/dev/full",
      "profiles list >/dev/full",
    ])
  func fullHost(words: String) throws {
    let ended = try run(words)
    #expect(ended.code == 74)
    #expect(ended.errors.contains("No space left on device"))
    #expect(!ended.errors.contains("\n") && !ended.errors.contains("Traceback"))
  }

  @Test(
    "A trace that could not be written is no success, nor is one that nothing was to be written to",
    arguments: ["import audio\naudio.Record()\nprint('ran')", "print('ran')"])
  func fullTrace(script: String) throws {
    try bench.write(script, to: "traced.py")
    let ended = try run("run traced.py \(Self.settings) --trace /dev/full")
    #expect(ended.code == 74)
    #expect(ended.output == "ran\n")
    #expect(ended.errors == "qpyemu: the trace /dev/full ends here: No space left on device")
  }

  @Test(
    "Little address space gives a result, or 74 and one sentence",
    arguments: [
      30_000, 40_000, 50_000, 60_000, 130_000, 250_000, 320_000,
    ])
  func addressSpace(kilobytes: Int) throws {
    let ended = try run("run a.py \(Self.settings)", before: "ulimit -v \(kilobytes);")
    if ended.code == 0 {
      #expect(ended.output == "ran\n")
    } else {
      #expect(ended.code == 74, "\(ended.errors)")
      #expect(ended.errors.contains("the host"))
    }
  }

  /// A result, or the host's failure in one sentence: never a trap, never the script's exception.
  private func expectHostFailure(_ ended: (code: Int32, output: String, errors: String)) {
    if ended.code == 0 {
      #expect(ended.output == "ran\n")
    } else {
      #expect(ended.code == 74, "\(ended.errors)")
      #expect(ended.errors.hasPrefix("qpyemu: "), "\(ended.errors)")
      #expect(!ended.errors.contains("\n"), "\(ended.errors)")
    }
  }

  /// The interpreter in a folder that every user can reach, which the one beside the tool is not always in.
  private func reachableInterpreter() throws -> String {
    let path = try Interpreter.find(
      environment: { Workbench.variables[$0] }, beside: VirtualMicrophoneConfig.buildFolder
    ).path
    try bench.write(try #require(HostFile.contents(of: path)), to: "interpreter")
    chmod(bench.path("interpreter"), 0o755)
    return "QPYEMU_INTERPRETER='\(bench.path("interpreter"))'"
  }

  /// A user of whom no other process is, and whose limits root's privileges do not lift; what belongs to
  /// root can still be read.
  private static let ordinaryUser =
    getuid() == 0
    ? "setpriv --reuid 61234 --clear-groups --inh-caps +dac_read_search --ambient-caps +dac_read_search"
    : ""

  @Test(
    "Too few threads or processes for an ordinary user give a result, or 74 and one sentence",
    arguments: 1...12)
  func fewThreads(count: Int) throws {
    let interpreter = try reachableInterpreter()
    expectHostFailure(
      try run(
        "run a.py \(Self.settings)",
        before: "\(interpreter) \(Self.ordinaryUser) prlimit --nproc=\(count)"))
  }

  @Test(
    "Too few descriptors give a result, or 74 and one sentence",
    arguments: [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 24, 32])
  func fewDescriptors(count: Int) throws {
    expectHostFailure(try run("run a.py \(Self.settings)", before: "prlimit --nofile=\(count)"))
  }

  @Test(
    "Files that may not grow are told of with 74 and one sentence",
    arguments: [
      "--flash usr.img", "--flash dir:flash", "--export out", "--audio-out file:heard.wav",
      "--trace trace", ">printed",
    ])
  func shortFiles(words: String) throws {
    try bench.write(
      """
      import audio, utime
      record = audio.Record()
      record.start('a.wav', 2)
      utime.sleep(3)
      audio.Audio(0).play(0, 0, 'U:/a.wav')
      for count in range(2000):
          record.isBusy()
          print('line', count)
      """, to: "much.py")
    let output = words.hasPrefix(">") ? "" : ">/dev/null"
    let ended = try run("run much.py \(Self.settings) \(words) \(output)", before: "ulimit -f 16;")
    #expect(ended.code == 74)
    #expect(ended.errors.hasPrefix("qpyemu: "), "\(ended.errors)")
    #expect(ended.errors.contains("File too large"), "\(ended.errors)")
    #expect(!ended.errors.contains("Traceback"), "\(ended.errors)")
  }

  @Test(
    "An image that another program cuts short while it is in use ends the run with 74 and one sentence"
  )
  func cutImage() async throws {
    try bench.write(
      """
      print('ran')
      while True:
          with open('/usr/x', 'w') as file:
              file.write('more')
      """, to: "writes.py")
    try bench.write("", to: "output")
    let child = try ChildProcess([
      "/bin/sh", "-c",
      "cd '\(bench.folder)' && exec '\(Self.program)' run writes.py \(Self.settings) --flash usr.img "
        + ">output 2>errors",
    ])
    try await awaitText("ran\n", in: "output")
    #expect(truncate(bench.path("usr.img"), 0) == 0)
    #expect(child.wait() == .exited(74))
    let said = try bench.text("errors").split(separator: "\n").dropFirst()
    #expect(said.count == 1 && said.first?.contains("became shorter") ?? false, "\(said)")
  }

  private func awaitText(_ text: String, in file: String) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try !bench.text(file).contains(text) {
      try #require(ContinuousClock.now < deadline, "nothing says \(text)")
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  private static let isNone = "is no interpreter that can run scripts here"

  @Test(
    "What is no interpreter is named with 69",
    arguments: [
      ("/bin/true", "/bin/true \(isNone): it ended with 0 and said nothing to the emulator"),
      ("/bin/false", "/bin/false \(isNone): it ended with 1 and said nothing to the emulator"),
      ("./script", "QPYEMU_INTERPRETER names ./script, which is no program of this machine"),
      (
        "/nonexistent", "QPYEMU_INTERPRETER names /nonexistent, which is no program of this machine"
      ),
    ])
  func noInterpreter(program: String, sentence: String) throws {
    chmod(try bench.write("#!/bin/sh\n", to: "script"), 0o755)
    for words in [
      "run a.py \(Self.settings)", "repl a.py \(Self.settings)",
      "sweep power-cut a.py \(Self.settings)",
      "profiles diff EC600N EC200U --script a.py --audio-in tone:440",
      "conform --via guest --method Record.isBusy --profile EC600N",
    ] {
      let ended = try run("\(words) </dev/null", before: "QPYEMU_INTERPRETER=\(program)")
      #expect(ended.code == 69)
      #expect(ended.errors.hasPrefix("qpyemu: \(sentence)"), "\(ended.errors)")
    }
  }

  @Test(
    "The time limit holds whatever is waited for",
    arguments: [
      "run loop.py \(settings)", "run a.py \(settings) --trace pipe",
      "run a.py \(settings) --audio-out file:pipe",
    ])
  func timeLimit(words: String) throws {
    try #require(try shell("mkfifo pipe", in: bench.folder).code == 0)
    #expect(try run("\(words) --timeout 1").code == 124)
  }

  @Test(
    "A signal ends what is waited for with its own code",
    arguments: [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)] as [(Int32, Int32)])
  func signals(number: Int32, code: Int32) async throws {
    try #require(try shell("mkfifo pipe", in: bench.folder).code == 0)
    for (words, sign) in [
      ("run loop.py \(Self.settings) --endless --export out", "ran\n"),
      ("run a.py \(Self.settings) --trace pipe", "pipe is a named pipe"),
      ("run a.py \(Self.settings) --audio-out file:pipe", "pipe is a named pipe"),
    ] {
      try bench.write("", to: "output")
      let child = try ChildProcess([
        "/bin/sh", "-c", "cd '\(bench.folder)' && exec '\(Self.program)' \(words) >output 2>&1",
      ])
      try await awaitText(sign, in: "output")
      child.signal(number)
      #expect(child.wait() == .exited(code), "\(words)")
    }
    #expect(bench.exists("out/usr/loop.py"), "what was there so far is exported")
  }

  @Test("An expression that takes too many steps is named with 65")
  func costlyExpression() throws {
    try bench.write("print('a' * 40 + 'b')", to: "a.py")
    try bench.write(#"{"expect": [{"consoleMatches": "^(a+)+$"}]}"#, to: "s.json")
    let ended = try run("run a.py \(Self.settings) --scenario s.json")
    #expect(ended.code == 65)
    #expect(ended.errors.hasPrefix("qpyemu: s.json:1:13: the search for this expression takes"))
  }

  @Test(
    "What makes no sense is refused with its code and named",
    arguments: [
      ("run a.py --audio-in silence --profile=", 64, "--profile is empty"),
      ("run a.py \(settings) --export ''", 64, "--export is empty"),
      ("run a.py \(settings) --trace=", 64, "--trace is empty"),
      ("run '' \(settings)", 64, "<script.py | folder> is empty"),
      ("run a.py \(settings) --flash ur=a.img", 64, "there is no volume ur; did you mean usr?"),
      ("run a.py \(settings) --scenario big.json", 65, "has 1048577 bytes, more than the 1048576"),
      (
        "run a.py \(settings) --scenario empty.json", 65,
        "no call and no call-back has the argument {}"
      ),
      ("run a.py --audio-in silence --profile Wrong", 65, "profiles/Wrong.json is not a file"),
      ("run a.py --audio-in silence --profile Long", 65, "has 65537 bytes, more than the 65536"),
      ("run a.py \(settings) --scenario 'x\u{1B}[31m'", 66, #"the scenario x\x1b[31m: No such"#),
    ] as [(String, Int32, String)])
  func refusals(words: String, code: Int32, sentence: String) throws {
    try bench.write([UInt8](repeating: 32, count: 1_048_577), to: "big.json")
    try bench.write(#"{"expect": [{"callback": [{}]}]}"#, to: "empty.json")
    try bench.write("", to: "profiles/Wrong.json/file")
    try bench.write([UInt8](repeating: 32, count: 65537), to: "profiles/Long.json")
    let ended = try run(words, before: "QPYEMU_PROFILE_PATH=profiles")
    #expect(ended.code == code)
    #expect(ended.errors.contains(sentence), "\(ended.errors)")
  }

  @Test("A setting that holds a NUL is refused where it stands")
  func settingWithNUL() throws {
    try bench.write(#"{"audio-in": "file:a\u0000b"}"#, to: "qpyemu.json")
    let ended = try run("run a.py --profile EC600N")
    #expect(ended.code == 65)
    #expect(
      ended.errors.contains("qpyemu.json:1:14: audio-in must be neither empty nor hold a NUL"))
  }
}
