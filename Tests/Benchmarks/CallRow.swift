import EmulatedTime
import Glibc

/// A device call of a script, against a 64-byte round trip of the bare interpreter over the same kind
/// of socket. The emulator keeps its interpreter on one processor, a different one from run to run; so
/// is the bare one kept. Who answers them is free.
///
/// The script's own clock is virtual, so what one call takes is the difference between a long and a
/// short run.
func callRow(_ bench: Bench) throws -> [Line] {
  let calls = bench.often(20_000, quick: 4000)
  let shortRun = calls / 20
  let echo = try EchoServer(name: "qpyemu-bench-\(getpid())")
  for count in [calls, shortRun] {
    try write(callScript(count), to: "\(bench.folder)/calls-\(count).py")
    try write(roundTripScript(count, to: echo.name), to: "\(bench.folder)/echo-\(count).py")
  }
  let perCall = { (run: (Int) throws -> Double) in
    (try run(calls) - run(shortRun)) / Double(calls - shortRun)
  }
  var processor = 0
  let pairs = try Pairs(bench.often(9, quick: 3)) {
    try perCall {
      try bench.emulator("calls-\($0).py", [], microphone: "tone:440").wait().elapsed
    }
  } reference: {
    processor = (processor + 1) % bench.processorCount
    return try perCall {
      let script = "\(bench.folder)/echo-\($0).py"
      return try bench.bareInterpreter([script], processor: processor).wait().elapsed
    }
  }
  return [
    Line("record.isBusy() / 64-byte round trip, from a script", pairs, in: microseconds, atMost: 2)
  ]
}

private func callScript(_ count: Int) -> String {
  """
  import audio
  record = audio.Record()
  for _ in range(\(count)):
      record.isBusy()

  """
}

private func roundTripScript(_ count: Int, to name: String) -> String {
  """
  import socket
  echo = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
  echo.connect(b"\\x01\\x00\\x00\(name)")
  message = bytes(64)
  answer = bytearray(64)
  for _ in range(\(count)):
      echo.write(message)
      echo.readinto(answer)

  """
}

/// Sends back what it gets: one blocking thread, one client at a time.
private struct EchoServer {
  /// An abstract name, which is no file.
  let name: String

  init(name: String) throws {
    self.name = name
    let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path)! + 1
    withUnsafeMutableBytes(of: &address) { $0[offset...].copyBytes(from: name.utf8) }
    let length = socklen_t(offset + name.utf8.count)
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, length) }
    }
    guard status == 0, listen(listener, 1) == 0 else {
      throw CannotMeasure("the echo server cannot listen: \(String(cString: strerror(errno)))")
    }
    HostThread.start {
      while case let client = accept(listener, nil, nil), client >= 0 {
        var buffer = [UInt8](repeating: 0, count: 64)
        while case let count = read(client, &buffer, buffer.count), count > 0 {
          guard write(client, buffer, count) == count else { break }
        }
        close(client)
      }
    }
  }
}
