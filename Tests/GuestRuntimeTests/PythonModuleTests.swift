import DeviceEmulator
import GuestRuntime
import Testing

/// The vendor modules that are Python: `Docs/modules.md` says where their behaviour was read.
@Suite("The vendor modules that are Python")
struct PythonModuleTests {
  private func lines(_ script: String) throws -> [String] {
    let run = try ScriptRun(script)
    #expect(run.ending == .exited(0), "\(run.console)")
    return run.lines
  }

  @Test("log writes what is at its level or above, and one name is one logger")
  func log() throws {
    #expect(
      try lines(
        """
        import log
        one = log.getLogger('app')
        one.debug('hidden')
        one.info('speed %d of %s', 3, 'x')
        one.error('100%')
        print(log.getLogger('app') is one, log.getLogger('b') is one)
        log.basicConfig(level=log.DEBUG)
        one.debug('shown')
        log.warning('by the module')
        log.critical('%s', 'worst')
        one.log(15, 'between')
        """) == [
          "INFO:app:speed 3 of x", "ERROR:app:100%", "True False", "DEBUG:app:shown",
          "WARN:root:by the module", "CRIT:root:worst", "LVL15:app:between",
        ])
  }

  @Test("log writes to what set_output names, if that can be written to")
  func logOutput() throws {
    #expect(
      try lines(
        """
        import log, usys
        log.set_output(usys.stdout)
        log.getLogger('a').info('there')
        try:
            log.set_output(5)
        except Exception as error:
            print(error)
        """) == ["INFO:a:there", "5 must extend UART"])
  }

  @Test("A queue takes one more than it is made for, gives in order, and waits while it is empty")
  func queue() throws {
    #expect(
      try lines(
        """
        import queue, _thread, utime
        q = queue.Queue(2)
        print([q.put(i) for i in range(5)], q.size(), q.empty())
        print([q.get() for i in range(3)], q.empty())
        def feed():
            utime.sleep_ms(250)
            q.put('late')
            q.put()
        _thread.start_new_thread(feed, ())
        start = utime.ticks_ms()
        print(q.get(), utime.ticks_diff(utime.ticks_ms(), start) >= 250, q.get())
        q.put(1)
        q.clear()
        print(q.size(), q.put(2), q.get())
        """) == [
          "[True, True, True, False, False] 3 False", "[0, 1, 2] True", "late True None",
          "0 True 2",
        ])
  }

  @Test("Two threads that wait at a queue each get one item")
  func waiters() throws {
    #expect(
      try lines(
        """
        import queue, _thread, utime
        q, got = queue.Queue(), []
        def take(): got.append(q.get())
        for i in range(2): _thread.start_new_thread(take, ())
        utime.sleep_ms(10)
        q.put('a'); q.put('b')
        utime.sleep_ms(10)
        print(sorted(got), q.size())
        """) == ["['a', 'b'] 0"])
  }

  @Test("What is published on a topic reaches each subscriber in a thread of its own")
  func bus() throws {
    #expect(
      try lines(
        """
        import sys_bus, _thread, utime
        main = _thread.get_ident()
        def one(topic, message): print('one', topic, message, _thread.get_ident() != main)
        def two(topic, message): print('two', topic, message)
        sys_bus.subscribe('t', one)
        sys_bus.subscribe('t', two)
        print(len(sys_bus.sub_table('t')), list(sys_bus.sub_table()))
        sys_bus.publish('t', 5)
        utime.sleep_ms(50)
        sys_bus.unsubscribe('t', one)
        sys_bus.publish('t', 6)
        sys_bus.publish('nobody', 7)
        utime.sleep_ms(50)
        sys_bus.unsubscribe('t')
        sys_bus.publish('t', 8)
        utime.sleep_ms(50)
        """) == ["2 ['t']", "one t 5 True", "two t 5", "two t 6"])
  }

  @Test("ql_fs makes and removes folders, writes JSON or text, copies, and says what is missing")
  func fileSystem() throws {
    #expect(
      try lines(
        """
        import ql_fs, uos
        print(ql_fs.touch('/usr/a/b/c.json', {'x': 1}), ql_fs.read_json('/usr/a/b/c.json'))
        print(ql_fs.touch('/usr/t.txt', 'text', file_type='txt'), open('/usr/t.txt').read())
        print(ql_fs.touch('/usr', {}), ql_fs.read_json('/usr/none'), ql_fs.read_json('/usr/t.txt'))
        print(ql_fs.path_exists('/usr/a/b'), ql_fs.path_exists('/usr/z'))
        print(ql_fs.path_dirname('/usr/a/b'), ql_fs.path_getsize('/usr/t.txt'))
        try:
            ql_fs.path_getsize('x')
        except Exception as error:
            print(type(error).__name__, error)
        print(ql_fs.file_copy('/usr/n/copy.txt', '/usr/t.txt'), open('/usr/n/copy.txt').read())
        print(ql_fs.file_copy('/usr/n/copy.txt', '/usr/none'))
        ql_fs.mkdirs('/usr/p/q/r')
        ql_fs.rmdirs('/usr/a')
        print(sorted(uos.listdir('/usr/p/q')), ql_fs.path_exists('/usr/a'))
        """) == [
          "0 {'x': 1}", "0 text", "-1 None None", "True False", "/usr/a 4",
          #"FileNotFoundError "can not find: 'x'""#, "True text", "False", "['r'] False",
        ])
  }

  @Test("checkNet finds a module that is ready at once, under both names")
  func ready() throws {
    #expect(
      try lines(
        """
        import checkNet, utime
        start = utime.ticks_ms()
        print(checkNet.waitNetworkReady(30), checkNet.wait_network_connected())
        print(utime.ticks_diff(utime.ticks_ms(), start) < 100)
        """) == ["(3, 1) (3, 1)", "True"])
  }

  @Test("checkNet says which stage a module does not pass, and waits where that may change")
  func notReady() throws {
    #expect(
      try lines(
        """
        import checkNet, dataCall, qpyemu, utime
        def wait(seconds):
            start = utime.ticks_ms()
            print(checkNet.waitNetworkReady(seconds), utime.ticks_diff(utime.ticks_ms(), start) // 1000)
        qpyemu.modem('sim', 'absent')
        wait(30)
        qpyemu.modem('sim', 'locked')
        wait(30)
        qpyemu.modem('sim', 'ready')
        qpyemu.modem('registered', 'searching')
        wait(20)
        qpyemu.modem('registered', 'home')
        dataCall.deactivate(1)
        wait(10)
        dataCall.activate(3)
        wait(10)
        """) == ["(1, 0) 0", "(1, 2) 0", "(2, 2) 20", "(3, 0) 10", "(3, 1) 0"])
  }

  @Test("checkNet goes on as soon as the module is registered")
  func registersLater() throws {
    #expect(
      try lines(
        """
        import checkNet, net, osTimer, utime
        net.setModemFun(4)
        timer = osTimer()
        timer.start(5000, 0, lambda _: net.setModemFun(1))
        start = utime.ticks_ms()
        print(checkNet.wait_network_connected(30))
        print(5000 <= utime.ticks_diff(utime.ticks_ms(), start) < 5200)
        """) == ["(3, 1)", "True"])
  }

  @Test("CheckNetwork prints what it is of, and waits as the functions do")
  func checkNetwork() throws {
    let bar = String(repeating: "=", count: 50)
    #expect(
      try lines(
        """
        import checkNet
        check = checkNet.CheckNetwork('App', '1.0')
        check.poweron_print_once()
        print(check.wait_network_connected(), check.wait_network_connected(30))
        """) == [
          bar, "PROJECT_NAME     : App", "PROJECT_VERSION  : 1.0",
          "FIRMWARE_VERSION : EC600NCNLCR03A01M08_OCPU_QPY", "POWERON_REASON   : 1",
          "SIM_CARD_STATUS  : 1", bar, "(3, 1) (3, 1)",
        ])
  }

  @Test("checkNet refuses a time outside of an hour", arguments: [0, 3601])
  func outsideAnHour(seconds: Int) throws {
    #expect(
      try lines(
        """
        import checkNet
        try:
            checkNet.waitNetworkReady(\(seconds))
        except OSError as error:
            print(error)
        """) == ["timeout_s should be in [1, 3600]s!"])
  }

  @Test("The functions of net, sim and dataCall give tuples, and call back with one")
  func tuples() throws {
    #expect(
      try lines(
        """
        import dataCall, net, sim, utime
        print(net.getSignal(), net.getConfig(), sim.getSimDet())
        print(dataCall.getInfo(1, 2))
        net.setCallback(lambda args: print('net', args))
        dataCall.setCallback(lambda args: print('call', args))
        net.setModemFun(4)
        utime.sleep_ms(10)
        start = utime.ticks_ms()
        print(net.getCellInfo(), utime.ticks_diff(utime.ticks_ms(), start) >= 1000)
        """) == [
          "([99, 99, 255, 255], [-65, -90, -7, 255]) (5, False) (0, 0)",
          "(1, 2, [1, 0, '10.0.0.2', '127.0.0.1', '0.0.0.0'], [0, 0, '::', '::', '::'])",
          "net (1, 0, 0, 0, 0)", "call (1, 0)", "([], [], []) True",
        ])
  }

  @Test("base64 writes and reads RFC 4648's alphabets")
  func base64() throws {
    #expect(
      try lines(
        """
        import base64
        for text in (b'', b'f', b'fo', b'foobar'):
            one, two, three = base64.b64encode(text), base64.b32encode(text), base64.b16encode(text)
            print(one, two, three)
            print(base64.b64decode(one) == base64.b32decode(two) == base64.b16decode(three) == text)
        print(base64.b64decode('Zm9vYmFy'), base64.b64encode(bytearray(b'd2460e')))
        print(base64.urlsafe_b64encode(b'\\xfb\\xff'), base64.urlsafe_b64decode(b'-_8='))
        print(base64.b64encode(b'\\xfb\\xff', b'.,'), base64.b64decode(b'.,8=', '.,'))
        print(len(base64.encodebytes(bytes(60)).split(b'\\n')), base64.decodebytes(b'Zm8=\\n'))
        try: base64.b64encode('text')
        except TypeError as error: print(error)
        """) == [
          "b'' b'' b''", "True", "b'Zg==' b'MY======' b'66'", "True",
          "b'Zm8=' b'MZXQ====' b'666F'", "True", "b'Zm9vYmFy' b'MZXW6YTBOI======' b'666F6F626172'",
          "True", "b'foobar' b'ZDI0NjBl'", "b'-_8=' b'\\xfb\\xff'", "b'.,8=' b'\\xfb\\xff'",
          "3 b'fo'",
          "expected bytes, not str",
        ])
  }

  @Test("hmac signs as RFC 2202 and RFC 4231 have it, with the interpreter's hashes")
  func hmac() throws {
    #expect(
      try lines(
        """
        import hmac, hmacSha1, uhashlib
        print(hmac.new(b'Jefe', b'what do ya want for nothing?').hexdigest())
        print(hmac.new(b'Jefe', b'what do ya want for nothing?', 'sha1').hexdigest())
        sign = hmac.new(b'Jefe', digestmod=uhashlib.sha256)
        sign.update(b'what do ya want ')
        sign.update(b'for nothing?')
        print(sign.hexdigest(), sign.hexdigest() == sign.hexdigest(), len(sign.digest()))
        print(hmac.new(b'\\xaa' * 80, b'Test Using Larger Than Block-Size Key - Hash Key First', 'sha1').hexdigest())
        print(hmacSha1.hmac_sha1('Grey', '1234567890'), hmacSha1.hmac_sha1(b'Grey', b'1234567890')[:4])
        print(hmac.compare_digest(b'ab', b'ab'), hmac.compare_digest('ab', 'ac'), hmac.compare_digest(b'a', b'ab'))
        try: hmac.new('key', b'')
        except TypeError as error: print(error)
        """) == [
          "750c783e6ab0b503eaa86e310a5db738", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843 True 32",
          "aa4ae5e15272d00e95705637ce8a3b55ed402112",
          "d2460ee5d2c98f750dc5f965aa0a4035d0bbfa71 d246", "True False False",
          "key: expected bytes or bytearray",
        ])
  }
}
