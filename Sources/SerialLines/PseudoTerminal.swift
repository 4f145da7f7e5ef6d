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
    var path = [CChar](repeating: 0, count: 128)
    let master = unsafe linux_open_pty(&path, path.count)
    guard master >= 0 else {
      throw SerialLineError("cannot make a pseudoterminal: \(hostReason)")
    }
    let name = String(
      decoding: path.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let watch = unsafe linux_watch_opens(name)
    let reason = hostReason
    do throws(SerialLineError) {
      guard watch >= 0 else { throw SerialLineError("cannot use \(name): \(reason)") }
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

  /// Takes away what the last client has left unread, and its settings.
  private func startAfresh() {
    let device = unsafe open(name, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
    guard device >= 0 else { return }
    makeRaw(device)
    tcflush(device, TCIFLUSH)
    Glibc.close(device)
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
    let device = unsafe open(name, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
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
