import DeviceEmulator
import EmulatedTime
import Foundation
import ModuleProfiles
import Testing

@testable import GuestRuntime

/// A guest that speaks to a device without an interpreter, through a pair of sockets.
struct BareGuest {
  private let descriptor: Int32
  let scheduler: GuestScheduler
  private let ended = Monitor(false)

  init() throws {
    let device = try DeviceEmulator(profile: .named("EC600N"))
    scheduler = GuestScheduler(device)
    let services = GuestServices(device, scheduler, seed: 1, trace: nil)
    var ends: [Int32] = [0, 0]
    try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
    descriptor = ends[0]
    var patience = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let socket = StreamSocket(ends[1])
    HostThread.start { [ended] in
      var connection = GuestConnection(socket, services)
      try? connection.serve()
      socket.shut()
      ended.withLock(thenNotify: true) { $0 = true }
    }
    HostThread.start { [scheduler] in scheduler.drive { .zero } }
  }

  func send(_ bytes: [UInt8]) {
    _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
  }

  func send(_ head: String, payload: [UInt8] = []) {
    send(Self.frame(Array(head.utf8), payload))
  }

  /// Ends the connection, and waits until the device has taken note.
  func hangUp() {
    shutdown(descriptor, Int32(SHUT_RDWR))
    ended.wait { $0 ? .done(()) : .waiting(until: nil) }
    scheduler.end()
    close(descriptor)
  }

  /// The next answer as text: its kind and what it holds; nil at the end of the connection.
  func answer() -> String? {
    guard let header = take(12) else { return nil }
    let numbers = (0..<3).map { word in
      (0..<4).reduce(UInt32(0)) { $0 | UInt32(header[4 * word + $1]) << (8 * UInt32($1)) }
    }
    switch numbers[2] {
    case 2: return "\(numbers[0])"
    case 3: return "None"
    default:
      guard let head = take(Int(numbers[0])), take(Int(numbers[1])) != nil else { return nil }
      return String(decoding: head, as: UTF8.self)
    }
  }

  private func take(_ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let room = bytes.count - done
      let read = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress! + done, room, 0) }
      guard read > 0 else { return nil }
      done += read
    }
    return bytes
  }

  static func frame(_ head: [UInt8], _ payload: [UInt8] = [], kind: UInt32 = 0) -> [UInt8] {
    [UInt32(head.count), UInt32(payload.count), kind].flatMap { number in
      (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    } + head + payload
  }

  static let hello = #"{"call":"hello","args":[1,0]}"#
}

@Suite("The device answers every frame, however broken, and never hangs")
struct ProtocolTests {
  @Test(
    "A connection begins with hello",
    arguments: [
      (#"{"call":"hello","args":[1,0]}"#, "None"),
      (#"{"call":"hello","args":[2,0]}"#, "version 2"),
      (#"{"call":"hello","args":[1,7]}"#, "there is no thread 7"),
      (#"{"call":"hello","args":["x",0]}"#, "begins with hello"),
      (#"{"call":"hello"}"#, "begins with hello"),
      (#"{"call":"time.now"}"#, "begins with hello"),
      ("{", "no JSON"),
    ])
  func hello(head: String, answer: String) throws {
    let guest = try BareGuest()
    defer { guest.hangUp() }
    guest.send(head)
    let given = guest.answer()
    #expect(given?.contains(answer) == true, "\(given ?? "nothing")")
    if answer != "None" { #expect(guest.answer() == nil) }
  }

  @Test(
    "A call that cannot be answered gets an exception, and the connection goes on",
    arguments: [
      ("", "no JSON"), ("nonsense", "no JSON"), ("[]", "names no call"), ("{}", "names no call"),
      (#"{"call":1}"#, "holds call"), (#"{"call":"x","more":1}"#, "holds more"),
      (#"{"call":"no.such"}"#, "there is no call no.such"),
      (BareGuest.hello, "there is no call hello"),
      (#"{"call":"event.next"}"#, "not for this connection"),
      (#"{"call":"file.read","args":[1.5,1]}"#, "wrong arguments"),
      (#"{"call":"file.write","args":[1,{"bytes":9}]}"#, "9 bytes are announced"),
      (#"{"call":"file.write","args":[1,{"bytes":-1}]}"#, "-1 bytes are announced"),
      (#"{"call":"file.write","args":[1,{"what":1}]}"#, "no known kind"),
      (#"{"call":"Record.isBusy","on":99}"#, "no such object"),
      (#"{"call":"thread.stop","args":[0]}"#, "Deleting the main thread"),
      (#"{"call":"thread.stop","args":[5]}"#, "No thread with thread id 5"),
      (#"{"call":"lock.release","args":[-5]}"#, "release unlocked lock"),
      (#"{"call":"event.take"}"#, "no call-back is due"),
    ])
  func refused(head: String, answer: String) throws {
    let guest = try BareGuest()
    defer { guest.hangUp() }
    guest.send(BareGuest.hello)
    #expect(guest.answer() == "None")
    guest.send(head)
    let given = guest.answer()
    #expect(given?.contains(answer) == true, "\(given ?? "nothing")")
    guest.send(#"{"call":"thread.ident"}"#)
    #expect(guest.answer() == "0")
  }

  @Test(
    "A frame beyond the limits is refused, whatever is behind it",
    arguments: [
      (0xFFFF_FFFF, 0, 0), (65537, 0, 0), (0, 1 << 20 + 1, 0), (0, 0xFFFF_FFFF, 0), (2, 0, 1),
    ] as [(UInt32, UInt32, UInt32)])
  func oversize(head: UInt32, payload: UInt32, kind: UInt32) throws {
    let guest = try BareGuest()
    defer { guest.hangUp() }
    guest.send(BareGuest.hello)
    _ = guest.answer()
    guest.send(
      [head, payload, kind].flatMap { n in (0..<4).map { UInt8(truncatingIfNeeded: n >> (8 * $0)) }
      })
    let given = guest.answer()
    #expect(given?.contains("malformed device call") == true, "\(given ?? "nothing")")
    #expect(guest.answer() == nil)
  }

  @Test("A thread whose start was broken off, as by Ctrl-C, keeps nobody waiting")
  func abandonedStart() throws {
    let guest = try BareGuest()
    defer { guest.hangUp() }
    guest.send(BareGuest.hello)
    #expect(guest.answer() == "None")
    guest.send(#"{"call":"thread.start"}"#)
    #expect(guest.answer() == "1")
    guest.send(#"{"call":"time.sleep","args":[1000000000]}"#)
    #expect(guest.answer() == "None")
  }

  @Test("A connection may end after any byte of a frame")
  func truncated() throws {
    let frame =
      BareGuest.frame(Array(#"{"call":"file.write","args":[1,{"bytes":3}]}"#.utf8), [1, 2, 3])
    for length in 0...frame.count {
      let guest = try BareGuest()
      guest.send(BareGuest.hello)
      #expect(guest.answer() == "None")
      guest.send(Array(frame.prefix(length)))
      guest.hangUp()
    }
  }

  @Test(
    "Numbers at the ends of their range do no harm",
    arguments: [
      Int.max, Int.min, Int.max - 1, -1, 0, 1 << 32, 1 << 62,
    ])
  func extremes(number: Int) throws {
    let calls =
      GuestService.all.keys.sorted().filter {
        !["event.next", "run.idle", "thread.await"].contains($0)
      } + ["Record.start", "Record.getData", "Record.gain", "Record.init", "Record.stream_start"]
    for call in calls {
      for shape in [
        [number], [number, number], [0, number], [number, number, number], [1, 0, number], [],
      ] {
        let guest = try BareGuest()
        defer { guest.hangUp() }
        guest.send(BareGuest.hello)
        _ = guest.answer()
        let arguments = shape.map(String.init).joined(separator: ",")
        guest.send(#"{"call":"\#(call)","on":\#(number),"heap":\#(number),"args":[\#(arguments)]}"#)
        #expect(guest.answer() != nil, "\(call) \(shape)")
      }
    }
  }

  @Test("A thousand connections at once leave the run unharmed")
  func crowd() throws {
    let run = try ScriptRun(
      """
      import utime
      print('ready')
      for _ in range(300): utime.sleep_ms(1)
      print('done')
      """, .init(script: "/usr/crowd.py")
    ) { _, console in
      console.await("ready")
      let names = Self.listeners()
      var sockets: [Int32] = []
      for _ in 0..<1000 {
        for name in names.suffix(1) { sockets.append(Self.connect(to: name)) }
      }
      for socket in sockets { close(socket) }
    }
    #expect(run.ending == .exited(0))
    #expect(run.lines == ["ready", "done"])
  }

  /// The names of our listening sockets.
  private static func listeners() -> [String] {
    let descriptor = open("/proc/net/unix", O_RDONLY)
    defer { close(descriptor) }
    let table = HostFile.readAll(descriptor, limit: 1 << 24) ?? []
    return String(decoding: table, as: UTF8.self).split(separator: "\n").compactMap { line in
      line.contains("00010000 0001 01") ? line.split(separator: "@").last.map(String.init) : nil
    }.filter { $0.hasPrefix("qpyemu-\(1_000_000_000 + Int(getpid()))-") }
  }

  private static func connect(to name: String) -> Int32 {
    let made = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(name.utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { path in
      for (index, byte) in bytes.enumerated() { path[index + 1] = byte }
    }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + 1 + bytes.count)
    _ = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(made, $0, length) }
    }
    return made
  }
}
