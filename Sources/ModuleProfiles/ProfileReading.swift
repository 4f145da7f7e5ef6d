import JSONText

/// Reads profile files, a base before what extends it, and collects their facts and problems.
struct ProfileReading {
  private(set) var facts: [String: ProfileFact] = [:]
  private(set) var problems: [ProfileProblem] = []
  /// The paths of values that are none.
  private(set) var refused: Set<String> = []
  private var source = JSONSource(name: "", bytes: [])
  /// Those of the file; nil while its header is read, which states no facts.
  private var sources: [String: FactSource]?
  /// The keys that lead to the current node, joined by dots, and the offset of the last.
  private var path = ""
  private var keyOffset = 0
  private(set) var isTrusted = false

  /// Reads what a file says about itself; keys of the model are left for `readProfile`.
  mutating func readHeader(_ root: JSONNode, of source: JSONSource) -> ProfileHeader {
    self.source = source
    var header = ProfileHeader()
    read(root, into: &header, by: ProfileFields.header, others: .areIgnored)
    return header
  }

  /// Lets a file override what its bases said about the model.
  ///
  /// - Parameter isTrusted: Whether it was checked when the emulator was built, so that no name in it need be looked up.
  mutating func readProfile(
    _ root: JSONNode, of source: JSONSource, _ header: ProfileHeader, isTrusted: Bool,
    into profile: inout ModuleProfile
  ) {
    self.source = source
    self.isTrusted = isTrusted
    sources = header.sources
    read(root, into: &profile, by: ProfileFields.profile, others: .areHeaderKeys)
  }

  enum OtherKeys { case areWrong, areHeaderKeys, areIgnored }

  /// Reads an object; each key has its field.
  mutating func read<Root>(
    _ node: JSONNode, into root: inout Root, by fields: [Field<Root>],
    others: OtherKeys = .areWrong
  ) {
    readMembers(of: node) { member, reading in
      if let field = fields.first(where: { $0.key == member.key }) {
        field.read(member.value, &root, &reading)
      } else {
        switch others {
        case .areIgnored: break
        case .areHeaderKeys where ProfileFields.headerKeys.contains(member.key): break
        case .areHeaderKeys: reading.reportUnknown(member, known: ProfileFields.keys)
        case .areWrong: reading.reportUnknown(member, known: fields.map(\.key))
        }
      }
    }
  }

  /// Visits the members of an object; the path follows.
  mutating func readMembers(
    of node: JSONNode, _ visit: (JSONMember, inout ProfileReading) -> Void
  ) {
    guard let members = node.object else {
      let what = path.isEmpty ? "a profile" : "\"\(path)\""
      return report("\(what) must be an object, not \(node.value.kindName)", at: node.offset)
    }
    let outer = (path, keyOffset)
    for member in members {
      path = outer.0.isEmpty ? member.key : "\(outer.0).\(member.key)"
      keyOffset = member.keyOffset
      visit(member, &self)
    }
    (path, keyOffset) = outer
  }

  /// The node as a Swift value, or nil and a problem.
  mutating func convert<Value>(_ node: JSONNode, _ kind: ValueKind<Value>) -> Value? {
    do throws(Mismatch) {
      return try kind.convert(node)
    } catch {
      refused.insert(path)
      let found = error.found.jsonText()
      let shown = found.utf8.count <= 60 ? found : error.found.value.kindName
      report(
        "\"\(path)\" must be \(error.expected), not \(shown)\(error.hint)", at: error.found.offset)
      return nil
    }
  }

  /// The current node is a fact; where it comes from is found in the file's sources.
  mutating func addFact(_ node: JSONNode) {
    guard let sources else { return }
    let given = sources.covering(path).flatMap { sources[$0] }
    facts[path] = ProfileFact(
      path: path, value: node, provenance: given?.provenance ?? .unknown,
      source: given?.source ?? "", file: source.name, offset: keyOffset)
  }

  mutating func report(_ message: String, at offset: Int) {
    problems.append(source.problem(message, at: offset))
  }

  private mutating func reportUnknown(_ member: JSONMember, known: [String]) {
    report(
      "there is no key \"\(member.key.prefix(80))\" here\(suggestion(for: member.key, in: known))",
      at: member.keyOffset)
  }
}

extension [String: FactSource] {
  /// The key of the source that covers a path: the longest of its beginnings.
  func covering(_ path: String) -> String? {
    var beginning = path
    while self[beginning] == nil {
      guard let dot = beginning.utf8.lastIndex(of: UInt8(ascii: ".")) else { return nil }
      beginning = String(beginning[..<dot])
    }
    return beginning
  }
}

extension JSONSource {
  func problem(_ message: String, at offset: Int) -> ProfileProblem {
    let (line, column) = position(of: offset)
    return ProfileProblem(file: name, line: line, column: column, message: message)
  }
}
