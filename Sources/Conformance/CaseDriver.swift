import DeviceEmulator
package import GuestRuntime
import ModuleProfiles

/// A way to a module: runs cases on it, each from a clean start. Used from several threads.
package protocol CaseDriver: Sendable {
  /// As `--via` spells it.
  var name: String { get }

  /// Why this driver cannot bring a case about; nil if it can.
  func obstacle(to cell: Cell) -> String?

  /// Runs a case to its end.
  ///
  /// - Throws: ``CannotRun`` if the case does not come as far as its last step, or no call-back comes;
  ///   ``CannotCheck`` if that says nothing about the module.
  func run(_ cell: Cell) throws -> Observation
}

/// What a driver has seen.
package struct Observation: Sendable {
  /// The answer of the last step; for a row of call-backs, what the script was called back with last.
  package let answer: Answer
  /// All that has passed between script and device.
  package let trace: [Journal.Entry]

  package init(answer: Answer, trace: [Journal.Entry]) {
    self.answer = answer
    self.trace = trace
  }
}

/// Why a case did not come as far as its last step.
package struct CannotRun: Error, Sendable {
  package let reason: String
  package let trace: [Journal.Entry]

  package init(_ reason: String, trace: [Journal.Entry] = []) {
    self.reason = reason
    self.trace = trace
  }
}

/// Why no case can be run, in a sentence.
package enum CannotCheck: Error, Equatable, Sendable {
  /// The host does not give what is needed.
  case hostFailed(String)
  /// What is to be the interpreter is none.
  case noInterpreter(String)
}

extension Journal.Entry {
  /// Whether it is a call, and not a call-back.
  var isCall: Bool { if case .call = event { true } else { false } }

  /// The entry as a person reads it: `0.001 s  Record.start('a.wav', 10) -> 0`.
  package var text: String {
    let milliseconds = Int(time / .milliseconds(1))
    let fraction = String(1000 + milliseconds % 1000).dropFirst()
    return "\(milliseconds / 1000).\(fraction) s  \(eventText)"
  }

  private var eventText: String {
    switch event {
    case .call(let name, let object, let arguments, let answer, let injectedRow):
      let on = object.map { $0.number == 0 ? "" : " on object \($0.number)" } ?? ""
      return "\(name)(\(Self.list(arguments)))\(on) -> \(answer.text)"
        + (injectedRow.map { ", the row \($0) injected" } ?? "")
    case .callback(_, let arguments): return "call-back(\(Self.list(arguments)))"
    case .printed(let bytes): return "prints \(String(decoding: bytes, as: UTF8.self))"
    }
  }

  private static func list(_ values: [GuestValue]) -> String {
    values.map { $0.text.shortened(to: 60) }.joined(separator: ", ")
  }
}

extension String {
  /// The text, cut short if it is longer.
  func shortened(to limit: Int) -> String { count <= limit ? self : prefix(limit - 1) + "…" }
}
