import CLinux
import EmulatedTime
import Glibc

/// A line that programs open as a serial device.
package final class PseudoTerminal: SerialLine {
  private struct State {
    var clientCount: Int32 = 0
    var sending = Sending()
  }

  /// The path of the device.
  package let name: String
  private let link: DeviceLink?
  private let master: Descriptor
  /// Our own hold on the device's end: it keeps the settings, and no client has to be there.
  private let slave: Int32
  private let watch: Int32
  /// What ends the thread: its reading and its writing end.
  private let stop: (Int32, Int32)
  private let state = Monitor(State())
  private let thread = Monitor(false)

  /// Makes one.
  ///
  /// - Parameter link: A path that is to lead to it as long as it is there.
  package init(link: String? = nil) throws(SerialLineError) {
    var path = [CChar](repeating: 0, count: 128)
    let master = unsafe linux_open_pty(&path, path.count)
    guard master >= 0 else {
      throw SerialLineError("cannot make a pseudoterminal: \(hostReason)")
    }
    let name = String(
      decoding: path.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    self.name = name
    slave = unsafe open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)
    watch = unsafe linux_watch_opens(name)
    var ends: [Int32] = [0, 0]
    let hasPipe = unsafe linux_pipe(&ends) == 0
    stop = (ends[0], ends[1])
    self.master = Descriptor(unwaiting: master)
    guard slave >= 0, watch >= 0, hasPipe else {
      let reason = hostReason
      for descriptor in [master, slave, watch] where descriptor >= 0 { Glibc.close(descriptor) }
      throw SerialLineError("cannot use the pseudoterminal \(name): \(reason)")
    }
    do throws(SerialLineError) {
      self.link = try link.map { path throws(SerialLineError) in try DeviceLink(path, to: name) }
    } catch {
      for descriptor in [master, slave, watch, stop.0, stop.1] { Glibc.close(descriptor) }
      throw error
    }
    makeRaw(slave)
  }

  package func start(
    receive: @escaping @Sendable ([UInt8]) -> Void, hangUp: @escaping @Sendable () -> Void
  ) {
    thread.withLock { $0 = true }
    HostThread.start { [self] in
      while true {
        awaitInput([master.number, watch, stop.0])
        let arrived = master.read()
        // Whoever sends has opened it before: that is known by now.
        if countClients() { hangUp() }
        if case .done(let bytes) = arrived { receive(bytes) }
        if case .done = Descriptor(unwaiting: stop.0).read() { break }
      }
      thread.withLock(thenNotify: true) { $0 = false }
    }
  }

  /// Takes note of clients that came and went; whether the last one has gone.
  private func countClients() -> Bool {
    state.withLock { state in
      let before = state.clientCount
      while unsafe linux_read_opens(watch, &state.clientCount) != 0 {}
      guard state.clientCount != before else { return false }
      state.sending.reset()
      guard state.clientCount <= 0 else { return false }
      // What it has not read, and how it has set the device up, is not for the next one.
      tcflush(slave, TCIFLUSH)
      makeRaw(slave)
      return true
    }
  }

  package func send(_ bytes: [UInt8]) {
    // A client that is slow is waited for without the lock, or its going would not be noticed.
    guard var sending = state.withLock({ $0.clientCount > 0 ? $0.sending : nil }) else { return }
    sending.send(bytes, to: master)
    state.withLock { $0.sending = sending }
  }

  package func close() {
    link?.remove()
    unsafe _ = write(stop.1, "x", 1)
    thread.wait { $0 ? .waiting(until: nil) : .done(()) }
    for descriptor in [master.number, slave, watch, stop.0, stop.1] { Glibc.close(descriptor) }
  }
}

/// Has a terminal pass all bytes on as they are, without echo or signals.
func makeRaw(_ terminal: Int32) {
  var settings = termios()
  guard unsafe tcgetattr(terminal, &settings) == 0 else { return }
  unsafe cfmakeraw(&settings)
  settings.c_cflag |= tcflag_t(CREAD | CLOCAL)
  unsafe cfsetspeed(&settings, speed_t(B115200))
  unsafe tcsetattr(terminal, TCSANOW, &settings)
}
