import EmulatedTime
import Foundation
import TestSupport
import Testing

@testable import SerialLines

@Suite("A TCP port as a serial line", .serialized)
struct TCPLineTests {
  /// What a client in Python says.
  private func python(_ script: String, _ url: String) throws -> String {
    let child = Process()
    child.executableURL = URL(
      filePath: try #require(Oracles.python, "the Python packages are missing: run ./Scripts/test")[
        0])
    child.arguments = ["-c", "import serial, socket, sys, time\nurl = sys.argv[1]\n" + script, url]
    let pipe = Pipe()
    (child.standardOutput, child.standardError) = (pipe, pipe)
    try child.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    child.waitUntilExit()
    let text = String(decoding: data, as: UTF8.self)
    #expect(child.terminationStatus == 0, "\(text)")
    return text
  }

  @Test(
    "The stock serial client sends and gets all bytes unchanged, again and again",
    arguments: [TCPLine.Form.raw, .rfc2217])
  func stockClient(form: TCPLine.Form) throws {
    let line = try TCPLine(HostAndPort("127.0.0.1:0")!, form: form)
    defer { line.close() }
    let echo = Monitor(0)
    line.start(
      receive: { bytes in line.send(bytes) },
      hangUp: { echo.withLock(thenNotify: true) { $0 += 1 } })
    for (round, baud) in [115200, 9600].enumerated() {
      _ = try python(
        """
        data = bytes(range(256)) * 40
        port = serial.serial_for_url(url, baudrate=\(baud), timeout=60)
        port.write(data)
        got = port.read(len(data))
        assert got == data, (len(got), got[:40])
        if url.startswith('rfc'):
            port.baudrate = 57600
            port.parity = 'E'
            port.stopbits = 2
            port.rts = True
            assert port.cts and port.dsr and port.cd
            port.send_break(0.01)
            port.reset_input_buffer()
        port.close()
        """, line.name)
      // Before the line has noticed that this client is gone, it would refuse the next.
      let due = ContinuousClock.now + .seconds(60)
      #expect(
        echo.wait { count in
          count > round
            ? .done(true) : ContinuousClock.now > due ? .done(false) : .waiting(until: due)
        })
    }
  }

  @Test("A second client is told that the port is in use, and the first goes on")
  func second() throws {
    let line = try TCPLine(HostAndPort("0")!, form: .raw)
    defer { line.close() }
    let ear = Ear(at: line)
    let said = try python(
      """
      place = (url[9:].split(':')[0], int(url.split(':')[-1]))
      one = socket.create_connection(place)
      one.sendall(b'a')
      time.sleep(0.1)
      print(socket.create_connection(place).makefile().read())
      one.sendall(b'b')
      time.sleep(0.1)
      """, line.name)
    #expect(said == "port already in use\n\n")
    #expect(ear.awaits { $0.bytes == Array("ab".utf8) && $0.hangUps == 1 })
  }

  @Test("A client that goes while it is sent to, or never reads, blocks nobody for long")
  func gone() throws {
    let line = try TCPLine(HostAndPort("0")!, form: .rfc2217)
    defer { line.close() }
    let ear = Ear(at: line)
    let isOver = Monitor(false)
    HostThread.start {
      let block = [UInt8](repeating: 255, count: 1 << 20)
      while !isOver.withLock({ $0 }) { line.send(block) }
    }
    for round in 1...3 {
      _ = try python(
        """
        place = (url.split('//')[1].split(':')[0], int(url.split(':')[-1]))
        one = socket.create_connection(place)
        one.sendall(b'x' * 100000)
        one.recv(1000)
        one.close()
        """, line.name)
      #expect(ear.awaits { $0.hangUps == round })
    }
    isOver.withLock { $0 = true }
  }

  @Test("A place that cannot be listened on is named")
  func refusal() throws {
    let line = try TCPLine(HostAndPort("0")!, form: .raw)
    defer { line.close() }
    let place = String(line.name.dropFirst("socket://".count))
    #expect(throws: SerialLineError("cannot listen on \(place): Address already in use")) {
      try TCPLine(HostAndPort(place)!, form: .raw)
    }
  }

  static let places: [(String, HostAndPort?)] = [
    ("4000", HostAndPort(host: "127.0.0.1", port: 4000)),
    (":4000", HostAndPort(host: "127.0.0.1", port: 4000)),
    ("0.0.0.0:0", HostAndPort(host: "0.0.0.0", port: 0)),
    ("[::1]:80", HostAndPort(host: "::1", port: 80)),
    ("localhost:65535", HostAndPort(host: "localhost", port: 65535)),
    ("localhost:65536", nil), ("::1:80", nil), ("", nil), (":", nil), ("a:", nil), ("[a]:1", nil),
    ("a b:1", nil), ("localhost:-1", nil), ("1:2:3", nil),
  ]

  @Test("A place is a host and a port, this host alone if none is named", arguments: places)
  func place(case: (text: String, place: HostAndPort?)) {
    #expect(HostAndPort(`case`.text) == `case`.place)
  }
}

@Suite("The TELNET side of RFC 2217")
struct TelnetCodecTests {
  @Test("Data passes, doubled where it looks like a command, in pieces of any size")
  func data() {
    let data = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    let travelling = TelnetCodec.escaped(data)
    for size in [1, 2, 3, 1000] {
      var codec = TelnetCodec()
      var got: [UInt8] = []
      for start in stride(from: 0, to: travelling.count, by: size) {
        got += codec.receive(Array(travelling[start..<min(start + size, travelling.count)])).data
      }
      #expect(got == data)
    }
  }

  @Test(
    "Of a sequence that is cut anywhere the rest is known")
  func cuts() {
    let stream: [UInt8] = [1, 255, 255, 255, 253, 44, 255, 250, 44, 1, 255, 255, 9, 255, 240, 2]
    let starts = [0, 1, 3, 6, 15, 16]
    for place in 0...stream.count {
      let end = starts.first { $0 >= place }!
      #expect(TelnetCodec.rest(of: stream[...], from: place) == Array(stream[place..<end]))
    }
  }

  @Test("A client that stops reading within a sequence gets the rest of it before anything else")
  func owed() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    let full = Descriptor(unwaiting: ends[1])
    while case .done = full.write([UInt8](repeating: 0, count: 4096)[...]) {}
    var writing = TCPLine.Writing(form: .rfc2217)
    var heard: [UInt8] = []
    var room = 3
    func write(_ bytes: ArraySlice<UInt8>) -> Descriptor.Outcome<Int> {
      let taken = bytes.prefix(room)
      heard += taken
      room -= taken.count
      return taken.isEmpty ? .wouldWait : .done(taken.count)
    }
    writing.send([255, 255, 255, 255, 7], to: full, by: write)
    writing.send([8], to: full, by: write)
    room = 100
    writing.send([9], to: full, by: write)
    #expect(heard == [255, 255, 255, 255, 9])
  }

  @Test("What we know is agreed to once, what we do not is refused each time")
  func options() {
    var codec = TelnetCodec()
    #expect(
      codec.receive([255, 253, 44, 255, 251, 0]).reply
        == [255, 251, 44, 255, 250, 44, 107, 0xB0, 255, 240, 255, 253, 0])
    #expect(codec.receive([255, 253, 44]).reply == [])
    #expect(codec.receive([255, 253, 31, 255, 251, 24]).reply == [255, 252, 31, 255, 254, 24])
    #expect(codec.receive([255, 254, 44, 255, 254, 44]).reply == [255, 252, 44])
  }

  @Test("Settings are told back as they are set, and asked for with 0")
  func settings() {
    var codec = TelnetCodec()
    #expect(
      codec.receive([255, 250, 44, 1, 0, 0, 255, 255, 0, 255, 240]).reply
        == [255, 250, 44, 101, 0, 0, 255, 255, 0, 255, 240])
    #expect(
      codec.receive([255, 250, 44, 2, 0, 255, 240]).reply == [255, 250, 44, 102, 8, 255, 240])
    #expect(
      codec.receive([255, 250, 44, 3, 3, 255, 240]).reply == [255, 250, 44, 103, 3, 255, 240])
    #expect(codec.receive([255, 250, 44, 99, 255, 240, 255, 250, 255, 240]).reply == [])
  }

  @Test("Any bytes at all are taken, and the codec keeps working")
  func nonsense() {
    var number: UInt64 = 1
    for _ in 0..<300 {
      var codec = TelnetCodec()
      let bytes = (0..<2000).map { _ in
        number = number &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let byte = UInt8(truncatingIfNeeded: number >> 56)
        return byte < 90 ? 255 : byte
      }
      _ = codec.receive(bytes)
      _ = codec.receive([255, 240, 0, 255, 240])
      #expect(codec.receive(Array("end".utf8)).data.suffix(3) == Array("end".utf8))
    }
  }
}
