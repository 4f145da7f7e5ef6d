import DeviceEmulator
import GuestRuntime
import ModuleProfiles
import Testing

@Suite("Scripts that play and speak")
struct PlayerTests {
  private func lines(_ script: String, _ policy: Policy) throws -> [String] {
    let run = try ScriptRun(
      "import audio, utime\na, t = audio.Audio(0), audio.TTS(0)\n"
        + "def tell(f):\n    try:\n        print(f())\n    except Exception as e:\n        print(repr(e))\n"
        + script, ScriptRun.Setting(policy: policy))
    #expect(run.ending == .exited(0))
    return run.lines
  }

  @Test(
    "The arguments of play have names, and one that is missing is named", arguments: Policy.allCases
  )
  func names(policy: Policy) throws {
    let told = try lines(
      """
      tell(lambda: t.play(0, data='a', mode=2, breakin=0))
      tell(lambda: a.play(priority=0, breakin=0, data=b''))
      tell(lambda: t.play(0, data='a', mode=2))
      tell(lambda: t.play(0, 0, 2))
      tell(lambda: t.play(0, 0, 2, 'a', x=1))
      """, policy)
    #expect(
      told == [
        "0", "ValueError('invalid data',)", #"TypeError("'breakin' argument required",)"#,
        #"TypeError("'data' argument required",)"#,
        "TypeError('extra keyword arguments given',)",
      ])
  }

  @Test("A text may be a bytearray, and its mode a constant", arguments: Policy.allCases)
  func text(policy: Policy) throws {
    let told = try lines(
      """
      print(t.play(0, 0, t.text_utf8, bytearray(b'a' * 500)))
      tell(lambda: t.play(0, 0, t.text_utf8, bytearray(501)))
      print(t.play(0, 0, t.text_utf16be, '0061'), t.play(0, 0, t.text_utf16le, b'6100'))
      """, policy)
    #expect(
      told == ["0", "ValueError('The string length cannot be greater than 500',)", "1 1"])
  }

  @Test("Scripts call TTS.init, and all of the device's arguments but the first are ignored")
  func construction() throws {
    let script = """
      print(t.close(), t.init(), t.deinit(), t.init(), t.play(0, 0, 2, 'a'), t.stop(), t.stopAll())
      print(audio.Audio(0, 7, x=1) is a, audio.TTS(0, 7, x=1) is t)
      tell(audio.Audio)
      """
    let refusal = "TypeError('function missing 1 required positional arguments',)"
    #expect(try lines(script, .documented) == ["0 0 0 0 0 0 0", "False False", refusal])
    #expect(try lines(script, .observed) == ["0 0 0 0 0 0 0", "True True", refusal])
  }

  @Test(
    "The five cases of the vendor's page speak what they should, told by the length of the speech")
  func cases() throws {
    let told = try lines(
      """
      ev = []
      t.setCallback(lambda e: ev.append((e, utime.ticks_ms())))
      for seq in ((3, 1, 'a' * 40), (4, 0, 'b' * 2)), ((3, 0, 'a' * 40), (4, 0, 'b' * 2)), \
          ((3, 1, 'a' * 40), (3, 0, 'b' * 2)), ((3, 0, 'a' * 40), (3, 0, 'b' * 2)), \
          ((3, 0, 'a' * 40), (3, 1, 'b' * 2), (3, 0, 'c' * 20)):
          del ev[:]
          codes = [t.play(p, b, 2, s) for p, b, s in seq]
          utime.sleep(10)
          print(codes, [e for e, _ in ev], (ev[-1][1] - ev[-2][1] + 35) // 70)
      """, .documented)
    #expect(
      told == [
        "[0, 0] [2, 3, 2, 4] 2", "[0, 1] [2, 4, 2, 4] 2", "[0, 0] [2, 3, 2, 4] 2",
        "[0, 1] [2, 4, 2, 4] 2", "[0, 1, 1] [2, 4, 2, 4] 20",
      ])
  }
}
