import AudioEngine
import DeviceEmulator
import GuestRuntime
import JSONText
import ModuleProfiles
import QuecPython

extension Scenario {
  /// Reads a scenario and all that it names.
  ///
  /// - Parameters:
  ///   - seed: What noise derives from.
  ///   - check: Refuses a fault that the module cannot have.
  /// - Throws: `Complaint` with every mistake on a line of its own, with file, line and column.
  init(
    _ path: String, seed: UInt64, checkingFaults check: @escaping FaultCheck
  ) throws(Complaint) {
    let bytes = try HostFile.input("the scenario", path, limit: 1 << 20)
    try self.init(JSONSource(name: path, bytes: bytes), seed: seed, checkingFaults: check)
  }

  typealias FaultCheck = (Fault) throws(Fault.Malformed) -> Void

  init(
    _ source: JSONSource, seed: UInt64, checkingFaults check: @escaping FaultCheck = { _ in }
  ) throws(Complaint) {
    var reading = ScenarioReading(source, seed: seed, check)
    do throws(JSONError) {
      self = reading.scenario(try source.parse())
    } catch {
      throw Complaint(.badData, source.locate(error.message, at: error.offset))
    }
    guard reading.problems.isEmpty else {
      throw Complaint(.badData, reading.problems.joined(separator: "\n"))
    }
  }
}

/// Reads a scenario's JSON and collects what is wrong with it. `Profiles/scenario.schema.json` says the
/// same for editors; a test compares their verdicts.
struct ScenarioReading {
  private let source: JSONSource
  private let seed: UInt64
  private let checkFault: Scenario.FaultCheck
  private(set) var problems: [String] = []

  init(_ source: JSONSource, seed: UInt64, _ checkFault: @escaping Scenario.FaultCheck) {
    (self.source, self.seed, self.checkFault) = (source, seed, checkFault)
  }

  mutating func scenario(_ root: JSONNode) -> Scenario {
    var (events, expectations): ([Scenario.Event], [Scenario.Expectation]) = ([], [])
    let keys = ["$schema", "description", "events", "expect"]
    for member in members(of: root, "a scenario") {
      switch member.key {
      case "$schema", "description": _ = text(member.value, member.key)
      case "events":
        for node in elements(of: member) { if let made = event(node) { events.append(made) } }
      case "expect":
        for node in elements(of: member) {
          guard let check = choose(node, "an expectation", from: Self.checks) else { continue }
          expectations.append(.init(check: check, place: source.locate("", at: node.offset)))
        }
      default: reportUnknown(member, among: keys)
      }
    }
    let ordered = events.enumerated().sorted { $0.1.order($0.0) < $1.1.order($1.0) }
    return Scenario(events: ordered.map { $0.element }, expectations: expectations)
  }

  // MARK: Events and expectations

  /// One kind of event or expectation: known by its key, with other keys that may stand beside it.
  struct Kind<Made>: Sendable {
    let key: String
    var others: [String] = []
    /// Takes the key's value and the object around it.
    let make: @Sendable (inout ScenarioReading, JSONNode, JSONNode) -> Made?
  }

  private static let actions: [Kind<Scenario.Action>] = [
    Kind(key: "pin", others: ["level"]) { this, pin, event in
      guard let number = this.integer(pin, "pin", in: 0...255) else { return nil }
      return this.level(of: event).map { .world(.pin(number, $0)) }
    },
    Kind(key: "adc", others: ["millivolts"]) { this, adc, event in
      guard let number = this.integer(adc, "adc", in: 0...3) else { return nil }
      return this.integer(event["millivolts"] ?? event, "millivolts", in: 0...100_000)
        .map { .world(.adc(number, millivolts: $0)) }
    },
    Kind(key: "battery") { this, node, _ in
      this.integer(node, "battery", in: 0...100_000).map { .world(.battery(millivolts: $0)) }
    },
    Kind(key: "powerKey") { this, node, _ in
      this.integer(node, "powerKey", in: 0...1).map { .world(.powerKey(isPressed: $0 == 1)) }
    },
    Kind(key: "usb") { this, node, _ in
      this.integer(node, "usb", in: 0...1).map { .world(.usb(isPlugged: $0 == 1)) }
    },
    i2c, spi, uart, sms, call, location, wifi, server,
    Kind(key: "microphone") { this, node, _ in this.microphone(node).map { .microphone($0) } },
    Kind(key: "fault") { this, node, _ in this.fault(node).map { .fault($0) } },
    Kind(key: "modem") { this, node, _ in this.modem(node).map { .modem($0) } },
    Kind(key: "screenshot") { this, node, _ in
      guard let name = node.string, name.isNameOfPNG else {
        this.reportKind("screenshot", "a file's name such as menu.png", node)
        return nil
      }
      return .screenshot(name)
    },
    Kind(key: "power") { this, node, _ in
      if node.string == "cut" { return .powerCut }
      this.report("\"power\" must be \"cut\", not \(node.shown)", at: node.offset)
      return nil
    },
  ]

  private static let checks: [Kind<Scenario.Check>] = [
    Kind(key: "consoleContains") { this, node, _ in
      this.text(node, "consoleContains").map { .consoleContains($0) }
    },
    Kind(key: "consoleLacks") { this, node, _ in
      this.text(node, "consoleLacks").map { .consoleLacks($0) }
    },
    Kind(key: "consoleMatches") { this, node, _ in this.pattern(node) },
    Kind(key: "callback") { this, node, _ in this.arguments(node, "callback").map { .callback($0) }
    },
    Kind(key: "method", others: ["args", "gives"]) { this, node, around in
      this.method(node, around).map { .call($0) }
    },
    Kind(key: "file", others: ["size", "exists"]) { this, node, around in this.file(node, around) },
    Kind(key: "tones") { this, node, _ in this.text(node, "tones").map { .tones($0) } },
    Kind(key: "sms", others: ["to"]) { this, node, around in
      guard let text = this.text(node, "sms") else { return nil }
      guard let number = around["to"] else { return .message(text, to: nil) }
      return this.text(number, "to").map { .message(text, to: $0) }
    },
  ]

  private mutating func event(_ node: JSONNode) -> Scenario.Event? {
    let action = choose(node, "an event", from: Self.actions, always: ["at", "when"])
    let before = problems.count
    let trigger = node["when"].flatMap { self.trigger($0) }
    let time = self.time(of: node)
    guard problems.count == before, let time, let action else { return nil }
    return Scenario.Event(trigger: trigger, time: time, action: action)
  }

  /// The time of an event; of one that waits, how long after that it happens.
  private mutating func time(of event: JSONNode) -> Duration? {
    guard let at = event["at"] else {
      if event["when"] != nil { return .zero }
      if event.object != nil {
        report("\"at\" is missing: the event's time in s", at: event.offset)
      }
      return nil
    }
    guard let seconds = at.double, (0...1e9).contains(seconds) else {
      reportKind("at", "a number of seconds from 0 on", at)
      return nil
    }
    return .seconds(seconds)
  }

  private static let triggers: [Kind<Scenario.Trigger.What>] = [
    Kind(key: "console") { this, node, _ in this.text(node, "console").map { .console($0) } },
    Kind(key: "method", others: ["args", "gives"]) { this, node, around in
      this.method(node, around).map { .call($0) }
    },
    Kind(key: "callback") { this, node, _ in this.arguments(node, "callback").map { .callback($0) }
    },
  ]

  private mutating func trigger(_ node: JSONNode) -> Scenario.Trigger? {
    let what = choose(node, "\"when\"", from: Self.triggers, always: ["nth"])
    let count = node["nth"].map { integer($0, "nth", in: 1...1_000_000) } ?? 1
    guard let what, let count else { return nil }
    return Scenario.Trigger(what: what, count: count)
  }

  /// A call of a method, with the arguments and the answer that it is to have.
  private mutating func method(_ node: JSONNode, _ around: JSONNode) -> Scenario.CallPattern? {
    guard let name = text(node, "method") else { return nil }
    guard
      OutcomeTables.quecPython.of(name.prefix { $0 != "." }).method(named: name) != nil
    else {
      let known = OutcomeTables.quecPython.whole.order.map(\.rawValue)
      report("there is no method \(node.shown)\(didYouMean(name, in: known))", at: node.offset)
      return nil
    }
    let given = around["args"]
    let arguments = given.flatMap { self.arguments($0, "args") }
    guard given == nil || arguments != nil else { return nil }
    return Scenario.CallPattern(method: name, arguments: arguments, answer: around["gives"])
  }

  private mutating func arguments(_ node: JSONNode, _ key: String) -> [JSONNode]? {
    guard let elements = node.array else {
      reportKind(key, "an array of the \(key == "args" ? "call" : "call-back")'s arguments", node)
      return nil
    }
    return elements.allSatisfy { canBeArgument($0) } ? elements : nil
  }

  /// Makes what an object describes, by the one of its keys that names a kind.
  private mutating func choose<Made>(
    _ node: JSONNode, _ what: String, from kinds: [Kind<Made>], always: [String] = []
  ) -> Made? {
    let members = members(of: node, what)
    let named = kinds.filter { kind in members.contains { $0.key == kind.key } }
    let keys = kinds.map(\.key)
    guard let kind = named.first else {
      if node.object != nil {
        for member in members where !always.contains(member.key) {
          reportUnknown(member, among: keys)
        }
        report("\(what) has one of \(keys.joined(separator: ", "))", at: node.offset)
      }
      return nil
    }
    let known = always + [kind.key] + kind.others
    for member in members where !known.contains(member.key) {
      if keys.contains(member.key) {
        report(
          "\"\(member.key)\" stands beside \"\(kind.key)\"; make it \(what) of its own",
          at: member.keyOffset)
      } else {
        reportUnknown(member, among: known)
      }
    }
    return node[kind.key].flatMap { kind.make(&self, $0, node) }
  }

  // MARK: Values

  /// A pin's level: high, low, or nil for one that nobody drives.
  private mutating func level(of event: JSONNode) -> Bool?? {
    switch event["level"]?.value {
    case .int(1): return .some(true)
    case .int(0): return .some(false)
    case .null: return .some(nil)
    default:
      let node = event["level"]
      report(
        "\"level\" must be 0, 1 or null, which lets the pin float"
          + (node.map { ", not \($0.shown)" } ?? ""), at: (node ?? event).offset)
      return nil
    }
  }

  /// Where the scenario stands, if not in the current folder: its paths start from there.
  private var folder: String? {
    let parts = source.name.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    return parts.isEmpty ? nil : parts.joined(separator: "/")
  }

  /// What a file of the host holds.
  mutating func contents(of node: JSONNode) -> [UInt8]? {
    guard let path = text(node, "file") else { return nil }
    let full = path.hasPrefix("/") ? path : folder.map { "\($0)/\(path)" } ?? path
    do throws(Complaint) {
      return try HostFile.input("what is served", full, limit: 16 << 20)
    } catch {
      report(error.message, at: node.offset)
      return nil
    }
  }

  private mutating func microphone(_ node: JSONNode) -> (any Microphone)? {
    guard let words = text(node, "microphone") else { return nil }
    guard !words.contains("\0") else {
      report("\"microphone\" holds a NUL, which no path does", at: node.offset)
      return nil
    }
    let value = Settings.Value(text: words, origin: "\"microphone\"", folder: folder)
    do {
      let microphone = try AudioInput.microphone(value, seed: seed)
      if !microphone.isLive { return microphone }
      report(
        "\"microphone\" must not be live: tone:HZ, file:PATH[,loop], noise or silence",
        at: node.offset)
    } catch let error as UsageError {
      report(error.message, at: node.offset)
    } catch {
      report((error as? Complaint)?.message ?? "\(error)", at: node.offset)
    }
    return nil
  }

  private mutating func fault(_ node: JSONNode) -> Fault? {
    guard let words = text(node, "fault") else { return nil }
    do throws(Fault.Malformed) {
      let fault = try Fault(words, among: .quecPython)
      try checkFault(fault)
      return fault
    } catch {
      report(error.description, at: node.offset)
      return nil
    }
  }

  private mutating func modem(_ node: JSONNode) -> Scenario.ModemChange? {
    let keys = WorldInput.all.map(\.key)
    let members = members(of: node, "\"modem\"")
    if node.object?.isEmpty == true {
      report("\"modem\" has one of \(keys.joined(separator: ", "))", at: node.offset)
    }
    var change = Scenario.ModemChange()
    let before = problems.count
    for member in members {
      guard let input = WorldInput.named(member.key) else {
        reportUnknown(member, among: keys)
        continue
      }
      if let value = value(member.value, for: input) { change.values.append((input, value)) }
    }
    return problems.count == before && !members.isEmpty ? change : nil
  }

  /// The value of an input; nil if it takes none such.
  private mutating func value(_ node: JSONNode, for input: WorldInput) -> GuestValue? {
    var world = World()
    if let value = try? GuestValue(plain: node), input.apply(value, to: &world) { return value }
    let hint = input.words.isEmpty ? "" : didYouMean(node.string ?? "", in: input.words)
    report("\"\(input.key)\" must be \(input.takes), not \(node.shown)\(hint)", at: node.offset)
    return nil
  }

  private mutating func pattern(_ node: JSONNode) -> Scenario.Check? {
    guard let pattern = text(node, "consoleMatches") else { return nil }
    do throws(Pattern.Malformed) {
      return .consoleMatches(try Pattern(pattern))
    } catch {
      report(
        "\"consoleMatches\" is no regular expression: \(node.shown), \(error.message)",
        at: node.offset)
      return nil
    }
  }

  /// Whether a call-back can have such an argument; no module hands over an object, nor what is no number.
  private mutating func canBeArgument(_ node: JSONNode) -> Bool {
    if let elements = node.array { return elements.allSatisfy { canBeArgument($0) } }
    guard node.object != nil else { return true }
    report(
      "no call and no call-back has the argument \(node.shown): it is a number, a string, a list or null, or "
        + "\"*\" for any", at: node.offset)
    return false
  }

  private mutating func file(_ node: JSONNode, _ around: JSONNode) -> Scenario.Check? {
    guard let path = text(node, "file") else { return nil }
    guard path.hasPrefix("/") else {
      reportKind("file", "a path on the flash such as /usr/a.wav", node)
      return nil
    }
    var size: Int?
    if let node = around["size"] {
      guard let bytes = integer(node, "size", in: 0...Int(Int32.max)) else { return nil }
      size = bytes
    }
    guard let exists = around["exists"] else { return .file(path, size: size) }
    guard let flag = exists.bool else {
      reportKind("exists", "true or false", exists)
      return nil
    }
    guard flag || size == nil else {
      report("a file that is not to exist has no \"size\"", at: exists.offset)
      return nil
    }
    return flag ? .file(path, size: size) : .noFile(path)
  }

  // MARK: JSON

  private mutating func members(of node: JSONNode, _ what: String) -> [JSONMember] {
    if let members = node.object { return members }
    report("\(what) must be an object, not \(node.value.kindName)", at: node.offset)
    return []
  }

  private mutating func elements(of member: JSONMember) -> [JSONNode] {
    if let elements = member.value.array { return elements }
    reportKind(member.key, "an array", member.value)
    return []
  }

  mutating func text(_ node: JSONNode, _ key: String) -> String? {
    if let text = node.string, !text.isEmpty { return text }
    reportKind(key, "a string that is not empty", node)
    return nil
  }

  mutating func integer(
    _ node: JSONNode, _ key: String, in range: ClosedRange<Int>
  ) -> Int? {
    if let number = node.int, range.contains(number) { return number }
    reportKind(key, "a whole number from \(range.lowerBound) to \(range.upperBound)", node)
    return nil
  }

  mutating func reportKind(_ key: String, _ expected: String, _ node: JSONNode) {
    report("\"\(key)\" must be \(expected), not \(node.shown)", at: node.offset)
  }

  private mutating func reportUnknown(_ member: JSONMember, among known: [String]) {
    report(
      "there is no key \"\(member.key.prefix(80))\" here\(didYouMean(member.key, in: known))",
      at: member.keyOffset)
  }

  mutating func report(_ message: String, at offset: Int) {
    problems.append(source.locate(message, at: offset))
  }
}

extension String {
  /// Whether it is a name of its own, without a folder.
  fileprivate var isNameOfPNG: Bool {
    hasSuffix(".png") && count > 4 && !hasPrefix(".") && !contains("/") && !contains("\0")
  }
}

extension JSONNode {
  /// The value for a message: itself if it is short.
  var shown: String {
    let text = jsonText()
    return text.utf8.count <= 60 ? text : value.kindName
  }
}

extension Scenario.Event {
  /// Where it stands among the events, given its place in the file.
  fileprivate func order(_ index: Int) -> (Int, Duration, Int) {
    (trigger == nil ? 0 : 1, time, index)
  }
}
