import Foundation
import TestSupport
import Testing

@testable import Commands

/// The tools that people use with boards of their own, each command against the emulated module's port.
@Suite("Stock tools work with the serial port", .serialized, .timeLimit(.minutes(10)))
struct SerialToolsTests {
  let bench: Workbench

  init() throws {
    bench = try Workbench()
    try bench.write("print('hello from', __name__)\n", to: "app.py")
    try bench.write("import audio, utime\nx = 42\n", to: "host/mod.py")
    try bench.write("print('bye')\n", to: "sync/a.py")
    try bench.write(
      (0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 8) }, to: "big.bin")
  }

  /// A command of a tool, and what it prints.
  struct Step {
    let command: String
    let prints: String

    init(_ command: String, _ prints: String = "") {
      (self.command, self.prints) = (command, prints)
    }
  }

  private func run(_ steps: [Step], on module: ReplProcess) throws {
    for step in steps {
      let (code, output) = try module.tool(step.command)
      #expect(code == 0, "\(step.command): \(output)")
      #expect(
        step.prints.isEmpty || output.contains(step.prints), "\(step.command): \(output)")
    }
  }

  @Test("mpremote runs code, moves files and mounts a folder of the host")
  func mpremote() throws {
    let module = try ReplProcess(on: bench)
    let digest = try output(of: "sha256sum '\(bench.path("app.py"))'")[0].prefix(64)
    try run(
      [
        Step("mpremote eval 1+2", "3"),
        Step("mpremote exec 'import uos; print(uos.uname()[0])'", "sysname=EC600N-CNLC"),
        Step("mpremote run app.py", "hello from __main__"),
        Step("mpremote fs cp app.py :/usr/app.py"),
        Step("mpremote fs ls :/usr", "app.py"),
        Step("mpremote fs cat :/usr/app.py", "print('hello from', __name__)"),
        Step("mpremote fs sha256sum :/usr/app.py", String(digest)),
        Step("mpremote fs mkdir :/usr/d"), Step("mpremote fs touch :/usr/d/x"),
        Step("mpremote fs ls :/usr/d", "0 x"), Step("mpremote fs rm :/usr/d/x"),
        Step("mpremote fs rmdir :/usr/d"),
        Step("mpremote fs cp big.bin :/usr/big.bin"),
        Step("mpremote fs cp :/usr/big.bin back.bin"),
        Step("mpremote df", "/usr"),
        Step("mpremote soft-reset"),
        Step("mpremote exec 'import usr.app'", "hello from usr.app"),
        Step(
          "mpremote mount host exec \"import mod; print(mod.x); open('new','w').write('it')\"", "42"
        ),
        Step("mpremote rtc --set"), Step("mpremote rtc", "(20"),
      ], on: module)
    #expect(try bench.bytes("back.bin") == bench.bytes("big.bin"))
    #expect(try bench.text("host/new") == "it")
    let edit = try module.shell(
      "EDITOR='sed -i s/hello/bye/' \(Oracles.tool("mpremote")!) connect '\(module.port)' edit :/usr/app.py"
    )
    #expect(edit.code == 0, "\(edit.output)")
    try run([Step("mpremote fs cat :/usr/app.py", "print('bye from'")], on: module)
  }

  @Test("ampy lists, moves and runs files, and resets the module")
  func ampy() throws {
    let module = try ReplProcess(on: bench)
    try run(
      [
        Step("ampy put app.py /usr/app.py"), Step("ampy ls /usr", "/usr/app.py"),
        Step("ampy get /usr/app.py", "print('hello from'"), Step("ampy run app.py", "hello from"),
        Step("ampy mkdir /usr/d"), Step("ampy rmdir /usr/d"), Step("ampy put big.bin /usr/big.bin"),
        Step("ampy get /usr/big.bin back.bin"), Step("ampy reset"), Step("ampy ls /usr", "big.bin"),
      ], on: module)
    #expect(try bench.bytes("back.bin") == bench.bytes("big.bin"))
  }

  // Its copies assign to slices of bytearrays, which the interpreter of a module refuses.
  @Test("rshell lists files and types at the prompt, and cannot copy, as on a module")
  func rshell() throws {
    let module = try ReplProcess(on: bench)
    try run(
      [
        Step("rshell ls /pyboard/", "usr/"), Step("rshell mkdir /pyboard/usr/d"),
        Step("rshell ls /pyboard/usr", "d/"),
        Step("rshell repl '~' 'print(40 + 2)' '~'", "42"),
        Step("rshell cp big.bin /pyboard/usr/big.bin", "error in transfer to remote"),
      ], on: module)
  }

  @Test("Thonny's back end connects, runs code, keeps files and completes names")
  func thonny() throws {
    let module = try ReplProcess(on: bench)
    // What its window does: it starts the back end as a process, and they send each other messages.
    let script = """
      import subprocess, sys
      from thonny.common import (
          MESSAGE_MARKER, InlineCommand, ToplevelCommand, parse_message, serialize_message)
      options = dict(port=sys.argv[1], clean=True, interrupt_on_connect=True, sync_time=True,
                     local_rtc=True)
      back_end = subprocess.Popen([sys.executable, 'back-end.py', repr(options)],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
      def answer(kind):
          for line in back_end.stdout:
              message = parse_message(line) if line[0] == MESSAGE_MARKER else None
              if not message:
                  print(line, end='')
              elif message.event_type == 'ProgramOutput':
                  print(message.data.replace('\\r', ''), end='')
              elif message.event_type == kind:
                  return message
          sys.exit('the back end has ended')
      def tell(command, kind):
          back_end.stdin.write(serialize_message(command) + '\\n')
          back_end.stdin.flush()
          return answer(kind)
      def shell(name, source):
          tell(ToplevelCommand(name, source=source, args=[]), 'ToplevelResponse')
      def ask(name, **words):
          return tell(InlineCommand(name, id=name, **words), name + '_response')
      def names(path):
          found = ask('get_dirs_children_info', paths=[path], include_hidden=True, node_id='')
          return {name: info['size'] for name, info in found.data[path].items()}
      def completed(source):
          found = ask('shell_autocomplete', source=source, row=1, column=len(source))
          return [completion.name for completion in found.completions]
      print('welcome', answer('ToplevelResponse').welcome_text)
      shell('execute_source', 'print(6 * 7)')
      shell('execute_source', '1 / 0')
      shell('Run', open('app.py').read())
      shell('execute_source', 'import audio; spam = 5')
      data = open('big.bin', 'rb').read()
      ask('mkdir', path='/usr/d')
      ask('write_file', path='/usr/d/new', content_bytes=data, make_shebang_scripts_executable=False)
      print('same', ask('read_file', path='/usr/d/new').content_bytes == data)
      print('names', names('/usr/d'), names('/'))
      print('completed', completed('spa'), completed('audio.Rec'))
      print('spam', ask('get_globals', module_name='__main__').globals['spam'].repr)
      ask('delete', paths=['/usr/d'])
      print('left', 'd' in names('/usr'))
      back_end.terminate()
      """
    // The package without its first file, which is for windows, and with patience on a busy host.
    let backEnd = """
      import runpy, sys, types
      import thonny.plugins
      package = types.ModuleType('thonny.plugins.micropython')
      package.__path__ = [thonny.plugins.__path__[0] + '/micropython']
      sys.modules[package.__name__] = package
      from thonny.plugins.micropython import mp_back
      mp_back.WAIT_OR_CRASH_TIMEOUT = 60
      runpy.run_module(package.__name__ + '.bare_metal_backend', run_name='__main__')
      """
    try bench.write(script, to: "client.py")
    try bench.write(backEnd, to: "back-end.py")
    let (code, output) = try module.shell(
      "THONNY_USER_DIR=. timeout 300 \(Oracles.python![0]) client.py '\(module.port)'")
    #expect(code == 0, "\(output)")
    for line in [
      "MPY: soft reboot", "; EC600N with QUECTEL", "42", "ZeroDivisionError: divide by zero",
      "hello from __main__", "same True",
      "names {'new': 20000} {'bak': None, 'usr': None}", "completed ['spam'] ['Record']", "spam 5",
      "left False",
    ] {
      #expect(output.contains("\(line)\n"), "\(line): \(output)")
    }
    #expect(!output.contains("WARNING"), "\(output)")
  }

  @Test("A client of the pyboard.py kind sends 256 bytes at a time and gets all of it back")
  func chunks() throws {
    let module = try ReplProcess(on: bench)
    let script = """
      import serial, sys, time
      port = serial.Serial(sys.argv[1], 115200, timeout=60)
      def until(end):
          data = port.read_until(end)
          assert data.endswith(end), data
          return data
      port.write(b'\\r\\x03\\x03\\r\\x01')
      until(b'raw REPL; CTRL-B to exit\\r\\n>')
      code = b"data = b'" + b'x' * 5000 + b"'\\nprint(len(data))"
      for start in range(0, len(code), 256):
          port.write(code[start:start + 256])
          time.sleep(0.01)
      port.write(b'\\x04')
      print(until(b'\\x04>'))
      port.write(b'\\x02')
      until(b'>>> ')
      """
    try bench.write(script, to: "client.py")
    let (code, output) = try module.shell(
      "\(Oracles.python![0]) client.py '\(module.port)'")
    #expect(code == 0 && output.contains(#"b'OK5000\r\n\x04\x04>'"#), "\(output)")
  }

  @Test("Two modules at once have each a flash and a state of their own")
  func two() throws {
    let one = try ReplProcess(on: bench)
    let other = try ReplProcess(profile: "EC200U", on: bench)
    try run(
      [
        Step("mpremote exec \"open('/usr/x','w').write('1'); y = 1\""),
        Step("mpremote exec 'import uos; print(uos.uname()[1])'", "nodename=EC600N"),
      ], on: one)
    let (code, output) = try other.tool(
      "mpremote exec \"import uos; print(uos.listdir('/usr'), uos.uname()[1])\"")
    #expect(code == 0 && output.contains("nodename=EC200U") && !output.contains("'x'"))
  }

  @Test("A client that floods, breaks off or sends nonsense leaves the module working for the next")
  func hostile() throws {
    let module = try ReplProcess(on: bench)
    let script = """
      import os, random, serial, sys, time
      random.seed(1)
      def opened():
          return serial.Serial(sys.argv[1], 115200, timeout=1, write_timeout=60)
      nonsense = [
          bytes(random.randrange(256) for _ in range(20000)).replace(b'\\x04', b''),
          b'\\x01\\x05A\\x01' + b'print(1)' * 40, b'\\x01print(', b'\\x05while True: pass',
          b'\\x00\\xff' * 3000, b'\\r\\x01while True: pass\\x04', b'\\x1b[' * 500,
      ]
      for data in nonsense:
          port = opened()
          port.write(data)
          port.close()
      port, second = opened(), opened()
      port.write(b'x' * 300000)
      port.close()
      second.close()
      """
    try bench.write(script, to: "client.py")
    let flood = try module.shell("\(Oracles.python![0]) client.py '\(module.port)'")
    #expect(flood.code == 0, "\(flood.output)")
    try run([Step("mpremote eval 6*7", "42")], on: module)
  }

  @Test("A script switches the module off, which ends the program and takes its link away")
  func off() throws {
    let module = try ReplProcess(on: bench)
    _ = try module.tool("mpremote exec --no-follow 'import misc; misc.Power.powerDown()'")
    let due = ContinuousClock.now + .seconds(60)
    while FileManager.default.fileExists(atPath: module.port) {
      try #require(ContinuousClock.now < due, "the link is still there")
      usleep(10_000)
    }
  }
}
