import Glibc

/// The programs that judge what we make, where `Scripts/test` puts them.
public enum Oracles {
  /// CPython with littlefs-python.
  public static let python: [String]? = tool("python").map { [$0] }

  /// A program of the Python packages that only tests need, such as mpremote.
  public static func tool(_ name: String) -> String? {
    let program = "\(cache)/python/bin/\(name)"
    return access(program, X_OK) == 0 ? program : nil
  }

  /// The distribution's MicroPython, with the littlefs 1 and 2 of the C library.
  public static let micropython: [String]? = {
    let folder = "\(cache)/micropython"
    guard access("\(folder)/loader", X_OK) == 0 else { return nil }
    return ["\(folder)/loader", "--library-path", "\(folder)/lib", "\(folder)/micropython"]
  }()

  private static let cache =
    "\(variable("XDG_CACHE_HOME") ?? "\(variable("HOME") ?? "/nonexistent")/.cache")/qpyemu"

  private static func variable(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
  }
}

/// A child process that answers each line with a line.
public final class LineServer {
  /// The child has gone: what it said last, and how it ended.
  public struct Gone: Error, CustomStringConvertible {
    public let description: String

    public init(description: String) { self.description = description }
  }

  private let pid: pid_t
  private let input: Int32
  private let output: UnsafeMutablePointer<FILE>
  private let command: [String]

  /// Starts a program whose complaints go where ours go.
  public init(_ command: [String]) throws {
    self.command = command
    var (toChild, fromChild): ([Int32], [Int32]) = ([0, 0], [0, 0])
    guard pipe(&toChild) == 0, pipe(&fromChild) == 0 else {
      throw Gone(description: "there are no pipes left")
    }
    for end in toChild + fromChild { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, toChild[0], 0)
    posix_spawn_file_actions_adddup2(&actions, fromChild[1], 1)
    var arguments = command.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var child = pid_t()
    let status = posix_spawn(&child, command[0], &actions, nil, &arguments, environ)
    close(toChild[0])
    close(fromChild[1])
    guard status == 0, let stream = fdopen(fromChild[0], "r") else {
      throw Gone(description: "\(command[0]) cannot be started")
    }
    (pid, input, output) = (child, toChild[1], stream)
    signal(SIGPIPE, SIG_IGN)
  }

  deinit {
    close(input)
    fclose(output)
    // The end of its input would end it too, but for a sibling that inherited the pipe.
    kill(pid, SIGKILL)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
  }

  /// Sends a line and returns the answer, both without their ends.
  public func ask(_ line: String) throws -> String {
    let bytes = Array("\(line)\n".utf8)
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes { Glibc.write(input, $0.baseAddress, $0.count) }
      guard count > 0 else { throw gone(line) }
      done += count
    }
    var buffer: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(buffer) }
    let count = getline(&buffer, &capacity, output)
    guard count > 0, let buffer else { throw gone(line) }
    return String(
      decoding: UnsafeRawBufferPointer(start: buffer, count: count - 1), as: UTF8.self)
  }

  private func gone(_ line: String) -> Gone {
    var status: Int32 = 0
    waitpid(pid, &status, WNOHANG)
    return Gone(
      description: "\(command.last ?? "") ended with status \(status) at: \(line.prefix(200))")
  }
}
