import Foundation
import GuestRuntime
import JSONText
import Testing

@testable import Commands

/// What a run goes through with `--scenario` and `--fault`.
@Suite(.serialized)
struct ScenarioTests {
  let bench: Workbench

  init() throws { bench = try Workbench() }

  /// Runs a script through a scenario, with the flash kept in `out`.
  private func run(
    _ script: String, _ scenario: String, _ words: [String] = []
  ) async throws -> Ending {
    let path = try bench.write(scenario, to: "scenario.json")
    return try await bench.run(
      script: script, ["--scenario", path, "--export", bench.path("out")] + words)
  }

  /// What was said after the line of settings.
  private func said(_ ending: Ending) -> [String] {
    ending.errors.split(separator: "\n").dropFirst().map {
      String($0.replacing(bench.path("scenario.json"), with: "scenario.json"))
    }
  }

  // MARK: Events

  private static let watchPin = """
    import utime
    from machine import Pin
    pin = Pin(5, Pin.IN, Pin.PULL_PU, 0)
    last = None
    while utime.ticks_ms() < 5000:
        if pin.read() != last:
            last = pin.read()
            print(last, utime.ticks_ms() // 100)
        utime.sleep_ms(10)
    """

  @Test("Pins have their level at their time, in whatever order the file has them")
  func pins() async throws {
    let ending = try await run(
      Self.watchPin,
      """
      {"events": [{"at": 3, "pin": 5, "level": null}, {"at": 1, "pin": 5, "level": 1},
        {"at": 0, "pin": 5, "level": 0}, {"at": 2.5, "pin": 5, "level": 0}]}
      """)
    #expect(ending.lines == ["0 0", "1 10", "0 25", "1 30"])
    #expect(ending.code == 0 && said(ending) == [])
  }

  @Test("An event waits for what the script prints, calls or runs, and for how often")
  func waits() async throws {
    let ending = try await run(
      """
      import utime, osTimer
      from machine import ExtInt
      from misc import ADC, PWM
      adc, timer = ADC(), osTimer()
      button = ExtInt(ExtInt.GPIO5, ExtInt.IRQ_FALLING, ExtInt.PULL_PU, lambda a: print('pressed', utime.ticks_ms()))
      button.enable()
      print('press', 'the button')
      print(adc.open(), adc.read(0), adc.read(0))
      timer.start(700, 0, lambda a: print('timer', adc.read(0)))
      utime.sleep(1)
      print(adc.read(0))
      """,
      """
      {"events": [
        {"when": {"console": "press the"}, "at": 0.5, "pin": 5, "level": 0},
        {"at": 0, "adc": 0, "millivolts": 100},
        {"when": {"method": "ADC.read", "args": [0], "gives": 100, "nth": 2}, "adc": 0, "millivolts": 200},
        {"when": {"callback": ["*"]}, "adc": 0, "millivolts": 300}],
       "expect": [{"method": "ADC.read", "gives": 300}, {"method": "ADC.open"}]}
      """)
    #expect(
      ending.lines == ["press the button", "0 100 100", "pressed 505", "timer 300", "300"])
    #expect(ending.code == 0 && said(ending) == [], "\(ending.errors)")
  }

  @Test("An event that waited in vain and a call that was not made are told")
  func waitsInVain() async throws {
    let ending = try await run(
      "from misc import ADC\nADC().open()\nprint(ADC().read(0))",
      """
      {"events": [{"when": {"console": "ready", "nth": 2}, "battery": 3000}],
       "expect": [{"method": "ADC.read", "args": [1]}, {"method": "ADC.close"}]}
      """)
    #expect(
      said(ending) == [
        "qpyemu: the run was over before 1 of the scenario's events, the first of them when the console shows "
          + "\"ready\" 2 times",
        "qpyemu: scenario.json:2:13: no call of ADC.read was like that; the last of 1 was with [0] and gave 0",
        "qpyemu: scenario.json:2:50: no call of ADC.close was like that; there was none",
      ])
    #expect(ending.code == 1)
  }

  @Test("Tens of thousands of call-backs leave nothing behind")
  func manyCallbacks() async throws {
    let ending = try await bench.run(
      script: """
        from machine import Timer
        import utime
        count = []
        def tick(timer):
            count[:] = [len(count) and count[0] + 1 or 1]
        timer = Timer(Timer.Timer1)
        timer.start(period=10, mode=1, callback=tick)
        utime.sleep(600)
        timer.stop()
        print(count)
        """)
    #expect(ending.output == "[60000]\n" && ending.code == 0, "\(ending.errors)")
  }

  @Test(
    "With flow control what finds no room waits at the other end, and comes at the port's speed")
  func flowControl() async throws {
    let ending = try await bench.run(
      script: """
        from machine import UART
        import utime
        uart = UART(2, 115200, 8, 0, 1, 1)
        for _ in range(50): uart.write(b'x' * 1000)
        sent, count = utime.ticks_ms(), 0
        while count < 50000:
            count += len(uart.read(4096))
            utime.sleep_ms(10)
        print(count, sent // 100, utime.ticks_ms() // 100)
        """, ["--uart", "2=loopback"])
    #expect(ending.output == "50000 43 84\n", "\(ending.errors)")
  }

  @Test("A port has one other end: of the host's or of the scenario's")
  func twoEnds() async throws {
    let path = try bench.write(
      #"{"events": [{"at": 1, "uart": 2, "sends": "x"}]}"#, to: "scenario.json")
    let ending = try await bench.run(
      script: "pass", ["--scenario", path, "--uart", "2=loopback"])
    #expect(ending.code == 64)
    #expect(ending.errors.contains("--uart names port 2, and the scenario too"))
  }

  @Test("What happens outside reaches interrupts, keys and voltages")
  func hardware() async throws {
    let ending = try await run(
      """
      import utime
      from machine import ExtInt
      from misc import ADC, Power, PowerKey, USB
      button = ExtInt(ExtInt.GPIO5, ExtInt.IRQ_RISING_FALLING, ExtInt.PULL_PU, print)
      button.enable()
      PowerKey().powerKeyEventRegister(lambda on: print('key', on))
      USB().setCallback(lambda on: print('usb', on))
      adc = ADC()
      adc.open()
      utime.sleep(5)
      print(adc.read(ADC.ADC1), Power.getVbatt(), button.read_count(0))
      """,
      """
      {"events": [{"at": 1, "pin": 5, "level": 0}, {"at": 1.5, "pin": 5, "level": null},
        {"at": 2, "powerKey": 1}, {"at": 2.5, "powerKey": 0}, {"at": 3, "usb": 0},
        {"at": 3, "adc": 1, "millivolts": 1250}, {"at": 4, "battery": 3400}]}
      """)
    #expect(
      ending.lines == ["[5, 1]", "[5, 0]", "key 1", "key 0", "usb 0", "1250 3400 [1, 1]"])
    #expect(ending.code == 0 && said(ending) == [])
  }

  @Test("An application that a scenario's server has replaces the one on the flash at a restart")
  func update() async throws {
    let ending = try await run(
      """
      import app_fota
      from misc import Power
      fota = app_fota.new()
      files = [{'url': 'http://a/app.py', 'file_name': '/usr/app.py'},
               {'url': 'http://a/none', 'file_name': '/usr/none'}]
      print(fota.bulk_download(files), fota.bulk_download(files[:1]))
      print(fota.download('http://a/big', '/usr/lib/big.py'))
      fota.set_update_flag()
      Power.powerRestart()
      """,
      """
      {"events": [{"at": 0, "serves": "http://a/app.py", "text": "print(1)"},
        {"at": 0, "serves": "http://a/big", "text": ""},
        {"at": 0, "serves": "http://a/none", "text": "x"},
        {"at": 0, "serves": "http://a/none", "text": null}],
       "expect": [{"file": "/usr/app.py", "size": 8}, {"file": "/usr/lib/big.py", "size": 0},
        {"file": "/usr/.updater", "exists": false}]}
      """)
    #expect(
      ending.lines == ["[{'url': 'http://a/none', 'file_name': '/usr/none'}] None", "0"])
    #expect(ending.code == 0)
  }

  @Test(
    "A sensor on I2C, a loop on SPI and a peer that answers on a serial port are there for a script"
  )
  func wires() async throws {
    let ending = try await run(
      """
      import utime
      from machine import I2C, SPI, UART
      i2c, uart, spi = I2C(I2C.I2C1, I2C.FAST_MODE), UART(UART.UART2, 115200, 8, 0, 1, 0), SPI(1, 0, 3)
      buffer = bytearray(6)
      print(i2c.write(0x38, b'', 0, bytearray([0xAC, 0x33, 0]), 3))
      utime.sleep_ms(80)
      print(i2c.read(0x38, b'', 0, buffer, 6, 0), buffer)
      print(i2c.read(0x20, b'\\x07', 1, buffer, 2, 5), buffer[:2], i2c.read(0x21, b'', 0, buffer, 1, 0))
      print(spi.write_read(buffer, b'abc', 3), buffer[:3])
      uart.set_callback(lambda event: print(event, uart.read(uart.any())))
      print(uart.write('AT\\r'))
      utime.sleep(2)
      """,
      """
      {"events": [{"at": 0, "i2c": 1, "address": 56, "temperature": 25, "humidity": 50},
        {"at": 0, "i2c": 1, "address": 32, "registers": {"7": 171, "8": 2}},
        {"at": 0, "spi": 1, "loopback": true},
        {"at": 0, "uart": 2, "answers": {"AT\\r": "OK\\r\\n"}}, {"at": 1, "uart": 2, "sends": "hello"}]}
      """)
    #expect(
      ending.lines == [
        "0", "0 bytearray(b'\\x18\\x80\\x00\\x06\\x00\\x00')", "0 bytearray(b'\\xab\\x02') -1",
        "0 bytearray(b'abc')", "3", "[0, 2, 4] b'OK\\r\\n'", "[0, 2, 5] b'hello'",
      ])
    #expect(ending.code == 0 && said(ending) == [], "\(ending.errors)")
  }

  @Test("A script that waits for nothing but an interrupt hears of the scenario's edges to the end")
  func interruptAlone() async throws {
    let ending = try await run(
      """
      from machine import ExtInt
      button = ExtInt(5, ExtInt.IRQ_RISING, ExtInt.PULL_DISABLE, lambda edge: print(edge))
      button.enable()
      """,
      #"{"events": [{"at": 30, "pin": 5, "level": 1}, {"at": 60, "pin": 6, "level": 1}]}"#)
    #expect(ending.lines == ["[5, 0]"])
    #expect(ending.code == 0 && said(ending) == [])
  }

  @Test("Of two events at one time the later one in the file comes last")
  func sameTime() async throws {
    let ending = try await run(
      Self.watchPin,
      """
      {"events": [{"at": 1, "pin": 5, "level": 0}, {"at": 1, "pin": 5, "level": 1},
        {"at": 2, "pin": 5, "level": 1}, {"at": 2, "pin": 5, "level": 0}]}
      """)
    #expect(ending.lines == ["1 0", "0 20"])
  }

  @Test(
    "A network that is lost and found again is told to the script, and expected by what it is told")
  func network() async throws {
    let ending = try await run(
      """
      import checkNet, dataCall, net, sim, utime
      print(checkNet.waitNetworkReady(30), net.operatorName(), sim.getImsi(), net.csqQueryPoll())
      sim.setSimDet(1, 1)
      sim.setCallback(lambda state: print('sim', state))
      net.setCallback(lambda args: print('net', args[1]))
      dataCall.setCallback(lambda args: print('call', args))
      utime.sleep(5)
      print(checkNet.wait_network_connected(60), utime.ticks_ms() // 1000)
      """,
      """
      {"events": [
        {"at": 0, "modem": {"operator": "Blue", "shortOperator": "BL", "mcc": "262", "mnc": "03", "signal": 7, "imsi": "262030000000001"}},
        {"at": 2, "modem": {"registered": "searching"}}, {"at": 3, "modem": {"sim": "absent"}},
        {"at": 4, "modem": {"sim": "ready"}}, {"at": 9, "modem": {"registered": "roaming", "address": "10.7.7.7"}}],
       "expect": [{"callback": [1, 2, 0, 0, 0]}, {"callback": [1, 1]}, {"callback": [2]}, {"callback": [1, 5, "*", "*", 7]}]}
      """)
    #expect(
      ending.lines == [
        "(3, 1) ('Blue', 'BL', '262', '03') 262030000000001 7", "net 2", "call (1, 0)", "sim 2",
        "sim 1", "net 5", "call (1, 1)", "(3, 1) 9",
      ], "\(ending.output)\(ending.errors)")
    #expect(ending.code == 0 && said(ending) == [])
  }

  @Test("A message wakes a script that answers it, and the answer is expected")
  func messages() async throws {
    let script = """
      import sms
      def heard(args):
          number, text, _ = sms.searchTextMsg(args[1])
          print(args, number, text)
          sms.sendTextMsg(number, text.upper(), 'GSM')
      sms.setCallback(heard)
      """
    let ending = try await run(
      script,
      """
      {"events": [{"at": 5, "sms": "ping", "from": "+49301"}],
       "expect": [{"sms": "PING", "to": "+49301"}, {"sms": "PING"}, {"callback": [0, 0, "SM"]}, {"sms": "PONG"},
        {"sms": "PING", "to": "1"}]}
      """)
    #expect(ending.lines == ["(0, 0, 'SM') +49301 ping"])
    #expect(ending.code == 1)
    #expect(
      ending.errors.contains(#"no message "PONG" was sent; the last of 1 was "PING" to +49301"#))
    #expect(ending.errors.contains(#"no message "PING" was sent to 1; the last of 1 was"#))
    let silent = try await run("print(1)", #"{"expect": [{"sms": "x"}]}"#)
    #expect(silent.errors.contains(#"no message "x" was sent; there was none"#))
  }

  @Test("A call wakes a script that answers it, hears what is pressed and answers with tones")
  func calls() async throws {
    let script = """
      import voiceCall, utime
      def told(args):
          print(args[0], args[6])
          if args[0] == 10: voiceCall.callAnswer()
      def pressed(key):
          print('pressed', key)
          voiceCall.startDtmf('5', 100)
      voiceCall.setCallback(told)
      voiceCall.dtmfSetCb(pressed)
      voiceCall.dtmfDetEnable(1)
      """
    let ending = try await run(
      script,
      """
      {"events": [{"at": 5, "call": "calls", "from": "+49301"}, {"at": 7, "call": "presses", "keys": "12"},
        {"at": 9, "call": "hangsUp"}],
       "expect": [{"callback": [12, 1, 1, 6, 0, 0, "+49301", 145]}, {"tones": "55"}, {"tones": "9"}]}
      """)
    #expect(
      ending.lines == ["10 +49301", "11 +49301", "pressed 1", "pressed 2", "12 +49301"],
      "\(ending.output)\(ending.errors)")
    #expect(ending.code == 1)
    #expect(ending.errors.contains(#"the tones "9" were not sent; "55" was"#))
  }

  @Test("A script finds where it is, and who is near")
  func place() async throws {
    let script = """
      import cellLocator, utime, wifiScan
      from wifilocator import wifilocator
      token = '1111111122222222'
      def where(): return cellLocator.getLocation('www.queclocator.com', 80, token, 8, 1)
      print(where(), utime.ticks_ms() // 1000)
      utime.sleep(5)
      print(where(), utime.ticks_ms() // 1000)
      wifiScan.control(1)
      print(wifiScan.start(), wifilocator(token).getwifilocator())
      wifiScan.setCallback(lambda found: print('found', found))
      print(wifiScan.asyncStart())
      """
    let ending = try await run(
      script,
      """
      {"events": [{"at": 0, "wifi": {"34:ce:00:09:e5:a8": -38}}, {"at": 5, "location": null},
        {"at": 14, "location": [-0.5, 51.5, 20]}], "expect": [{"callback": [1, [["34:CE:00:09:E5:A8", -38]]]}]}
      """)
    #expect(
      ending.lines == [
        "(117.1138000488281, 31.82279014587402, 550) 1", "6 14",
        "(1, [('34:CE:00:09:E5:A8', -38)]) (-0.5, 51.5, 20)", "0",
        "found (1, [('34:CE:00:09:E5:A8', -38)])",
      ], "\(ending.output)\(ending.errors)")
    #expect(ending.code == 0)
  }

  @Test("The microphone changes in the middle of a recording, also to a file beside the scenario")
  func microphone() async throws {
    let tone = (0..<44_100).flatMap { frame -> [UInt8] in
      let level = Int16(8000 * sin(2 * Double.pi * 1000 * Double(frame) / 44_100))
      return [UInt8(truncatingIfNeeded: level), UInt8(truncatingIfNeeded: level >> 8)]
    }
    func little(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    try bench.write(
      Array("RIFF".utf8) + little(tone.count + 36, 4) + Array("WAVEfmt ".utf8) + little(16, 4)
        + little(1, 2) + little(1, 2) + little(44_100, 4) + little(88_200, 4) + little(2, 2)
        + little(16, 2) + Array("data".utf8) + little(tone.count, 4) + tone, to: "sound.wav")
    let ending = try await run(
      "import audio, utime\nr = audio.Record()\nr.start('a.wav', 4)\nutime.sleep(5)",
      """
      {"events": [{"at": 1, "microphone": "silence"}, {"at": 2, "microphone": "file:sound.wav,loop"},
        {"at": 3, "microphone": "tone:2000"}]}
      """)
    #expect(ending.code == 0)
    let wav = try WAV(bench.bytes("out/usr/a.wav"))
    func hertz(_ seconds: Range<Double>) -> Double {
      let frames = wav.frames[Int(seconds.lowerBound * 8000)..<Int(seconds.upperBound * 8000)]
      let rises = zip(frames, frames.dropFirst()).count { $0 < 0 && $1 >= 0 }
      return Double(rises) / (seconds.upperBound - seconds.lowerBound)
    }
    #expect(abs(hertz(0..<0.95) - 440) < 3)
    #expect(wav.frames[8100..<15_900].allSatisfy { $0 == 0 })
    #expect(abs(hertz(2.05..<2.95) - 1000) < 3)
    #expect(abs(hertz(3.05..<3.95) - 2000) < 3)
  }

  @Test("A fault of a scenario strikes from its time on, one of the command line from the start")
  func faults() async throws {
    let script = """
      import audio, utime
      r = audio.Record()
      for _ in range(3):
          print(r.start('a.mp3', 1), r.start('a.wav', 1))
          utime.sleep(2)
      """
    let ending = try await run(
      script, #"{"events": [{"at": 3, "fault": "what=timer times=once"}]}"#,
      ["--fault", "what=channel times=once", "--fault", "what=encoder when=second:1"])
    #expect(ending.lines == ["-4 0", "-6 0", "-6 -5"])
    #expect(
      ending.errors.contains(
        ", fault what=channel when=now times=once, fault what=encoder when=second:1\n"))
    #expect(said(ending) == ["qpyemu: nothing has met the fault what=encoder when=second:1"])
  }

  @Test(
    "A row that a fault has answer a call is marked in the trace, also where a scenario injects it")
  func rows() async throws {
    let scenario = try bench.write(
      #"{"events": [{"at": 1, "fault": "what=row call=Record.start row=timer times=once"}]}"#,
      to: "rows.json")
    let ending = try await bench.run(
      script: """
        import audio, utime
        r = audio.Record()
        print(r.gain(1, 1), r.gain(1, 1))
        utime.sleep(2)
        print(r.start('a.wav', 1), r.exists('a.wav'))
        """,
      [
        "--fault", "what=row call=Record.gain row=codec times=once", "--scenario", scenario,
        "--trace", bench.path("trace"),
      ])
    #expect(ending.output == "-1 0\n-5 False\n" && ending.code == 0)
    let marked = try bench.text("trace").split(separator: "\n").filter { $0.contains("injected") }
    #expect(marked.count == 2)
    for (line, ending) in zip(
      marked, [#"-1,"injected":"codec","#, #"-5,"injected":"timer","#])
    { #expect(line.contains(#""return":"# + ending), "\(line)") }
  }

  @Test("A row that the policy has not is a usage error, and in a scenario one of the data")
  func unknownRow() async throws {
    let words = "what=row call=Record.start row=replace"
    let rest =
      "row=replace is none of the rows that refuse Record.start under policy observed. They are "
    let option = try await bench.run(script: "", ["--policy", "observed", "--fault", words])
    #expect(option.code == 64 && option.errors.hasPrefix("qpyemu: --fault: \(rest)"))
    let path = try bench.write(#"{"events": [{"at": 1, "fault": "\#(words)"}]}"#, to: "s.json")
    let scenario = try await bench.run(script: "", ["--policy", "observed", "--scenario", path])
    #expect(scenario.code == 65 && scenario.errors.hasPrefix("qpyemu: \(path):1:32: \(rest)"))
    #expect(try await bench.run(script: "", ["--scenario", path]).code == 0)
  }

  @Test("A fault that makes no sense is a usage error that says what would")
  func badFault() async throws {
    let ending = try await bench.run(script: "", ["--fault", "what=raed"])
    #expect(ending.code == 64)
    #expect(
      ending.errors.hasPrefix(
        "qpyemu: --fault: what=raed is unknown; did you mean \"read\"? It is replace, open, read, ")
    )
  }

  // MARK: The power

  private static let powerScript = """
    import audio, utime, uos
    r = audio.Record()
    r.start('a.wav', 60)
    f = open('/usr/log', 'wb')
    f.write(b'safe')
    f.flush()
    g = open('/usr/lost', 'wb')
    for n in range(1000):
        g.write(b'x' * 100)
        print(n)
        utime.sleep_ms(100)
    """

  @Test("A power cut ends the run at its very time; the flash keeps what was synced")
  func powerCut() async throws {
    let ending = try await run(Self.powerScript, #"{"events": [{"at": 3.3, "power": "cut"}]}"#)
    #expect(ending.code == 0)
    #expect(said(ending) == ["qpyemu: the power is cut at 3.3 s"])
    #expect(try bench.bytes("out/usr/a.wav").count == 44 + 48_000, "synced every half second")
    #expect(try bench.text("out/usr/log") == "safe")
    #expect(try bench.bytes("out/usr/lost") == [])
    let count = ending.lines.count
    #expect(ending.lines.last == "\(count - 1)" && (25...33).contains(count))
  }

  @Test(
    "A power cut is the same every time, wherever it comes",
    arguments: [0, 0.001, 0.02, 1.0, 2.005])
  func powerCutAgain(time: Double) async throws {
    var seen: [[String]] = []
    for _ in 0..<3 {
      let ending = try await run(
        Self.powerScript, #"{"events": [{"at": \#(time), "power": "cut"}]}"#)
      #expect(ending.code == 0)
      let folder = bench.path("out/usr")
      let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      seen.append(ending.lines + [ending.errors] + files)
      for file in files { seen[seen.count - 1].append("\(try bench.bytes("out/usr/\(file)"))") }
      try FileManager.default.removeItem(atPath: folder)
    }
    #expect(seen[0] == seen[1] && seen[0] == seen[2])
  }

  @Test(
    "A power cut ends also a script that computes or waits for ever", arguments: ["pass", "n += 1"])
  func powerCutInLoop(step: String) async throws {
    let ending = try await run(
      "n = 0\nwhile True: \(step)", #"{"events": [{"at": 0.5, "power": "cut"}]}"#,
      ["--timeout", "20"])
    #expect(ending.code == 0)
  }

  @Test("The call that the power cut comes upon does nothing", arguments: [0.06, 0.0605, 0.08])
  func powerCutInCall(time: Double) async throws {
    let ending = try await run(
      """
      import uos
      for n in range(1000):
          uos.mkdir('/usr/d%d' % n)
          print('d%d' % n)
      """, #"{"events": [{"at": \#(time), "power": "cut"}]}"#)
    let folders = try FileManager.default.contentsOfDirectory(atPath: bench.path("out/usr"))
    #expect(Set(folders) == Set(ending.lines + ["script.py", "system_config.json"]))
    #expect((30...80).contains(folders.count))
  }

  @Test("What the script did not live to see is said")
  func unreached() async throws {
    let ending = try await run(
      "print(1)", #"{"events": [{"at": 1.5, "pin": 1, "level": 0}, {"at": 2, "power": "cut"}]}"#)
    #expect(ending.code == 0)
    #expect(
      said(ending)
        == [
          "qpyemu: the run was over before 2 of the scenario's events, the first of them at 1.5 s"
        ])
  }

  // MARK: Expectations

  static let expectations: [(expectation: String, failure: String?)] = [
    (#"{"consoleContains": "0\n"}"#, nil),
    (#"{"consoleContains": "nothing"}"#, #"the console does not contain "nothing""#),
    (#"{"consoleLacks": "Traceback"}"#, nil),
    (#"{"consoleLacks": "done"}"#, #"the console contains "done""#),
    (#"{"consoleMatches": "^d.ne$"}"#, nil),
    (#"{"consoleMatches": "^one$"}"#, #"nothing on the console matches "^one$""#),
    (#"{"callback": ["U:/a.wav", 16000, 3]}"#, nil),
    (#"{"callback": ["*", "*", 0]}"#, nil),
    (
      #"{"callback": ["U:/a.wav", "*", -1]}"#,
      #"no call-back had ["U:/a.wav","*",-1]; the last of 2 had ["U:/a.wav",16000,3]"#
    ),
    (
      #"{"callback": ["U:/a.wav", 16000]}"#,
      #"no call-back had ["U:/a.wav",16000]; the last of 2 had ["U:/a.wav",16000,3]"#
    ),
    (#"{"file": "/usr/a.wav"}"#, nil),
    (#"{"file": "/usr/a.wav", "exists": true, "size": 16044}"#, nil),
    (#"{"file": "/usr/a.wav", "size": 16000}"#, "/usr/a.wav has 16044 bytes, not 16000"),
    (#"{"file": "/usr/b.wav"}"#, "there is no file /usr/b.wav"),
    (#"{"file": "/usr"}"#, "there is no file /usr"),
    (#"{"file": "/usr/b.wav", "exists": false}"#, nil),
    (#"{"file": "/usr/a.wav", "exists": false}"#, "there is /usr/a.wav"),
  ]

  @Test("An expectation that fails makes the run end with 1, and says why", arguments: expectations)
  func expectation(expectation: String, failure: String?) async throws {
    let ending = try await run(
      recordOneSecond + "\nprint('done')", "{\"expect\": [\n \(expectation)]}")
    #expect(ending.code == (failure == nil ? 0 : 1))
    #expect(said(ending) == (failure.map { ["qpyemu: scenario.json:2:2: \($0)"] } ?? []))
  }

  @Test("The script's own code stands where all is as expected; a timeout's stands in any case")
  func codes() async throws {
    let good = #"{"expect": [{"consoleContains": "x"}]}"#
    let bad = #"{"expect": [{"consoleContains": "y"}, {"callback": []}]}"#
    let exits = "import usys\nprint('x')\nusys.exit(7)"
    #expect(try await run(exits, good).code == 7)
    let failed = try await run(exits, bad)
    #expect(failed.code == 1)
    #expect(
      said(failed) == [
        #"qpyemu: scenario.json:1:13: the console does not contain "y""#,
        "qpyemu: scenario.json:1:39: no call-back had []; there was none",
      ])
    let late = try await run("while True: pass", bad, ["--timeout", "0.5"])
    #expect(late.code == 124)
    #expect(said(late).count == 3)
  }

  @Test("What the script prints comes through whole")
  func console() async throws {
    let ending = try await run("for n in range(20000): print('line', n)", "{}")
    #expect(ending.lines == (0..<20_000).map { "line \($0)" })
  }

  @Test("Live audio and a changing microphone do not go together")
  func live() async throws {
    let path = try bench.write(
      #"{"events": [{"at": 1, "microphone": "silence"}]}"#, to: "scenario.json")
    let ending = try await bench.run(
      script: "", ["--scenario", path, "--audio-in", "alsa:null"])
    #expect(ending.code == 64)
    #expect(
      ending.errors.contains(
        "the scenario changes the microphone, which cannot be live then: use tone:HZ, "))
  }

  @Test("The example goes as it says, twice the same")
  func example() async throws {
    var traces: [String] = []
    for _ in 0..<2 {
      let ending = try await bench.run([
        "run", CommandsTests.example("doorbell.py"), "--profile", "EC600N", "--audio-in",
        "tone:440",
        "--scenario", CommandsTests.example("doorbell.json"), "--trace", bench.path("trace"),
        "--export", bench.path("out"),
      ])
      #expect(ending.code == 0)
      #expect(ending.errors.hasSuffix("qpyemu: the power is cut at 14.25 s\n"))
      #expect(ending.lines.count == 3)
      traces.append(
        try bench.text("trace") + ending.output + "\(try bench.bytes("out/usr/visit4.wav"))")
    }
    #expect(traces[0] == traces[1])
    let first = try WAV(bench.bytes("out/usr/visit1.wav"))
    #expect(first.frames[..<7000].contains { $0 != 0 })
    #expect(first.frames[8200...].allSatisfy { $0 == 0 })
  }
}
