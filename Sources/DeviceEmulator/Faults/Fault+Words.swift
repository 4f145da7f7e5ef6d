public import ModuleProfiles

extension Fault {
  /// Why words describe no fault, in a clause that names the field and the words that would do.
  public struct Malformed: Error, Equatable, CustomStringConvertible, Sendable {
    /// Such as `what=raed is unknown; did you mean "read"? It is replace, open, …`.
    public let description: String
  }

  fileprivate enum Field: String, CaseIterable {
    case what, when, times, file, call, row

    static var words: [String] { allCases.map { $0.rawValue } }
  }

  /// Reads a fault's words: fields such as `when=call:2`, in any order, between blanks. All but `what`
  /// may be left out: then it fails from now on, always, whatever the file. `what=row` has `call` and
  /// `row` too.
  ///
  /// - Parameter tables: Whose calls can be refused.
  public init(_ words: String, among tables: OutcomeTables) throws(Malformed) {
    let fields = try Self.fields(of: words)
    guard let word = fields[.what] else {
      throw Malformed(description: "what= is missing. It is \(listed(What.words, "or"))")
    }
    guard let what = What(rawValue: word) else {
      throw Malformed(
        description: "what=\(word) is unknown\(hint(word, What.words)) It is "
          + listed(What.words, "or"))
    }
    let when = try fields[.when].map { word throws(Malformed) in try When(word, of: what) }
    let times = try fields[.times].map(Self.times) ?? nil
    if let file = fields[.file], !what.isOfFlash || file.isEmpty {
      let others = What.allCases.filter(\.isOfFlash).map { $0.rawValue }
      throw Malformed(
        description: file.isEmpty
          ? "file= names no file"
          : "file=\(file) does not go with what=\(word), only with \(listed(others, "or"))")
    }
    let row = try Refusal(fields, of: what, among: tables)
    guard let row else {
      self.init(what, when: when ?? .now, times: times, file: fields[.file])
      return
    }
    try self.init(row: row.id, of: row.method, among: tables, when: when ?? .now, times: times)
  }

  private static func fields(of words: String) throws(Malformed) -> [Field: String] {
    var fields: [Field: String] = [:]
    for word in words.split(whereSeparator: \.isWhitespace) {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let field = Field(rawValue: String(parts[0])) else {
        throw Malformed(
          description: "a fault has no field \"\(parts[0])\""
            + hint(String(parts[0]), Field.words) + " It has \(listed(Field.words, "and"))")
      }
      guard parts.count == 2 else { throw Malformed(description: "\(field) lacks its =") }
      guard fields.updateValue(String(parts[1]), forKey: field) == nil else {
        throw Malformed(description: "\(field)= is given twice")
      }
    }
    return fields
  }

  private static func times(_ word: String) throws(Malformed) -> Int? {
    switch (word, Int(word)) {
    case ("always", _): return nil
    case ("once", _): return 1
    case (_, let count?) where count > 0: return count
    default:
      throw Malformed(
        description: "times=\(word) is unknown\(hint(word, ["once", "always"])) It is once, "
          + "always or a whole number above 0")
    }
  }
}

extension Fault.Refusal {
  /// The row that `call=` and `row=` name; nil where neither is there and none is needed.
  fileprivate init?(
    _ fields: [Fault.Field: String], of what: Fault.What, among tables: OutcomeTables
  ) throws(Fault.Malformed) {
    let given = [Fault.Field.call, .row].filter { fields[$0] != nil }
    guard what == .row else {
      if given.isEmpty { return nil }
      throw Fault.Malformed(
        description: "\(given[0])= does not go with what=\(what.rawValue), only with row")
    }
    guard let call = fields[.call], let id = fields[.row] else {
      throw Fault.Malformed(
        description: "what=row needs call=, a class and its method, and row=, one of its rows")
    }
    guard let method = tables.of(call.prefix { $0 != "." }).method(named: call)
    else {
      throw Fault.Malformed(
        description:
          "call=\(call) is no method\(hint(call, tables.whole.order.map(\.rawValue))) "
          + "It is a class and its method, with a dot between them")
    }
    try self.init(id, of: method, among: tables)
  }

  /// Checks that a method can be refused so, under one policy at least.
  init(
    _ id: String, of method: DeviceMethod, among tables: OutcomeTables
  ) throws(Fault.Malformed) {
    (self.method, self.id) = (method, id)
    let table = tables.of(method.className)
    let known = Policy.allCases.flatMap { refusals(in: table, under: $0) }
    try check(id, among: known.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }, "")
  }

  /// - Parameter place: Where there are no other rows; empty for nowhere.
  private func check(
    _ id: String, among known: [String], _ place: String
  ) throws(Fault.Malformed) {
    guard !known.contains(id) else { return }
    throw Fault.Malformed(
      description: "row=\(id) is none of the rows that refuse \(method.rawValue)\(place)"
        + "\(hint(id, known)) \(known.count == 1 ? "It is" : "They are") \(listed(known, "and"))")
  }

  private func refusals(in table: OutcomeTable, under policy: Policy) -> [String] {
    table.methods[method]?.refusals(under: policy).map(\.id) ?? []
  }

  fileprivate func check(
    on profile: ModuleProfile, under policy: Policy, _ table: OutcomeTable
  ) throws(Fault.Malformed) {
    for method in [method.constructor, method]
    where profile.availability(of: method) != .works {
      throw Fault.Malformed(
        description:
          "call=\(self.method.rawValue) comes to no row on \(profile.name), whose profile "
          + "decides of \(method.rawValue) by itself")
    }
    try check(id, among: refusals(in: table, under: policy), " under policy \(policy.rawValue)")
  }
}

extension Fault {
  /// Checks that the fault can act on a module: that it has such a row.
  ///
  /// - Parameter table: What the module answers by, for each class.
  /// - Throws: ``Malformed`` if it cannot, with the rows that would do.
  public func check(
    on profile: ModuleProfile, under policy: Policy,
    in table: (_ className: Substring) -> OutcomeTable
  ) throws(Malformed) {
    guard let row else { return }
    try row.check(on: profile, under: policy, table(row.method.className))
  }
}

extension Fault.When {
  /// Reads `now` or a number of what the fault counts in, such as `call:2`.
  fileprivate init(_ word: String, of what: Fault.What) throws(Fault.Malformed) {
    let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let (name, number) = (String(parts[0]), parts.count == 2 ? String(parts[1]) : nil)
    switch (Fault.Unit(rawValue: name), number) {
    case (nil, nil) where name == "now": self = .now
    case (what.unit, let text?):
      guard let when = Self(text, what.unit) else {
        throw Fault.Malformed(
          description: "when=\(word) needs \(what.unit.least) after the colon")
      }
      self = when
    default:
      throw Fault.Malformed(
        description: "when=\(word) is unknown for what=\(what.rawValue)"
          + hint(name, ["now", what.unit.rawValue])
          + " It is now or \(what.unit):N, \(what.unit.meaning)")
    }
  }

  private init?(_ number: String, _ unit: Fault.Unit) {
    switch unit {
    case .call:
      guard let number = Int(number), number > 0 else { return nil }
      self = .call(number)
    case .byte:
      guard let number = Int(number), number >= 0 else { return nil }
      self = .byte(number)
    case .second:
      guard let number = Double(number), (0...1e9).contains(number) else { return nil }
      self = .second(.seconds(number))
    }
  }
}

extension Fault.Unit {
  fileprivate var least: String {
    switch self {
    case .call: "a whole number above 0"
    case .byte: "a whole number from 0 on"
    case .second: "a number of seconds from 0 on"
    }
  }

  fileprivate var meaning: String {
    switch self {
    case .call: "where the next one is number 1"
    case .byte: "the bytes that still go onto the flash"
    case .second: "the seconds of a recording that still go well"
    }
  }
}

extension Fault: CustomStringConvertible {
  /// The fault in the words that ``init(_:)`` reads.
  public var description: String {
    var words = ["what=\(what.rawValue)", "when=\(when.word)"]
    if let times { words.append("times=\(times == 1 ? "once" : String(times))") }
    if let file { words.append("file=\(file)") }
    if let row { words += ["call=\(row.method.rawValue)", "row=\(row.id)"] }
    return words.joined(separator: " ")
  }
}

extension Fault.When {
  /// A number without needless digits.
  private static func plain(_ number: Double) -> String {
    Int(exactly: number).map { String($0) } ?? String(number)
  }

  fileprivate var word: String {
    switch self {
    case .now: "now"
    case .call(let number): "call:\(number)"
    case .byte(let number): "byte:\(number)"
    case .second(let time): "second:\(Self.plain(time / .seconds(1)))"
    }
  }
}

extension Fault.What {
  fileprivate static var words: [String] { allCases.map { $0.rawValue } }
}

/// `; did you mean "X"?`, or a full stop if no word is close.
private func hint(_ word: String, _ known: [String]) -> String {
  nearest(word, in: known).map { "; did you mean \"\($0)\"?" } ?? "."
}

/// `a, b or c`.
private func listed(_ words: [String], _ last: String) -> String {
  words.count < 2
    ? words.first ?? "" : words.dropLast().joined(separator: ", ") + " \(last) " + words.last!
}
