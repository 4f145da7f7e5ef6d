import CLinux
import EmulatedTime
import Glibc

/// A line that programs open as a serial device, one or several at a time.
///
/// The host tells when somebody opens the device (a watch), and when nobody has it open any more (a hang-up
/// of our end). Nothing is counted: the host tells of several openings as one.
package final class PseudoTerminal: SerialLine {
  private struct State {
    /// Whether anybody has the device open.
    var hasClient = false
    /// How often somebody has come to it: what is sent is for one visit only.
    var visits = 0
  }

  /// The path of the device.
  package let name: String
  private let link: DeviceLink?
  /// Our end, which acts as the wire.
  private let master: Descriptor
  /// Can be read when somebody has opened the device.
  private let watch: Descriptor
  private let thread: ListeningThread
  private let state = Monitor(State())
  /// Held while something is sent; our end is not closed meanwhile.
  private let sending = Monitor(Sending())

  /// Makes one.
  ///
  /// - Parameter link: A path that is to lead to it as long as it is there.
  package init(link: String? = nil) throws(SerialLineError) {
    let (master, name) = try Self.make()
    let watch = linux_watch()
    let isWatched = unsafe linux_watch_opens(watch, name) >= 0
    let reason = hostReason
    do throws(SerialLineError) {
      guard isWatched else { throw SerialLineError("cannot use \(name): \(reason)") }
      thread = try ListeningThread()
      self.link = try link.map { path throws(SerialLineError) in try DeviceLink(path, to: name) }
    } catch {
      for descriptor in [master, watch] where descriptor >= 0 { Glibc.close(descriptor) }
      throw error
    }
    self.name = name
    self.master = Descriptor(unwaiting: master)
    self.watch = Descriptor(unwaiting: watch)
    startAfresh()
  }

  package func start(
    receive: @escaping @Sendable ([UInt8]) -> Void, hangUp: @escaping @Sendable () -> Void
  ) {
    thread.start { [self] in
      while awaitClient() {
        state.withLock { $0 = State(hasClient: true, visits: $0.visits + 1) }
        while let bytes = nextBytes() { receive(bytes) }
        state.withLock { $0.hasClient = false }
        startAfresh()
        hangUp()
      }
    }
  }

  /// Waits until somebody has the device open, or has left bytes behind; false at the end of the line.
  private func awaitClient() -> Bool {
    while !thread.isToEnd {
      // Taken away before we look, so that whoever comes after we have looked wakes us.
      while case .done = watch.read() {}
      if master.readiness(for: .zero) != POLLHUP { return true }
      // One who came and went unseen may have left the settings changed.
      keepRaw()
      _ = thread.awaitInput(of: [watch])
    }
    return false
  }

  /// What clients have sent; nil when the last of them has gone, and at the end of the line.
  private func nextBytes() -> [UInt8]? {
    while thread.awaitInput(of: [master]) {
      switch master.read() {
      case .done(let bytes): return bytes
      case .wouldWait: continue
      case .ended: return nil
      }
    }
    return nil
  }

  /// Makes a new one; gives our end and the path of the device.
  private static func make() throws(SerialLineError) -> (master: Int32, name: String) {
    var path = [CChar](repeating: 0, count: 128)
    let master = unsafe linux_open_pty(&path, path.count)
    guard master >= 0 else {
      throw SerialLineError("cannot make a pseudoterminal: \(hostReason)")
    }
    let name = path.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return (master, String(decoding: name, as: UTF8.self))
  }

  /// Takes away what the last client has left unread, its settings and its claims.
  private func startAfresh() {
    var device = openDevice()
    if device < 0 && errno == EBUSY {
      replaceDevice()
      device = openDevice()
    }
    guard device >= 0 else { return }
    makeRaw(device)
    tcflush(device, TCIFLUSH)
    _ = ioctl(device, UInt(TIOCNXCL))
    Glibc.close(device)
  }

  private func openDevice() -> Int32 {
    unsafe open(name, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
  }

  /// Puts a new device in the place of one that a client has claimed for itself (TIOCEXCL) and left: the
  /// claim lasts as long as the device, and nobody but root can open it any more, we included.
  private func replaceDevice() {
    // The device goes with our end, and its number is free for the next one.
    linux_move(unsafe open("/dev/null", O_RDWR | O_CLOEXEC), master.number)
    while !thread.isToEnd, !makeDevice() { usleep(100_000) }
  }

  /// Makes the device anew, under its old name; false if somebody else has taken that.
  private func makeDevice() -> Bool {
    var others: [Int32] = []
    defer { for other in others { Glibc.close(other) } }
    // The host gives the lowest free number.
    while others.count < 256, let made = try? Self.make() {
      guard made.name == name else {
        others.append(made.master)
        continue
      }
      linux_move(Descriptor(unwaiting: made.master).number, master.number)
      return unsafe linux_watch_opens(watch.number, name) >= 0
    }
    return false
  }

  package func send(_ bytes: [UInt8]) {
    sending.withLock { sending in
      guard let visit = state.withLock({ $0.hasClient ? $0.visits : nil }) else { return }
      keepRaw()
      sending.send(bytes, to: master) { bytes in
        // With the lock held, so that nothing is left for the next client when this one goes.
        state.withLock { $0.hasClient && $0.visits == visit ? master.write(bytes) : .ended }
      }
    }
  }

  /// Whatever a client does to the settings, what we send is not echoed to us, nor changed.
  private func keepRaw() {
    var settings = termios()
    guard unsafe tcgetattr(master.number, &settings) == 0 else { return }
    let before = (settings.c_iflag, settings.c_oflag, settings.c_lflag)
    unsafe cfmakeraw(&settings)
    guard before != (settings.c_iflag, settings.c_oflag, settings.c_lflag) else { return }
    unsafe tcsetattr(master.number, TCSANOW, &settings)
  }

  package func close() {
    link?.remove()
    awaitReading()
    thread.end()
    sending.withLock { _ in
      state.withLock { $0.hasClient = false }
      for descriptor in [master, watch] { Glibc.close(descriptor.number) }
    }
  }

  /// Gives a client a moment to read the last words, which go with the device.
  private func awaitReading() {
    let device = openDevice()
    guard device >= 0 else { return }
    defer { Glibc.close(device) }
    // What was sent just now takes the host a moment to show.
    var (looks, quiet) = (0, 0)
    while looks < 50, quiet < 3, state.withLock({ $0.hasClient }) {
      usleep(10_000)
      var unread: Int32 = 0
      guard unsafe ioctl(device, UInt(FIONREAD), &unread) == 0 else { return }
      (looks, quiet) = (looks + 1, unread == 0 ? quiet + 1 : 0)
    }
  }
}

/// Has a terminal pass all bytes on as they are, at 115200 bit/s, 8N1, without echo, signals or flow
/// control; modem lines do not matter, and stay as they are when it is closed.
func makeRaw(_ terminal: Int32) {
  var settings = termios()
  guard unsafe tcgetattr(terminal, &settings) == 0 else { return }
  unsafe cfmakeraw(&settings)
  settings.c_cflag &= ~(tcflag_t(CSTOPB) | tcflag_t(HUPCL) | tcflag_t(CRTSCTS))
  settings.c_cflag |= tcflag_t(CREAD | CLOCAL)
  unsafe cfsetspeed(&settings, speed_t(B115200))
  unsafe tcsetattr(terminal, TCSANOW, &settings)
}
