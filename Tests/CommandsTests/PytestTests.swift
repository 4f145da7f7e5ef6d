import Foundation
import TestSupport
import Testing

@testable import Commands

/// The pytest plugin, installed from the checkout and run by the real pytest.
@Suite("The pytest plugin gives tests emulated modules", .timeLimit(.minutes(10)))
struct PytestTests {
  let bench: Workbench

  /// Installs the plugin for this test alone; from a copy, since pip builds beside the source.
  init() throws {
    bench = try Workbench()
    let python = try #require(Oracles.python, "the Python packages are missing: run ./Scripts/test")
    _ = try output(
      of:
        "cp -r '\(repository)/Scripts/pytest-qpyemu' '\(bench.path("source"))' && \(python[0]) -m pip "
        + "install -q --no-deps --no-index --no-build-isolation --disable-pip-version-check "
        + "--target '\(bench.path("plugin"))' '\(bench.path("source"))'")
  }

  private func pytest(_ words: String, variables: String = "") throws -> (
    code: Int32, output: String
  ) {
    try shell(
      "PYTHONPATH=plugin \(variables) \(Oracles.python![0]) -m pytest -q -p no:cacheprovider \(words)",
      in: bench.folder)
  }

  private var command: String { "--qpyemu-command '\(ReplProcess.program)'" }

  @Test(
    "The example suite passes on two models, in one process and in two",
    arguments: ["", "-n 2"])
  func example(workers: String) throws {
    let (code, output) = try pytest(
      "\(command) --qpyemu-profile EC600N --qpyemu-profile EC200U \(workers) --junitxml report.xml "
        + "'\(repository)/Docs/Examples/pytest'")
    #expect(code == 0, "\(output)")
    #expect(output.contains("8 passed, 3 skipped"), "\(output)")
    let report = try bench.text("report.xml")
    for property in [
      #"name="qpyemu.profile" value="EC200U""#, #"name="qpyemu.policy" value="documented""#,
      #"name="qpyemu.seed" value="1""#,
    ] {
      #expect(report.contains(property))
    }
  }

  @Test("QPYEMU_PROFILE chooses the model of tests that name none")
  func variable() throws {
    try bench.write("def test(module):\n    assert module.profile == 'EG912U'\n", to: "test_a.py")
    let (code, output) = try pytest("\(command) test_a.py", variables: "QPYEMU_PROFILE=EG912U")
    #expect(code == 0, "\(output)")
  }

  @Test("The marker's modules are imported as firmware, from the test's folder")
  func modules() throws {
    try bench.write("def version(): return 1\n", to: "suite/firmware/bt.py")
    try bench.write(
      "import pytest\n@pytest.mark.module('EC600N', modules='firmware')\ndef test(module):\n"
        + "    module.exec('import bt')\n    assert module.call('bt.version') == 1\n",
      to: "suite/test_a.py")
    let (code, output) = try pytest("\(command) suite/test_a.py")
    #expect(code == 0, "\(output)")
  }

  @Test("A test changes the SIM and the network, and what cannot be is a ValueError")
  func network() throws {
    try bench.write(
      """
      import pytest
      def test(module):
          module.exec('import net')
          told = module.callback('told')
          module.call('net.setCallback', told)
          module.modem('registered', 'searching')
          module.advance(0.1)
          assert module.eval('net.getState()[1][0]') == 2 and len(told.calls) == 1
          with pytest.raises(ValueError, match='registered must be no, home,'):
              module.modem('registered', 'nowhere')

      """, to: "test_a.py")
    let (code, output) = try pytest("\(command) --qpyemu-profile EC600N test_a.py")
    #expect(code == 0, "\(output)")
  }

  /// A test, the options it is run with, and what pytest says of it.
  static let mistakes = [
    ("def test(module): pass", "", "no model: mark the test with @pytest.mark.module('EC200U')"),
    (
      "import pytest\n@pytest.mark.module('EC200U', polcy='x')\ndef test(module): pass", "",
      "the marker module has no polcy; it has policy, audio_in, seed, heap, modules"
    ),
    ("def test(module): pass", "--qpyemu-profile EC2O0U", "did you mean \"EC200U\"?"),
    (
      "def test(module): module.exec('1/0')", "--qpyemu-profile EC200U",
      "ZeroDivisionError: divide by zero"
    ),
    (
      "def test(module): module.fault('what=raed')", "--qpyemu-profile EC200U",
      "what=raed is unknown"
    ),
  ]

  @Test("A mistake is told in a sentence", arguments: mistakes)
  func mistake(case: (test: String, options: String, said: String)) throws {
    try bench.write(`case`.test + "\n", to: "test_a.py")
    let (code, output) = try pytest("\(command) \(`case`.options) test_a.py")
    #expect(code != 0 && output.contains(`case`.said), "\(output)")
  }

  @Test("Without the emulator the test says where to get it")
  func noEmulator() throws {
    try bench.write("def test(module): pass\n", to: "test_a.py")
    let none = try pytest("--qpyemu-profile EC200U test_a.py", variables: "PATH=/usr/bin:/bin")
    #expect(none.code != 0 && none.output.contains("there is no qpyemu on PATH"), "\(none.output)")
    let wrong = try pytest("--qpyemu-command /nowhere/qpyemu --qpyemu-profile EC200U test_a.py")
    #expect(wrong.output.contains("cannot start /nowhere/qpyemu: No such file"), "\(wrong.output)")
  }
}
