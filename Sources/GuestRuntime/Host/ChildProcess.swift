import CLinux
import Glibc

/// A child process of the host.
package struct ChildProcess: Sendable {
  /// How a child ended.
  package enum Ending: Equatable, Sendable {
    case exited(Int32)
    case killed(signal: Int32)
  }

  package let pid: Int32

  /// Starts a program with our standard streams and no other descriptor.
  ///
  /// - Parameters:
  ///   - command: The program's path, then its arguments.
  ///   - output: A descriptor that becomes its standard output instead.
  package init(_ command: [String], output: Int32? = nil) throws(HostError) {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    if let output { unsafe posix_spawn_file_actions_adddup2(&actions, output, 1) }
    // Whatever else is open here, such as another thread's pipe, is to have its end when we close it.
    unsafe linux_add_closing_from(&actions, 3)
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    // The child starts with every signal as the host has it by default, whatever we have blocked.
    var none = sigset_t()
    unsafe sigemptyset(&none)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

    var arguments = unsafe command.map { unsafe strdup($0) }
    unsafe arguments.append(nil)
    defer { for index in unsafe arguments.indices { unsafe free(arguments[index]) } }
    var pid = pid_t()
    let status = unsafe posix_spawn(&pid, command[0], &actions, &attributes, arguments, environ)
    guard status == 0 else { throw HostError("cannot start \(command[0])", code: status) }
    self.pid = pid
  }

  /// Starts an interpreter as a module's processor: it has one processor of the host and one end of a connection, sees
  /// the same addresses in every run, is out of reach of the terminal's Ctrl-C, and ends when the calling thread does.
  init(guest command: [String], connection: borrowing StreamSocket) throws(HostError) {
    var arguments = unsafe command.map { unsafe strdup($0) }
    unsafe arguments.append(nil)
    defer { for index in unsafe arguments.indices { unsafe free(arguments[index]) } }
    pid = unsafe linux_start_guest(arguments, connection.descriptor)
    guard pid > 0 else { throw HostError("cannot start \(command[0])") }
  }

  /// Does something on the child's processor.
  func beside<Result>(_ body: () -> Result) -> Result {
    let before = linux_run_beside(pid)
    defer { linux_run_on(before) }
    return body()
  }

  /// Waits for the end and gives it; once.
  package func wait() -> Ending {
    awaitEnd()
    return reap()
  }

  /// Waits for the end, and leaves the child's number taken until ``reap()``.
  func awaitEnd() {
    var information = unsafe siginfo_t()
    while unsafe waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) < 0
      && Glibc.errno == EINTR
    {}
  }

  /// Gives the end, after ``awaitEnd()``; once.
  func reap() -> Ending {
    var status: Int32 = 0
    while unsafe waitpid(pid, &status, 0) < 0 && Glibc.errno == EINTR {}
    let signal = status & 0x7F
    return signal == 0 ? .exited(status >> 8 & 0xFF) : .killed(signal: signal)
  }

  package func signal(_ number: Int32) { kill(pid, number) }

  /// The processor time it has used.
  package var processorTime: Duration {
    var clock = clockid_t()
    var time = timespec()
    guard unsafe clock_getcpuclockid(pid, &clock) == 0, unsafe clock_gettime(clock, &time) == 0
    else { return .zero }
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }

  /// Runs a program to its end; gives what it printed, or nil if it failed or printed more than
  /// `limit` bytes.
  package static func output(of command: [String], limit: Int) -> [UInt8]? {
    var ends: [Int32] = [0, 0]
    guard unsafe linux_pipe(&ends) == 0 else { return nil }
    let child = try? ChildProcess(command, output: ends[1])
    close(ends[1])
    let bytes = child == nil ? nil : HostFile.readAll(ends[0], limit: limit)
    close(ends[0])
    return child?.wait() == .exited(0) ? bytes : nil
  }
}
