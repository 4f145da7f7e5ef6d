import DeviceEmulator
import GuestRuntime
import Testing

@Suite("A script reaches nothing of the host by ordinary means")
struct SandboxTests {
  @Test(
    "What does not exist on a module fails as there",
    arguments: [
      "open('/etc/passwd')", "open('../../etc/passwd')", "open('/proc/self/environ')", "open(0)",
      "open(3, 'r+b')", "uio.open('/etc/passwd')", "uio.open(1)", "uio.FileIO('/etc/passwd')",
      "uos.system('id')", "uos.popen('id')", "uos.getenv('HOME')",
      "uos.umount('/'); open('/etc/passwd')",
      "uos.umount('/'); import ffi",
      "uos.VfsPosix", "uos._os", "uos.native", "uos.stat('/etc')", "uos.listdir('/etc')",
      "uos.chdir('/etc')", "utime._time", "sys._sys", "uio._io", "machine.mem8", "machine.mem32",
      "import ffi", "import uffi", "import uctypes", "import vfs", "import socket",
      "import usocket", "import uselect; uselect.poll().register(0)", "import builtins",
      "import tls",
      "import ssl", "import ussl", "import platform", "import asyncio", "import uasyncio",
      "import termios", "import kernel", "import files", "import guest_os", "import mip",
      "import btree", "import framebuf", "import os.path", "import sys.modules",
      "from kernel import native", "__import__('ffi')", "__import__('ffi', None, None, None, 1)",
      "__import__('socket', {}, {}, ('AF_INET',), 0)", "sys.modules['socket']",
      "sys.modules['ffi']",
      "exec('import ffi')", "eval('__import__(\"ffi\")')", "execfile('/etc/passwd')",
      "example.ffi", "from audio import native", "open.__globals__['socket']",
      "open.__globals__['os']", "open.__globals__['native_import']", "open.__globals__['builtins']",
      "type(sys.stdout)(0)", "type(sys.stdout)('/etc/passwd')", "import usr.ffi",
      "sys.path.append('/etc'); import passwd", "sys.path[:] = ['.frozen']; import ssl",
      "sys.path.insert(0, '../../../etc'); import hostname",
      "f = open('/usr/ffi.py', 'w'); f.close(); uos.chdir('/usr'); import ffi; ffi.open",
    ])
  func closed(statement: String) throws {
    let run = try ScriptRun(
      """
      import uos, uio, sys, machine, example, utime
      try:
          exec(\(Self.literal(statement)))
          print('reached')
      except Exception as error:
          print(type(error).__name__)
      """)
    #expect(run.ending == .exited(0), "\(run.console)")
    let failures = [
      "ImportError", "OSError", "AttributeError", "KeyError", "TypeError", "NameError",
    ]
    #expect(run.lines.count == 1 && failures.contains(run.lines[0]), "\(run.console)")
  }

  @Test("A missing file of example.exec prints the module's message")
  func missing() throws {
    let run = try ScriptRun("import example\nexample.exec('/usr/no.py')\nprint('on')")
    #expect(run.lines == ["OSError: File path error or not exist: [/usr/no.py]", "on"])
  }

  private static func literal(_ text: String) -> String {
    "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
  }
}
