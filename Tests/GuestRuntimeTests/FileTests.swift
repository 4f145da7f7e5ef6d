import ModuleProfiles
import Testing

@testable import GuestRuntime

@Suite("Files as scripts see them")
struct GuestFileTests {
  private static let prelude = """
    import uos
    def fails(do):
        try: return do()
        except Exception as e: return repr(e)
    with open('/usr/f', 'w') as file: file.write('abc')
    closed = open('/usr/f')
    closed.close()

    """

  static let lines: [(String, documented: String, observed: String)] = [
    ("uos.mkdir('/bak/x')", "OSError(30,)", "-1"),
    ("uos.remove('/bak/x')", "OSError(30,)", "-1"),
    ("uos.rmdir('/bak/x')", "OSError(30,)", "-1"),
    ("uos.rename('/bak/x', '/usr/x')", "OSError(30,)", "-1"),
    ("open('/bak/x', 'w')", "OSError(30,)", "-1"),
    ("uos.umount('/bak')", "OSError(22,)", "-1"),
    ("uos.rename('/usr/f', '/bak/f')", "OSError(30,)", "OSError(1,)"),
    ("uos.chdir('/usr/none')", "OSError(2,)", "OSError(-2,)"),
    ("uos.chdir('/usr/f')", "OSError(20,)", "OSError(-2,)"),
    ("uos.stat('/zz')", "OSError(2,)", "OSError(19,)"),
    ("uos.chdir('/zz')", "OSError(2,)", "OSError(19,)"),
    ("open('U:/f')", "OSError(2,)", "OSError(19,)"),
    ("uos.mkdir('/zz')", "OSError(22,)", "OSError(19,)"),
    ("uos.stat('/usr/none')", "OSError(2,)", "OSError(2,)"),
    (
      "list(uos.ilistdir('/'))", "[('usr', 16384, 0, 0), ('bak', 16384, 0, 0)]",
      "[('usr', 16384, 0), ('bak', 16384, 0)]"
    ),
    ("len(list(uos.ilistdir('/usr'))[0])", "4", "4"),
    (
      "b'f' in uos.listdir(b'/usr'), uos.listdir(b'/')", "(True, [b'usr', b'bak'])",
      "(True, [b'usr', b'bak'])"
    ),
    ("hasattr(uos, 'unlink'), uos.__name__", "(True, 'uos')", "(False, 'uos')"),
    ("uos.statvfs('/')[:3], uos.statvfs('/')[9]", "((4096, 4096, 0), 255)", "((0, 0, 0), 512)"),
    ("uos.uname2() is uos.uname2(), len(uos.urandom(70000))", "(True, 70000)", "(True, 70000)"),
    ("open('/usr/none', 'zz')", "OSError(22,)", "OSError(2,)"),
    ("open('/usr/f', 'rz').read()", "OSError(22,)", "abc"),
    ("open('/usr/f', 'rw')", "OSError(22,)", "ValueError()"),
    ("closed.read()", "OSError(9,)", "ValueError()"),
    ("closed.seek(0)", "OSError(9,)", "ValueError()"),
    ("closed.close()", "None", "None"),
  ]

  @Test("Calls answer as the policy says", arguments: lines, Policy.allCases)
  func answers(line: (String, documented: String, observed: String), policy: Policy) throws {
    let run = try ScriptRun(
      Self.prelude + "print(fails(lambda: (\(line.0))))", .init(policy: policy))
    #expect(run.lines == [policy == .documented ? line.documented : line.observed])
  }
}
