import DeviceEmulator
import FlashStorage
import GuestRuntime
import JSONText

/// What could be seen of a run from outside.
struct Observations {
  let console: String
  /// The arguments of each call-back that the script ran.
  let callbacks: [[GuestValue]]
  /// The calls of peripherals' methods.
  let calls: [Journal.Entry.Event]
  let files: ScriptFiles
  /// The short messages that the module has sent.
  let messages: [ShortMessage]
  /// The tones that it has sent in calls.
  let tones: String
}

extension Scenario.Check {
  /// In what it was not as expected, as a clause; nil if it was.
  ///
  /// - Throws: If it takes too long to say.
  func failure(in seen: Observations) throws(Pattern.TooCostly) -> String? {
    switch self {
    case .consoleContains(let text):
      seen.console.contains(text) ? nil : "the console does not contain \(quoted(text))"
    case .consoleLacks(let text):
      seen.console.contains(text) ? "the console contains \(quoted(text))" : nil
    case .consoleMatches(let pattern):
      try pattern.matches(seen.console)
        ? nil : "nothing on the console matches \(quoted(pattern.text))"
    case .callback(let pattern): callbackFailure(pattern, seen.callbacks)
    case .call(let pattern): callFailure(pattern, seen.calls)
    case .file(let path, let size): fileFailure(path, size, seen.files)
    case .noFile(let path):
      (try? seen.files.status(of: path)) == nil ? nil : "there is \(path)"
    case .message(let text, let number): messageFailure(text, number, seen.messages)
    case .tones(let tones):
      seen.tones.contains(tones)
        ? nil : "the tones \(quoted(tones)) were not sent; \(quoted(seen.tones)) was"
    }
  }

  private func callbackFailure(_ pattern: [JSONNode], _ callbacks: [[GuestValue]]) -> String? {
    guard !callbacks.contains(where: { $0.callBack(as: pattern) }) else { return nil }
    let last = callbacks.last.map { "; the last of \(callbacks.count) had \($0.elements.shown)" }
    return "no call-back had \(JSONNode(.array(pattern)).jsonText())\(last ?? "; there was none")"
  }

  private func callFailure(
    _ pattern: Scenario.CallPattern, _ calls: [Journal.Entry.Event]
  ) -> String? {
    guard !calls.contains(where: pattern.matches) else { return nil }
    let of = calls.filter { $0.isCall(of: pattern.method) }
    let last = of.last.map { "; the last of \(of.count) was \($0.shownCall)" }
    return "no call of \(pattern.method) was like that\(last ?? "; there was none")"
  }

  private func messageFailure(
    _ text: String, _ number: String?, _ messages: [ShortMessage]
  ) -> String? {
    guard !messages.contains(where: { $0.text == text && (number ?? $0.number) == $0.number })
    else { return nil }
    let last = messages.last.map {
      "; the last of \(messages.count) was \(quoted($0.text)) to \($0.number)"
    }
    return "no message \(quoted(text)) was sent\(number.map { " to \($0)" } ?? "")"
      + (last ?? "; there was none")
  }

  private func fileFailure(_ path: String, _ size: Int?, _ files: ScriptFiles) -> String? {
    guard let status = try? files.status(of: path), status.kind == .file else {
      return "there is no file \(path)"
    }
    guard let size, size != status.size else { return nil }
    return "\(path) has \(status.size) bytes, not \(size)"
  }
}

private func quoted(_ text: String) -> String { JSONNode(.string(text)).jsonText() }

extension Scenario.CallPattern {
  func matches(_ event: Journal.Entry.Event) -> Bool {
    guard case .call(method, _, let arguments, let answer, _) = event else { return false }
    if let pattern = self.arguments, !arguments.matches(pattern) { return false }
    guard let pattern = self.answer else { return true }
    if case .success(let value) = answer { return value.matches(pattern) }
    return false
  }
}

extension Journal.Entry.Event {
  fileprivate func isCall(of method: String) -> Bool {
    if case .call(method, _, _, _, _) = self { true } else { false }
  }

  /// A call as `(["a.wav",10]) that gave 0`.
  fileprivate var shownCall: String {
    guard case .call(_, _, let arguments, let answer, _) = self else { return "" }
    let end =
      switch answer {
      case .success(let value): "gave \(value.json.jsonText())"
      case .failure(let exception): "raised \(exception.type)"
      }
    return "with \(arguments.shown) and \(end)"
  }
}

extension [GuestValue] {
  /// Of one list or tuple the elements, which is how most of the vendor's call-backs are described.
  fileprivate var elements: [GuestValue] { count == 1 ? self[0].items ?? self : self }

  /// Whether a call-back with these arguments is one that a pattern describes.
  func callBack(as pattern: [JSONNode]) -> Bool { matches(pattern) || elements.matches(pattern) }

  func matches(_ pattern: [JSONNode]) -> Bool {
    count == pattern.count && zip(self, pattern).allSatisfy { $0.matches($1) }
  }

  fileprivate var shown: String { JSONNode(.array(map(\.json))).jsonText() }
}

extension GuestValue {
  fileprivate func matches(_ pattern: JSONNode) -> Bool {
    if pattern.string == "*" { return true }
    if let values = items, let nodes = pattern.array { return values.matches(nodes) }
    return json == pattern
  }
}
