import ModuleProfiles
import Testing

@testable import GuestRuntime

@Suite("Hardware as scripts see it")
struct GuestHardwareTests {
  /// What a script prints under a policy, or which exception it sees, and what that shows.
  private static let prelude = """
    import machine, misc, osTimer, utime
    from machine import ExtInt, Pin, RTC, Timer
    def fails(do):
        try: return do()
        except Exception as e: return repr(e)

    """

  static let lines: [(String, documented: String, observed: String)] = [
    ("[repr(Timer(1))]", "['']", "['']"),
    ("Pin(12), str(Pin(5))", "(<Pin(12)>, '<Pin(5)>')", "(<Pin(12)>, '<Pin(5)>')"),
    (
      "(lambda p: (Pin(5) is p, p.__del__(), Pin(5) is p, Pin(5) is Pin(5)))(Pin(5))",
      "(True, 0, False, True)", "(True, 0, False, True)"
    ),
    (
      "(lambda t: (t is Timer(2), t.__del__(), t is Timer(2)))(Timer(2))", "(True, -1, True)",
      "(True, -1, True)"
    ),
    (
      "fails(lambda: Pin(5, dir=0).get_dir())", "TypeError('extra keyword arguments given',)", "0"
    ),
    (
      "fails(lambda: Pin(5, direction=0).get_dir())", "0",
      "TypeError('extra keyword arguments given',)"
    ),
    (
      "fails(lambda: osTimer(1, x=2).start(9, 0, repr, 4))",
      "TypeError('function takes 0 positional arguments but 1 were given',)", "0"
    ),
    (
      "fails(lambda: misc.Power.getVbatt(1))",
      "TypeError('function takes 0 positional arguments but 1 were given',)",
      "TypeError('argument has wrong type',)"
    ),
    (
      "fails(lambda: Timer(1).start(1, 9, print))",
      "TypeError('extra positional arguments given',)",
      "TypeError('extra positional arguments given',)"
    ),
    (
      "fails(lambda: exec('from osTimer import osTimer'))",
      "ImportError(\"can't import name osTimer\",)", "ImportError(\"can't import name osTimer\",)"
    ),
    (
      "fails(lambda: RTC().datetime((2025, 1, 1)))", "-1",
      "ValueError('requested length 8 but object has length 3',)"
    ),
    (
      "hasattr(Timer(1), '__del__'), hasattr(Pin(1), 'set_pull'), hasattr(ExtInt, 'read_level')",
      "(True, True, True)", "(True, False, False)"
    ),
    (
      "(lambda start: utime.sleep_us(7900) or utime.ticks_us() - start >= 8500)(utime.ticks_us())",
      "True", "False"
    ),
    ("__import__('_thread').get_ident()", "0", "1000"),
    ("Timer.ONE_SHOT, Pin.GPIO41, hasattr(Pin, 'GPIO42')", "(0, 41, False)", "(0, 41, False)"),
    ("misc.Power.powerOnReason(), misc.Power.getVbatt()", "(1, 3800)", "(1, 3800)"),
    (
      "fails(lambda: ExtInt(5, 3, 0, print))", "ValueError('invalid mode value',)",
      "ValueError('invalid mode value',)"
    ),
  ]

  @Test("Calls answer as the policy says", arguments: lines, Policy.allCases)
  func answers(line: (String, documented: String, observed: String), policy: Policy) throws {
    let run = try ScriptRun(Self.prelude + "print((\(line.0)))", .init(policy: policy))
    #expect(run.lines == [policy == .documented ? line.documented : line.observed])
  }

  @Test("A Timer that is constructed with a period runs, by the names of its arguments")
  func construction() throws {
    let run = try ScriptRun(
      Self.prelude + """
        t = Timer(2, period=10, callback=lambda timer: print(timer is t), mode=Timer.ONE_SHOT)
        utime.sleep_ms(100)
        """)
    #expect(run.lines == ["True"])
  }

  @Test("What is no recording is in no trace of recordings")
  func trace() throws {
    let run = try ScriptRun(
      Self.prelude + "import audio; Pin(5); audio.Record(0).isBusy(); osTimer(); RTC().datetime()")
    #expect(run.trace.count == 2 && run.trace.allSatisfy { $0.contains("Record") })
  }
}
