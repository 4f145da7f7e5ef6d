import Foundation
import GuestRuntime
import TestSupport
import Testing

@testable import Commands

/// `qpyemu repl` as a process of its own, at a serial device that a link leads to.
final class ReplProcess {
  static let program = VirtualMicrophoneConfig.buildFolder + "/qpyemu"

  let bench: Workbench
  /// The path of the serial device.
  let port: String
  let process: ChildProcess

  /// Switches a module on and waits for its port.
  ///
  /// - Parameter launcher: A command that starts the program.
  init(
    _ options: [String] = [], profile: String = "EC600N", time: String = "real",
    launcher: [String] = [], on bench: Workbench
  ) throws {
    self.bench = bench
    port = bench.path("port-\(UUID().uuidString.prefix(8))")
    let words =
      launcher + [
        Self.program, "repl", "--profile", profile, "--audio-in", "tone:440", "--time", time,
      ]
      + ["--link", port] + options
    process = try ChildProcess([
      "/bin/sh", "-c",
      "cd '\(bench.folder)' && exec \(words.map { "'\($0)'" }.joined(separator: " ")) "
        + "2>>errors >>output </dev/null",
    ])
    let due = ContinuousClock.now + .seconds(120)
    while !FileManager.default.fileExists(atPath: port) {
      try #require(ContinuousClock.now < due, "no port: \((try? bench.text("errors")) ?? "")")
      usleep(10_000)
    }
  }

  deinit {
    process.signal(SIGTERM)
    _ = process.wait()
  }

  /// What a shell command printed in the test's folder, on either stream, and its code.
  func shell(_ command: String) throws -> (code: Int32, output: String) {
    try CommandsTests.shell(command, in: bench.folder)
  }

  /// Runs a stock tool against the port; its name is followed by its options.
  func tool(_ line: String) throws -> (code: Int32, output: String) {
    let name = String(line.prefix { $0 != " " })
    let program = try #require(Oracles.tool(name), "\(name) is missing: run ./Scripts/test")
    let connection =
      ["mpremote": "connect '\(port)'", "ampy": "-p '\(port)'", "rshell": "--quiet -p '\(port)'"]
    let start =
      name == "rshell" ? "\(Oracles.python![0]) '\(try patientClient(program))'" : program
    return try shell(
      "timeout 300 \(start) \(connection[name] ?? "") \(line.dropFirst(name.count))")
  }

  /// Starts a tool that gives an answer half a second, and has no option for more, with ten seconds: on a
  /// busy host the module takes longer. It also waits so for what need not come, so they are no more.
  private func patientClient(_ program: String) throws -> String {
    try bench.write(
      """
      import runpy, serial, sys
      plain = serial.Serial.__init__
      def patient(self, *words, **options):
          if options.get('timeout') is not None:
              options['timeout'] = 10
          plain(self, *words, **options)
      serial.Serial.__init__ = patient
      sys.argv[0] = '\(program)'
      runpy.run_path(sys.argv[0], run_name='__main__')
      """, to: "patient-client.py")
  }
}
