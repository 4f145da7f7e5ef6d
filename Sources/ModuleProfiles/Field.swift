import JSONText

/// A key that an object of a profile file may have, and how its value enters `Root`.
struct Field<Root>: Sendable {
  let key: String
  /// The paths, from this key on, that a complete profile states.
  let required: [String]
  let read: @Sendable (JSONNode, inout Root, inout ProfileReading) -> Void

  /// A single value.
  static func value<Value>(
    _ key: String, _ kind: ValueKind<Value>, isRequired: Bool = true,
    _ assign: @escaping @Sendable (inout Root, Value) -> Void
  ) -> Field {
    Field(key: key, required: isRequired ? [key] : []) { node, root, reading in
      guard let value = reading.convert(node, kind) else { return }
      assign(&root, value)
      reading.addFact(node)
    }
  }

  /// An object with known keys.
  static func object(_ key: String, _ fields: [Field]) -> Field {
    Field(key: key, required: fields.flatMap(\.required).map { "\(key).\($0)" }) {
      node, root, reading in
      reading.read(node, into: &root, by: fields)
    }
  }

  /// An object whose keys are data.
  static func map(
    _ key: String,
    _ entry: @escaping @Sendable (String, JSONNode, inout Root, inout ProfileReading) -> Void
  ) -> Field {
    Field(key: key, required: []) { node, root, reading in
      reading.readMembers(of: node) { member, reading in
        entry(member.key, member.value, &root, &reading)
      }
    }
  }
}

/// How a JSON value becomes a Swift value.
struct ValueKind<Value>: Sendable {
  let convert: @Sendable (JSONNode) throws(Mismatch) -> Value
}

/// Why it does not.
struct Mismatch: Error {
  /// What the value must be: "an integer from 1 to 16".
  let expected: String
  let found: JSONNode
  var hint = ""
}

extension ValueKind {
  static func optional<Wrapped>(_ kind: ValueKind<Wrapped>) -> Self where Value == Wrapped? {
    Self { node throws(Mismatch) in try kind.convert(node) }
  }

  static func list<Element>(of kind: ValueKind<Element>) -> Self where Value == [Element] {
    Self { node throws(Mismatch) in
      guard let nodes = node.array else { throw Mismatch(expected: "a list", found: node) }
      var elements: [Element] = []
      for node in nodes { elements.append(try kind.convert(node)) }
      return elements
    }
  }

  /// One of a few words.
  static func word() -> Self
  where Value: RawRepresentable<String> & CaseIterable & Sendable {
    Self { node throws(Mismatch) in
      if let value = node.string.flatMap(Value.init(rawValue:)) { return value }
      throw Mismatch(notAmong: Value.allCases.map(\.rawValue), node)
    }
  }
}

extension ValueKind<Bool> {
  static let flag = ValueKind { node throws(Mismatch) in
    guard let flag = node.bool else { throw Mismatch(expected: "true or false", found: node) }
    return flag
  }
}

extension ValueKind<Int> {
  static func integer(in range: ClosedRange<Int>) -> ValueKind {
    ValueKind { node throws(Mismatch) in
      guard let integer = node.int, range.contains(integer) else {
        throw Mismatch(
          expected: "an integer from \(range.lowerBound) to \(range.upperBound)", found: node)
      }
      return integer
    }
  }

  static func powerOfTwo(in range: ClosedRange<Int>) -> ValueKind {
    ValueKind { node throws(Mismatch) in
      guard let integer = node.int, range.contains(integer), integer.nonzeroBitCount == 1 else {
        throw Mismatch(
          expected: "a power of two from \(range.lowerBound) to \(range.upperBound)", found: node)
      }
      return integer
    }
  }
}

extension ValueKind<String> {
  static let text = text("a text of 1 to 200 printable characters") {
    !$0.isEmpty && $0.unicodeScalars.count <= 200
      && $0.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
  }

  static let imeiPattern = text("15 digits, each # of them drawn from the seed") {
    $0.utf8.count == 15
      && $0.utf8.allSatisfy { $0 == UInt8(ascii: "#") || isDigit($0) }
  }

  private static func text(
    _ expected: String, _ isFine: @escaping @Sendable (String) -> Bool
  ) -> ValueKind {
    ValueKind { node throws(Mismatch) in
      guard let text = node.string, isFine(text) else {
        throw Mismatch(expected: expected, found: node)
      }
      return text
    }
  }
}

extension ValueKind<LocatedName> {
  /// The name of a profile, with its place for later complaints.
  static let profileName = ValueKind { node throws(Mismatch) in
    guard let name = node.string, (1...40).contains(name.utf8.count),
      name.utf8.allSatisfy({ isLetter($0) || isDigit($0) || "-_".utf8.contains($0) }),
      name.utf8.first.map(isLetter) == true
    else {
      throw Mismatch(
        expected: "a name: a letter, then up to 39 letters, digits, - or _", found: node)
    }
    return LocatedName(text: name, offset: node.offset)
  }
}

extension ValueKind<Set<AudioChannel>> {
  static let channels = ValueKind { node throws(Mismatch) in
    let names = AudioChannel.allCases.map(\.name)
    guard let elements = node.array else {
      throw Mismatch(expected: "a list of channels", found: node)
    }
    var channels: Set<AudioChannel> = []
    for element in elements {
      guard let channel = AudioChannel.allCases.first(where: { $0.name == element.string }) else {
        throw Mismatch(notAmong: names, element)
      }
      guard channels.insert(channel).inserted else {
        throw Mismatch(expected: "a list of different channels", found: node)
      }
    }
    return channels
  }
}

extension ValueKind<Availability> {
  static let availability = ValueKind { node throws(Mismatch) in
    let mismatch = Mismatch(expected: #""works", "missing" or {"answers": -1}"#, found: node)
    switch node.value {
    case .string("works"): return .works
    case .string("missing"): return .missing
    case .object(let members):
      if let why = node["why"] { _ = try ValueKind<String>.text.convert(why) }
      let treatment = members.filter { $0.key != "why" }
      guard treatment.count == 1 else { throw mismatch }
      switch (treatment[0].key, treatment[0].value.value) {
      case ("missing", .bool(true)): return .missing
      case ("answers", _):
        let number = ValueKind<Int>.integer(in: -32_768...32_767)
        return .answers(try number.convert(treatment[0].value))
      default: throw mismatch
      }
    default: throw mismatch
    }
  }
}

extension Mismatch {
  /// A word that is none of the known ones.
  init(notAmong words: [String], _ found: JSONNode) {
    expected = words.map { "\"\($0)\"" }.joined(separator: " or ")
    self.found = found
    hint = found.string.map { suggestion(for: $0, in: words) } ?? ""
  }
}

private func isLetter(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
}

private func isDigit(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}
