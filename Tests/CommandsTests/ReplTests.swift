import Foundation
import GuestRuntime
import TestSupport
import Testing

@testable import Commands

@Suite("qpyemu repl", .timeLimit(.minutes(10)))
struct ReplTests {
  let bench: Workbench

  init() throws { bench = try Workbench() }

  /// What a program in Python says of the ports, which are its arguments after `serial`.
  private func python(_ script: String, _ module: ReplProcess, _ more: String = "") throws -> String
  {
    try bench.write("import serial, sys, time\n" + script, to: "client.py")
    let (code, output) = try module.shell(
      "\(Oracles.python![0]) client.py '\(module.port)' \(more)")
    #expect(code == 0, "\(output)")
    return output
  }

  @Test(
    "A second port answers AT commands, as the scenario and the seed say, and restarts the module")
  func atPort() throws {
    try bench.write(
      #"{"events": [{"at": 0, "modem": {"signal": 7, "sim": "absent", "registered": "denied"}}]}"#,
      to: "scenario.json")
    let module = try ReplProcess(
      ["--at-link", bench.path("at"), "--scenario", "scenario.json", "--seed", "3"], on: bench)
    let said = try python(
      """
      at = serial.Serial(sys.argv[2], 115200, timeout=60)
      def ask(command, end=b'OK\\r\\n'):
          at.write(command + b'\\r')
          print(at.read_until(end))
      ask(b'ATE0')
      ask(b'AT+CSQ;+CREG?')
      ask(b'AT+CPIN?', b'10\\r\\n')
      ask(b'AT+CGSN')
      console = serial.Serial(sys.argv[1], 115200, timeout=60)
      console.write(b'\\r')
      print(console.read_until(b'>>> '))
      ask(b'AT+QRST=1,0')
      print(console.read_until(b'>>> '))
      ask(b'AT+QPOWD', b'DOWN\\r\\n')
      """, module, bench.path("at"))
    #expect(said.contains("+CSQ: 7,99") && said.contains("+CREG: 0,3"))
    #expect(said.contains("+CME ERROR: 10") && said.contains("86420004"))
    #expect(said.contains("mount.") && said.contains("POWERED DOWN"))
    #expect(module.process.wait() == .exited(0))
    #expect(!bench.exists("at"))
  }

  @Test("The standard streams are the port if none is named, and their end switches the module off")
  func streams() throws {
    let child = try output(
      of:
        "printf 'print(6*7)\\r' | \(ReplProcess.program) repl --profile EC200U --audio-in silence "
        + "--time virtual 2>&1")
    #expect(child.joined().contains("MicroPython v1.12 on") && child.joined().contains("42"))
  }

  @Test(
    "A folder is copied to the flash, and its main.py runs before the prompt; the flash is exported"
  )
  func folder() throws {
    try bench.write(
      "print('main', __name__)\nopen('/usr/made', 'w').write('x')\n", to: "app/main.py")
    let lines = try output(
      of:
        "cd '\(bench.folder)' && \(ReplProcess.program) repl app --profile EC600N --audio-in silence "
        + "--time virtual --export out </dev/null 2>/dev/null")
    #expect(lines.joined(separator: "\n").hasPrefix("mount.\r\nmain __main__\r\nMicroPython v1.12"))
    #expect(try bench.text("out/usr/made") == "x")
  }

  @Test("A link that leads elsewhere is left alone, one that leads nowhere is replaced")
  func links() throws {
    try bench.write("mine", to: "file")
    let path = bench.path("file")
    let refused = try output(
      of: "\(ReplProcess.program) repl --profile EC600N --link '\(path)' </dev/null 2>&1; echo $?")
    #expect(refused == ["qpyemu: cannot make the link \(path): File exists", "74"])
    symlink("/dev/pts/99999", bench.path("old"))
    symlink(path, bench.path("live"))
    let live = try output(
      of:
        "\(ReplProcess.program) repl --profile EC600N --link '\(bench.path("live"))' 2>&1; echo $?")
    #expect(live.first?.contains("exists and leads to \(path)") == true && live.last == "74")
    let module = try ReplProcess(["--at-link", bench.path("old")], on: bench)
    let due = ContinuousClock.now + .seconds(60)
    while !bench.exists("old"), ContinuousClock.now < due { usleep(1000) }
    #expect(bench.exists("old") && module.process.pid > 0)
  }

  @Test("A client that claims the device for itself and leaves does not lock others out")
  func claimed() throws {
    // What a claim keeps out is everybody but root.
    let user = geteuid() == 0 ? ["setpriv", "--bounding-set=-sys_admin"] : []
    let module = try ReplProcess(launcher: user, on: bench)
    let path = try FileManager.default.destinationOfSymbolicLink(atPath: module.port)
    let script = try bench.write(
      """
      import fcntl, os, sys, termios, time
      def ask(claims):
          port = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
          try:
              if claims:
                  fcntl.ioctl(port, termios.TIOCEXCL)
              os.write(port, b'6*7\\r')
              said = b''
              while not said.endswith(b'42\\r\\n>>> '):
                  data = os.read(port, 100)
                  if not data:
                      raise OSError('the device has been given up')
                  said += data
          finally:
              os.close(port)
      def visit(claims):
          # Who comes at once may still meet the device that is given up.
          due = time.monotonic() + 60
          while True:
              try:
                  return ask(claims)
              except OSError:
                  if time.monotonic() > due:
                      raise
      for number in range(6):
          visit(number % 2 == 0)
      print('heard')
      """, to: "visit.py")
    let heard = try module.shell(
      (user + ["timeout", "300", "python3", script, module.port]).joined(separator: " "))
    #expect(heard.output == "heard\n")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: module.port) == path)
  }

  @Test("Conformance cases run on a module at its port, and leave its files alone")
  func conform() async throws {
    let module = try ReplProcess(profile: "EC200U", time: "virtual", on: bench)
    _ = try module.tool("mpremote exec \"open('/usr/mine.txt','w').write('x')\"")
    let words = ["conform", "--via", "serial:\(module.port)", "--method", "Record.getSize"]
    let passed = try await bench.run(
      words + ["--profile", "EC200U", "--policy", "documented", "--jsonl", "-"])
    #expect(passed.code == 0, "\(passed.errors)\(passed.output)")
    #expect(passed.output.contains("Record.getSize.inUse/") && passed.output.contains("passed"))
    let other = try await bench.run(words + ["--profile", "EC600N", "--policy", "documented"])
    #expect(other.code == 1, "an EC600N leaves the header out of its sizes")
    let left = try module.tool("mpremote exec \"import uos; print(uos.listdir('/usr'))\"")
    #expect(left.output.contains("mine.txt") && !left.output.contains(".wav"))
  }

  @Test("A port of no module, and cases of several models, are refused in a sentence")
  func refusals() async throws {
    let one = ["--profile", "EC200U", "--policy", "documented"]
    let none = try await bench.run(["conform", "--via", "serial:/dev/nothing"] + one)
    #expect(none.code == 74 && none.errors == "qpyemu: there is no serial device /dev/nothing\n")
    let all = try await bench.run(["conform", "--via", "serial:/dev/nothing"])
    #expect(all.code == 64 && all.errors.contains("a module at a port is one model"))
    let word = try await bench.run(["conform", "--via", "geust"])
    #expect(word.code == 64 && word.errors.contains("did you mean guest?"))
    for (words, said) in [
      (["--tcp", "a:b"], "--tcp is HOST:PORT"), (["--rfc2217"], "give --tcp HOST:PORT, too"),
      (["--tcp", "0", "--pty"], "--tcp stands in place of --pty"),
    ] {
      let ending = try await bench.run(["repl", "--profile", "EC200U"] + words)
      #expect(ending.code == 64 && ending.errors.contains(said), "\(ending.errors)")
    }
  }
}
