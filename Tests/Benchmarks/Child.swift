import Glibc

/// A child process, started without anything that would not befall the reference too.
struct Child {
  /// What a child and those it has waited for have used.
  struct Usage {
    /// From the start to the end, in seconds.
    let elapsed: Double
    /// User and system time, in seconds.
    let processor: Double
  }

  let pid: pid_t
  private let start: Double
  private let command: [String]
  private let complaints: String

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - output: The file that gets its standard output.
  ///   - complaints: The file that gets its standard error.
  init(
    _ command: [String], output: String = "/dev/null", complaints: String
  ) throws {
    (self.command, self.complaints) = (command, complaints)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (descriptor, path) in [(Int32(1), output), (2, complaints)] {
      posix_spawn_file_actions_addopen(
        &actions, descriptor, path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    }
    var arguments = command.map { strdup($0) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    var pid = pid_t()
    start = seconds(of: CLOCK_MONOTONIC)
    let status = posix_spawn(&pid, command[0], &actions, nil, arguments, environ)
    guard status == 0 else {
      throw CannotMeasure("\(command[0]) cannot be started: \(String(cString: strerror(status)))")
    }
    self.pid = pid
  }

  /// Waits for its end, which must be a good one.
  func wait() throws -> Usage {
    var status: Int32 = 0
    var used = rusage()
    while wait4(pid, &status, 0, &used) < 0 && errno == EINTR {}
    let elapsed = seconds(of: CLOCK_MONOTONIC) - start
    guard status == 0 else {
      let said = lines(of: complaints).suffix(3).joined(separator: "; ")
      throw CannotMeasure(
        "\(command.prefix(8).joined(separator: " ")) ended with status \(status): \(said)")
    }
    let processor = [used.ru_utime, used.ru_stime].reduce(0) {
      $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6
    }
    return Usage(elapsed: elapsed, processor: processor)
  }

  func end() {
    kill(pid, SIGKILL)
    waitpid(pid, nil, 0)
  }
}
