package import JSONText
public import ModuleProfiles

/// All rows of all methods: what every call does, as data, with its source.
///
/// The gate decides by it; its files stand in the folders of the vendor modules, one for each class.
public struct OutcomeTable: Equatable, Sendable {
  /// The methods of all classes; one that is not here, nobody has written down what it does.
  public private(set) var methods: [DeviceMethod: MethodOutcomes]
  /// The methods in the order of the files.
  public private(set) var order: [DeviceMethod] = []
  /// How scripts reach the methods of each class.
  private var kinds: [String: ClassKind] = [:]
  /// The classes whose calls are only in a trace of the whole module.
  private var quietClasses: Set<String> = []
  /// What `repr` shows of an object of a class, where that is not `<Name>`.
  private var texts: [String: String] = [:]
  /// The classes whose objects the module keeps, so that its collector never finds one.
  private var keptClasses: Set<String> = []
  /// The classes whose objects scripts poll for bytes.
  private var streamClasses: Set<String> = []
  /// The constants of all classes.
  public var constants: [ClassConstant] = []
  /// Where each class's outcomes were read, by how they are known.
  private var sources: [String: [Provenance: String]] = [:]

  /// What is wrong in a table's file: `file:line:column: message`.
  public struct Broken: Error, Equatable, CustomStringConvertible, Sendable {
    /// The whole sentence.
    public let description: String

    /// - Parameter description: The whole sentence.
    package init(_ description: String) { self.description = description }
  }

  /// Reads the table from its files, one for each class.
  init(_ sources: [JSONSource]) throws(Broken) {
    methods = [:]
    for source in sources {
      do throws(JSONError) {
        try read(source.parse())
      } catch {
        throw Broken(source.locate(error.message, at: error.offset))
      }
    }
  }

  private mutating func read(_ root: JSONNode) throws(JSONError) {
    let className = try root.member("class").text()
    kinds[className] = try root["kind"]?.classKind() ?? .objects
    if root["isQuiet"]?.bool ?? false { quietClasses.insert(className) }
    if root["isKept"]?.bool ?? false { keptClasses.insert(className) }
    if root["isStream"]?.bool ?? false { streamClasses.insert(className) }
    texts[className] = try root["repr"]?.text()
    for entry in try root.member("sources").members() {
      guard let provenance = Provenance(rawValue: entry.key) else {
        throw JSONError(message: "there is no such provenance", offset: entry.keyOffset)
      }
      sources[className, default: [:]][provenance] = try entry.value.text()
    }
    for node in try root["constants"]?.elements() ?? [] {
      constants.append(try ClassConstant(node, of: className))
    }
    for entry in try root.member("methods").members() {
      let method = DeviceMethod("\(className).\(entry.key)")
      methods[method] = try MethodOutcomes(entry.value)
      order.append(method)
    }
  }
}

extension OutcomeTable {
  /// The method of a name; nil if there is none.
  public func method(named name: String) -> DeviceMethod? {
    let method = DeviceMethod(name)
    return methods[method] == nil ? nil : method
  }

  /// How scripts reach the methods of a class.
  package func kind(of className: Substring) -> ClassKind { kinds[String(className)] ?? .objects }

  /// What `repr` shows of an object of a class; nil for `<Name>`.
  package func text(of className: String) -> String? { texts[className] }

  /// Whether the module keeps the objects of a class, so that its collector never finds one that a script drops.
  package func isKept(_ className: String) -> Bool { keptClasses.contains(className) }

  /// Whether scripts poll objects of a class for bytes, with `uselect`.
  package func isStream(_ className: String) -> Bool { streamClasses.contains(className) }

  /// Whether the calls of a class are only in a trace of the whole module: what a script does beside recording and
  /// playing.
  package func isQuiet(_ className: Substring) -> Bool {
    quietClasses.contains(String(className))
  }

  /// Where what is known of a class in this way was read; empty if the table does not say.
  public func source(of provenance: Provenance, for className: Substring) -> String {
    sources[String(className)]?[provenance] ?? ""
  }

  /// The table with another outcome in one of its cells; for checking those who are to notice.
  ///
  /// - Parameter row: The row's id, as `timer`.
  package func replacing(
    _ row: String, of method: DeviceMethod, under policy: Policy, with effect: Outcome.Effect
  ) -> OutcomeTable {
    var table = self
    table.methods[method] = methods[method]?.replacing(
      row, under: policy, with: Outcome(effect: effect, provenance: .ruled))
    return table
  }
}

extension MethodOutcomes {
  fileprivate func replacing(
    _ id: String, under policy: Policy, with outcome: Outcome
  ) -> MethodOutcomes {
    MethodOutcomes(
      signature: signature, takes: takes, asksHeap: asksHeap, dropsFunctions: dropsFunctions,
      rows: rows.map { $0.id == id ? $0.replacing(policy, with: outcome) : $0 },
      callbacks: callbacks.map { $0.id == id ? $0.replacing(policy, with: outcome) : $0 },
      observedOrder: observedOrder)
  }
}

extension OutcomeRow {
  fileprivate func replacing(_ policy: Policy, with outcome: Outcome) -> OutcomeRow {
    OutcomeRow(
      id: id, when: when, documented: policy == .documented ? outcome : documented,
      observed: policy == .observed ? outcome : observed)
  }
}

/// How scripts reach what a table describes.
package enum ClassKind: String, Sendable {
  /// A class of the module, with methods of its objects.
  case objects
  /// Such a class that stands in place of its module: `import osTimer` gives the class.
  case itself
  /// A class whose methods are called on the class.
  case statics
  /// The module's own functions.
  case functions

  /// Whether the methods are called on an object.
  package var hasObjects: Bool { self == .objects || self == .itself }
}

extension JSONNode {
  fileprivate func classKind() throws(JSONError) -> ClassKind {
    guard let kind = ClassKind(rawValue: try text()) else {
      throw JSONError(message: "a kind is objects, itself, statics or functions", offset: offset)
    }
    return kind
  }
}

/// A constant of a class. A policy that does not know it has no value.
public struct ClassConstant: Equatable, Sendable {
  /// The class, such as `Record`.
  public let className: String
  /// As scripts spell it.
  public let name: String
  /// Its value by the vendor's page.
  public let documented: Int?
  /// Its value by the firmware.
  public let observed: Int?
  /// The only platform that has it, if it is one.
  public let platform: String?

  /// Whether it stands for one of each pin of the model, with the pin's number after the name and as the value.
  private let isPerPin: Bool

  func on(_ profile: ModuleProfile, under policy: Policy) -> [(name: String, value: Int)] {
    guard platform == nil || platform == profile.platform,
      let value = policy == .documented ? documented : observed
    else { return [] }
    guard isPerPin else { return [(name, value)] }
    return (1...profile.pins.count).map { ("\(name)\($0)", $0) }
  }

  fileprivate init(_ node: JSONNode, of className: String) throws(JSONError) {
    self.className = className
    name = try node.member("name").text()
    documented = try node.member("documented").int
    observed = try node.member("observed").int
    platform = try node["platform"]?.text()
    isPerPin = node["perPin"]?.bool ?? false
  }
}

extension MethodOutcomes {
  fileprivate init(_ node: JSONNode) throws(JSONError) {
    signature = try node.member("signature").text()
    takes = try Signature(node.member("takes"), order: node["looksAt"])
    asksHeap = node["asksHeap"]?.bool ?? false
    dropsFunctions = node["dropsFunctions"]?.bool ?? false
    rows = try OutcomeRow.read(node.member("rows"), Outcome.effect)
    callbacks =
      try node["callbacks"].map { node throws(JSONError) in
        try OutcomeRow.read(node, Outcome.callback)
      } ?? []
    if let order = node["observedOrder"] {
      var ids: [String] = []
      for id in try order.elements() { ids.append(try id.text()) }
      observedOrder = ids
    } else {
      observedOrder = nil
    }
  }
}

extension OutcomeRow {
  /// Reads the rows of a list.
  ///
  /// - Parameter effect: Reads what is in their cells.
  fileprivate static func read(
    _ node: JSONNode, _ effect: Outcome.ReadEffect
  ) throws(JSONError) -> [OutcomeRow] {
    var rows: [OutcomeRow] = []
    for row in try node.elements() { rows.append(try OutcomeRow(row, effect)) }
    return rows
  }

  private init(_ node: JSONNode, _ effect: Outcome.ReadEffect) throws(JSONError) {
    id = try node.member("id").text()
    when = try node.member("when").text()
    documented = try Outcome.read(node.member("documented"), column: .documented, effect)
    observed = try Outcome.read(node.member("observed"), column: .observed, effect)
  }
}

extension Outcome {
  fileprivate typealias ReadEffect = (JSONNode) throws(JSONError) -> Effect

  /// Reads a cell; null is no outcome. Without a word on it, a cell's provenance is its column's.
  fileprivate static func read(
    _ node: JSONNode, column: Provenance, _ effect: ReadEffect
  ) throws(JSONError) -> Outcome? {
    if node.isNull { return nil }
    return Outcome(
      effect: try effect(node), provenance: try provenance(of: node) ?? column,
      page: try node["page"]?.text())
  }

  fileprivate static func callback(of node: JSONNode) throws(JSONError) -> Effect {
    .callsBack(try GuestValue(plain: node.member("callback")))
  }

  fileprivate static func effect(of node: JSONNode) throws(JSONError) -> Effect {
    if let value = node["return"] { return .returns(try GuestValue(plain: value)) }
    if let value = node["value"] {
      guard let product = Product(rawValue: try value.text()) else {
        throw JSONError(message: "no call makes such a value", offset: value.offset)
      }
      return .makes(product)
    }
    if let type = node["raise"] {
      return .raises(type: try type.text(), text: try node.member("text").text())
    }
    if node["missing"] != nil { return .missing }
    throw JSONError(
      message: "an outcome has one of return, value, raise and missing", offset: node.offset)
  }

  private static func provenance(of node: JSONNode) throws(JSONError) -> Provenance? {
    guard let word = node["provenance"] else { return nil }
    guard let provenance = Provenance(rawValue: try word.text()) else {
      throw JSONError(message: "there is no such provenance", offset: word.offset)
    }
    return provenance
  }
}

extension GuestValue {
  /// The value that a JSON text says; an object only as `{"tuple": […]}`.
  package init(plain node: JSONNode) throws(JSONError) {
    switch node.value {
    case .null: self = .none
    case .bool(let value): self = .bool(value)
    case .int(let value): self = .int(value)
    case .double(let value): self = .double(value)
    case .string(let value): self = .string(value)
    case .array(let nodes):
      self = .list(try Self.plain(nodes))
    case .object:
      guard let nodes = node["tuple"]?.array else {
        throw JSONError(message: "a plain value belongs here", offset: node.offset)
      }
      self = .tuple(try Self.plain(nodes))
    }
  }

  private static func plain(_ nodes: [JSONNode]) throws(JSONError) -> [GuestValue] {
    var values: [GuestValue] = []
    for node in nodes { values.append(try GuestValue(plain: node)) }
    return values
  }
}
