import Glibc
import GuestRuntime

/// What the rows share: where things are, and how long to take.
struct Bench {
  /// Short enough for a look whether all of it works.
  let isQuick: Bool
  /// The folder of the release build's products.
  let products: String
  /// A folder of this run's own.
  let folder: String
  let interpreter: Interpreter
  /// The command of the distribution's MicroPython, which is a reference alone.
  let packagedInterpreter: [String]

  init(isQuick: Bool, folder: String) throws {
    (self.isQuick, self.folder) = (isQuick, folder)
    products = HostFile.ownFolder
    do throws(Interpreter.Missing) {
      interpreter = try Interpreter.find()
    } catch {
      throw CannotMeasure(error.message)
    }
    guard let named = Interpreter.environment("BENCH_MICROPYTHON") else {
      throw CannotMeasure("BENCH_MICROPYTHON names no folder; Scripts/bench does")
    }
    packagedInterpreter = [
      "\(named)/loader", "--library-path", "\(named)/lib", "\(named)/micropython",
    ]
  }

  /// A file that stands beside this one in the sources.
  func source(_ name: String) -> String { Self.above(1) + "/\(name)" }

  /// A file of the repository.
  func checkout(_ path: String) -> String { Self.above(3) + "/\(path)" }

  /// The folder that stands so many levels above this file.
  private static func above(_ levels: Int, _ here: StaticString = #filePath) -> String {
    "\(here)".split(separator: "/").dropLast(levels).reduce(into: "") { $0 += "/\($1)" }
  }

  /// Of two numbers the one that fits how long the run may take.
  func often(_ full: Int, quick: Int) -> Int { isQuick ? quick : full }

  /// Starts `qpyemu run` of a script in this run's folder.
  ///
  /// - Parameters:
  ///   - program: What starts it; nil for the built program.
  ///   - interpreter: The interpreter; nil for the usual one.
  func emulator(
    _ script: String, _ options: [String] = [], profile: String = "EC600N",
    microphone: String = "tone:440", by program: String? = nil, interpreter: String? = nil,
    output: String = "/dev/null"
  ) throws -> Child {
    let setting = interpreter.map { ["/usr/bin/env", "QPYEMU_INTERPRETER=\($0)"] } ?? []
    return try Child(
      setting + [program ?? "\(products)/qpyemu", "run", "\(folder)/\(script)"]
        + ["--profile", profile, "--audio-in", microphone] + options,
      output: output, complaints: "\(folder)/\(script).err")
  }

  /// Starts our interpreter with the smallest device, the one of its own tests.
  func bareGuest(_ script: String) throws -> Child {
    try Child(
      ["\(products)/StubDevice", "-j", "exec", interpreter.path, "\(folder)/\(script)"],
      complaints: "\(folder)/guest.err")
  }

  /// Starts the distribution's interpreter.
  func packaged(_ arguments: [String]) throws -> Child {
    try Child(packagedInterpreter + arguments, complaints: "\(folder)/interpreter.err")
  }

  /// How many processors there are.
  var processorCount: Int { sysconf(Int32(_SC_NPROCESSORS_ONLN)) }

  /// Starts this program again for a part that needs a process of its own.
  func itself(_ arguments: [String], output: String = "/dev/null") throws -> Child {
    try Child(
      ["\(products)/Benchmarks"] + arguments, output: output, complaints: "\(folder)/itself.err")
  }

  /// The state of the machine, in a line.
  var machine: String {
    let model =
      lines(of: "/proc/cpuinfo").first { $0.hasPrefix("model name") }?
      .split(separator: ":").last ?? ""
    let load = lines(of: "/proc/loadavg").first?.split(separator: " ").prefix(3)
      .joined(separator: " ")
    return
      "\(processorCount) processors,\(model), load \(load ?? "unknown")"
  }
}
