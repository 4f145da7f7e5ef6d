import ModuleProfiles
import Testing

@testable import Commands

/// Modules that are not emulated, and the user's own in their place.
@Suite(.serialized)
struct ModulesTests {
  let bench: Workbench

  init() throws { bench = try Workbench() }

  private func remarks(_ ending: Ending) -> [String] {
    ending.errors.split(separator: "\n").dropFirst().map { String($0.dropFirst("qpyemu: ".count)) }
  }

  // MARK: Documented

  @Test("Scripts find every member that is listed as emulated on some model, and none that is not")
  func members() async throws {
    let modules = DocumentedModules.bundled.modules.filter { $0.emulated != nil }
    let lists = modules.map { module in
      "check('\(module.name)', '\((module.emulated ?? []).joined(separator: " "))', "
        + "'\(module.notEmulated.joined(separator: " "))')"
    }
    let script =
      """
      def has(value, member):
          for part in member.split('.'):
              if not hasattr(value, part): return False
              value = getattr(value, part)
          return True
      def check(name, there, missing):
          module = __import__(name)
          for member in there.split():
              if not has(module, member): print('lacks', name, member)
          for member in missing.split():
              if has(module, member): print('has', name, member)

      """ + lists.joined(separator: "\n")
    var wrong: Set<String>?
    for model in ["EC600N", "EC200U"] {
      let ending = try await bench.run(script: script, ["--quiet", "--profile", model])
      #expect(ending.code == 0, "\(ending.errors)")
      #expect(!ending.output.contains("has "), "\(ending.output)")
      #expect(remarks(ending) == [])
      wrong = Set(ending.lines).intersection(wrong ?? Set(ending.lines))
    }
    #expect(wrong == [])
  }

  @Test("The interpreter's own modules can be imported")
  func interpreter() async throws {
    let imports = DocumentedModules.bundled.interpreter.map { "import \($0)" }
    let ending = try await bench.run(script: imports.joined(separator: "\n") + "\nprint('all')")
    #expect(ending.output == "all\n", "\(ending.errors)")
  }

  @Test("A QuecPython module that is not emulated raises what a module raises, and is told once")
  func missing() async throws {
    let names = DocumentedModules.bundled.modules.filter { $0.emulated == nil }.map(\.name)
    #expect(names.count > 40 && names.contains("bt") && names.contains("usocket"))
    let ending = try await bench.run(
      script: """
        for name in '\(names.joined(separator: " "))'.split() * 2:
            try: __import__(name)
            except ImportError as error: print(error)
        """)
    #expect(ending.lines == (names + names).map { "no module named '\($0)'" })
    #expect(
      remarks(ending)
        == names.map {
          "\($0) is a QuecPython module that qpyemu does not emulate yet; --modules FOLDER takes your own"
        })
  }

  @Test("An uncaught ImportError ends the script with 1 and its traceback, as on a module")
  func uncaught() async throws {
    let ending = try await bench.run(script: "import umqtt.simple")
    #expect(ending.code == 1)
    #expect(
      ending.output == """
        Traceback (most recent call last):
          File "/usr/script.py", line 1, in <module>
        ImportError: no module named 'umqtt'

        """)
    #expect(remarks(ending).count == 1)
  }

  @Test("Of other modules nothing is told, nor of one of the flash that itself cannot import")
  func others() async throws {
    try bench.write("import nothing", to: "app/bt.py")
    try bench.write(
      """
      import usys
      usys.path.append('/usr')
      for name in ('bt', 'nonsense', 'usr.sms', 'usr.bt'):
          try: __import__(name)
          except ImportError as error: print(error)
      """, to: "app/main.py")
    let ending = try await bench.run([
      "run", bench.path("app"), "--profile", "EC600N", "--audio-in", "silence",
    ])
    #expect(ending.code == 0 && ending.lines.count == 4)
    #expect(remarks(ending) == [])
  }

  @Test("A module that the model lacks cannot be imported, and that is told with its reason")
  func lacking() async throws {
    let script = "try: import sms\nexcept ImportError as error: print(error)"
    let ending = try await bench.run(script: script, ["--profile", "EC600M"])
    #expect(ending.lines == ["no module named 'sms'"])
    #expect(remarks(ending) == ["sms is missing: the data-only firmware of EC600M has none"])
    let member = try await bench.run(script: "import sms\nsms.sendPduMsg", ["--profile", "EC600N"])
    #expect(
      remarks(member) == [
        "sms.sendPduMsg is documented, but qpyemu does not emulate it: nobody has published which bytes the firmware makes of a message"
      ])
  }

  @Test("A member that is documented and not emulated is told once, however it is looked for")
  func member() async throws {
    let ending = try await bench.run(
      script: """
        import audio, machine, uos
        def try_to(do):
            try: print(do())
            except Exception as error: print(type(error).__name__, error)
        class Mine(audio.Record): pass
        try_to(lambda: audio.Audio(0).playStream(2, b''))
        try_to(lambda: audio.Audio(0).playStream)
        try_to(lambda: machine.KeyPad(2))
        try_to(lambda: exec('from machine import KeyPad'))
        try_to(lambda: Mine(0).gain_get())
        try_to(lambda: uos.VfsFat)
        try_to(lambda: machine.Pni)
        """)
    #expect(
      ending.lines == [
        "AttributeError 'Audio' object has no attribute 'playStream'",
        "AttributeError 'Audio' object has no attribute 'playStream'",
        "AttributeError 'module' object has no attribute 'KeyPad'",
        "ImportError can't import name KeyPad",
        "AttributeError 'Mine' object has no attribute 'gain_get'",
        "AttributeError 'module' object has no attribute 'VfsFat'",
        "AttributeError 'module' object has no attribute 'Pni'",
      ])
    #expect(
      remarks(ending)
        == [
          "audio.Audio.playStream", "machine.KeyPad", "audio.Record.gain_get", "uos.VfsFat",
        ]
        .map { "\($0) is documented, but qpyemu does not emulate it yet" })
  }

  // MARK: Your own

  /// A folder of modules, and a script that uses them all.
  private func makeFirmware() throws {
    try bench.write("import helper\ndef version(): return helper.one()", to: "fw/bt.py")
    try bench.write("import machine\ndef one(): return machine.Pin.OUT", to: "fw/helper.py")
    try bench.write("from . import base\nNAME = base.NAME", to: "fw/umqtt/__init__.py")
    try bench.write("NAME = 'umqtt'", to: "fw/umqtt/base.py")
    try bench.write("from umqtt.base import NAME\nimport usr.mine", to: "fw/umqtt/robust.py")
    try bench.write("x", to: "fw/README.txt")
    try bench.write("WORD = 'flash'", to: "app/mine.py")
    try bench.write("print('the flash comes last')", to: "app/bt.py")
    try bench.write(
      """
      import bt, umqtt.robust, uos, usys
      from umqtt import NAME
      import usr.mine
      print(bt.version(), NAME, umqtt.robust.usr.mine.WORD, usys.path, uos.listdir('/'))
      usys.path.insert(0, '/usr')
      del usys.modules['bt']
      import bt
      print(bt.version())
      """, to: "app/main.py")
  }

  private static let printed = "1 umqtt flash [''] ['usr', 'bak']\n1\n"

  private func run(_ words: [String], variables: [String: String] = [:]) async throws -> Ending {
    try await bench.run(
      ["run", bench.path("app"), "--profile", "EC600N", "--audio-in", "silence"] + words,
      variables: variables)
  }

  @Test("Scripts import what is in the folder as firmware, before the flash's: files and packages")
  func own() async throws {
    try makeFirmware()
    let ending = try await run(["--modules", bench.path("fw"), "--export", bench.path("out")])
    #expect(ending.output == Self.printed, "\(ending.errors)")
    #expect(ending.code == 0 && remarks(ending) == [])
    #expect(ending.errors.hasSuffix("seed 1, modules \(bench.path("fw"))\n"))
    #expect(!bench.exists("out/usr/umqtt") && !bench.exists("out/usr/helper.py"))
    #expect(try await run([]).code == 1)
  }

  @Test("The environment and qpyemu.json name the folder too, the latter from its own place")
  func settings() async throws {
    try makeFirmware()
    let variable = try await run([], variables: ["QPYEMU_MODULES": bench.path("fw")])
    #expect(variable.output == Self.printed, "\(variable.errors)")
    try bench.write(#"{"modules": "fw"}"#, to: "qpyemu.json")
    let file = try await run([])
    #expect(file.output == Self.printed, "\(file.errors)")
  }

  @Test("repl, sweep and profiles diff --script take the folder as well")
  func commands() async throws {
    try makeFirmware()
    let options = ["--audio-in", "silence", "--modules", bench.path("fw")]
    let sweep = try await bench.run(
      [
        "sweep", "power-cut", bench.path("app"), "--profile", "EC600N", "--points", "1", "--modes",
        "whole", "--json", bench.path("report.json"),
      ] + options)
    #expect(sweep.code == 0 && sweep.errors.contains(Self.printed), "\(sweep.errors)")
    #expect(try bench.text("report.json").contains("module bytes"))
    let diff = try await bench.run(
      ["profiles", "diff", "EC600N", "EC800N", "--script", bench.path("app")] + options)
    #expect(diff.output.contains("runs alike on both") && diff.output.contains("ended with 0"))
    let repl = try shell(
      "printf 'import bt\\rbt.version()\\rhelp(\"modules\")\\r' | '\(ReplProcess.program)' repl "
        + "--profile EC600N --time virtual \(options.joined(separator: " "))", in: bench.folder)
    #expect(repl.output.contains("bt.version()\r\n1\r\n"), "\(repl.output)")
    #expect(repl.output.contains("umqtt"), "\(repl.output)")
  }

  @Test(
    "Every module that is not emulated can be the user's, whatever the interpreter has of that name"
  )
  func everyName() async throws {
    let names = DocumentedModules.bundled.modules.filter { $0.emulated == nil }.map(\.name)
    for name in names { try bench.write("NAME = '\(name)'", to: "fw/\(name).py") }
    let ending = try await bench.run(
      script: """
        for name in '\(names.joined(separator: " "))'.split():
            module = __import__(name)
            print(module.NAME, module.__name__, __import__(name) is module)
        """, ["--modules", bench.path("fw")])
    #expect(ending.lines == names.map { "\($0) \($0) True" }, "\(ending.errors)")
    #expect(remarks(ending) == [])
  }

  @Test(
    "An error in a module of the folder shows its line, and its file as a part of the firmware has it"
  )
  func traceback() async throws {
    try bench.write("def version():\n    return 1 / 0", to: "fw/bt.py")
    try bench.write("def start(): import umqtt.base", to: "fw/umqtt/__init__.py")
    try bench.write("import bt\nbt.version()", to: "fw/umqtt/base.py")
    let ending = try await bench.run(
      script: "import umqtt\numqtt.start()", ["--modules", bench.path("fw")])
    #expect(ending.code == 1)
    #expect(ending.lines.contains(#"  File "umqtt/__init__.py", line 1, in start"#))
    #expect(ending.lines.contains(#"  File "umqtt/base.py", line 2, in <module>"#))
    #expect(ending.lines.contains(#"  File "bt.py", line 2, in version"#))
  }

  @Test(
    "A module in place of an emulated one is refused, with 65",
    arguments: [
      "audio", "machine", "utime", "time", "ujson", "json", "_thread", "qpyemu", "usys", "uctypes",
      "uzlib", "ucryptolib",
    ])
  func shadow(name: String) async throws {
    try bench.write("", to: "fw/\(name).py")
    let ending = try await bench.run(script: "print(1)", ["--modules", bench.path("fw")])
    #expect(ending.code == 65 && ending.output == "")
    #expect(
      ending.errors
        == "qpyemu: \(bench.path("fw")) holds a module \(name), which qpyemu emulates: scripts would get "
        + "that one; rename or remove yours\n")
  }

  @Test("What is no folder of modules is told before anything runs")
  func wrong() async throws {
    func refusal(_ folder: String) async throws -> (Int32, String) {
      let ending = try await bench.run(script: "print(1)", ["--modules", folder])
      #expect(ending.output == "")
      return (ending.code, ending.errors)
    }
    let none = bench.path("none")
    #expect(
      try await refusal(none) == (66, "qpyemu: cannot read \(none): No such file or directory\n"))
    let file = try bench.write("", to: "bt.py")
    #expect(
      try await refusal(file)
        == (66, "qpyemu: --modules: \(file) is a file, not a folder of modules\n"))
    try bench.write("", to: "empty/notes.txt")
    let empty = bench.path("empty")
    #expect(
      try await refusal(empty)
        == (65, "qpyemu: the folder of modules \(empty) holds no .py or .mpy file\n"))
    let ending = try await bench.run(script: "print(1)", ["--modules="])
    #expect(ending.code == 64 && ending.errors.hasPrefix("qpyemu: --modules is empty\n"))
  }
}
