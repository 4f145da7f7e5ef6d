package import DeviceEmulator
package import JSONText
import ModuleProfiles
import QuecPython

extension Case {
  /// The compiled-in cases, in the order of the files.
  package static let bundled: [Case] = {
    do throws(OutcomeTable.Broken) {
      return try read(VendorModules.quecPython.parts.map(\.cases))
    } catch {
      fatalError("the compiled-in cases are broken: \(error.description)")
    }
  }()

  /// Reads cases from the files of the vendor modules.
  package static func read(_ sources: [JSONSource]) throws(OutcomeTable.Broken) -> [Case] {
    var cases: [Case] = []
    for source in sources {
      do throws(JSONError) {
        cases += try read(source.parse())
      } catch {
        throw OutcomeTable.Broken(source.locate(error.message, at: error.offset))
      }
    }
    return cases
  }

  private static func read(_ root: JSONNode) throws(JSONError) -> [Case] {
    let className = try root.member("class").text()
    var cases: [Case] = []
    for entry in try root.member("rows").members() {
      let row = try RowID("\(className).\(entry.key)", at: entry.keyOffset)
      for node in try entry.value.elements() { cases.append(try Case(node, row: row)) }
    }
    return cases
  }

  private static let keys = [
    "cause", "if", "unless", "under", "provenance", "only", "steps", "gives",
  ]

  private init(_ node: JSONNode, row: RowID) throws(JSONError) {
    for member in try node.members() where !Self.keys.contains(member.key) {
      throw JSONError(message: "a case has no \(member.key)", offset: member.keyOffset)
    }
    self.row = row
    cause = try node.member("cause").text()
    condition = Condition(
      features: try node.words("if"), lackedFeatures: try node.words("unless"),
      policy: try node["under"]?.word())
    var steps: [Step] = []
    for step in try node.member("steps").elements() { steps.append(try Step(step)) }
    self.steps = steps
    guard !steps.isEmpty else {
      throw JSONError(message: "a case has at least one step", offset: node.offset)
    }
    made = try node["gives"].map { gives throws(JSONError) in try Made(gives) }
    provenance = try node["provenance"]?.word()
    let only: OnlyDriver? = try node["only"]?.word()
    needsSwift = only == .swift
  }
}

/// The drivers that a case can be for alone.
private enum OnlyDriver: String {
  case swift
}

extension RowID {
  /// Splits `Record.start.timer`.
  fileprivate init(_ name: String, at offset: Int) throws(JSONError) {
    guard let dot = name.lastIndex(of: "."),
      let method = OutcomeTables.quecPython.whole.method(named: String(name[..<dot]))
    else { throw JSONError(message: "there is no method for the row \(name)", offset: offset) }
    self.init(method, String(name[name.index(after: dot)...]))
  }
}

extension Step {
  /// A step is an array: a method or a verb, and its arguments.
  fileprivate init(_ node: JSONNode) throws(JSONError) {
    let elements = try node.elements()
    guard let first = elements.first else {
      throw JSONError(message: "a step begins with a method or a verb", offset: node.offset)
    }
    let arguments = Arguments(elements.dropFirst(), of: node)
    let verb = try first.text()
    if let method = OutcomeTables.quecPython.whole.method(named: verb) {
      self = .call(method, try arguments.values())
      return
    }
    switch verb {
    case "wait": self = .wait(milliseconds: try arguments[0].integer())
    case "write": self = .write(path: try arguments[0].text(), try CaseValue(arguments[1]))
    case "folder": self = .makeFolder(path: try arguments[0].text())
    case "open": self = .open(path: try arguments[0].text(), mode: try arguments[1].text())
    case "timers": self = .takeTimers
    case "fill": self = .fill(mount: try arguments[0].text())
    case "fault": self = .inject(try arguments[0].fault())
    case "pin":
      self = .change(.pin(try arguments[0].integer(), try arguments[1].boolean()))
    case "adc":
      self = .change(.adc(try arguments[0].integer(), millivolts: try arguments[1].integer()))
    case "i2c":
      let place = I2CPlace(bus: try arguments[0].integer(), address: try arguments[1].integer())
      self = .change(.i2c(place, .registers(RegisterMap())))
    case "powerKey": self = .change(.powerKey(isPressed: try arguments[0].boolean()))
    case "usb": self = .change(.usb(isPlugged: try arguments[0].boolean()))
    case "serve":
      self = .change(.serves(try arguments[0].text(), Array(try arguments[1].text().utf8)))
    case "sms":
      self = .change(.message(ShortMessage(try arguments[0].text(), try arguments[1].text())))
    case "call": self = .change(.call(try arguments.callAct()))
    case "location": self = .change(.location(try arguments.location()))
    case "wifi": self = .change(.accessPoints(try arguments.accessPoints()))
    case "heap": self = .leaveHeap(bytes: try arguments[0].integer())
    case "modem": self = .modem(try arguments[0].text(), try GuestValue(plain: arguments[1]))
    default:
      throw JSONError(message: "there is no method and no verb \(verb)", offset: first.offset)
    }
  }

  /// What follows the verb of a step.
  private struct Arguments {
    private let nodes: [JSONNode]
    private let step: JSONNode

    init(_ nodes: ArraySlice<JSONNode>, of step: JSONNode) {
      self.nodes = Array(nodes)
      self.step = step
    }

    subscript(index: Int) -> JSONNode {
      get throws(JSONError) {
        guard nodes.indices.contains(index) else {
          throw JSONError(message: "this step lacks an argument", offset: step.offset)
        }
        return nodes[index]
      }
    }

    /// What the other side of a call does, in a word, and with a number or keys.
    func callAct() throws(JSONError) -> CallAct {
      let word = try self[0].text()
      switch word {
      case "calls": return .calls(try self[1].text())
      case "presses": return .presses(try self[1].text())
      case "alerts": return .alerts
      case "answers": return .answers
      case "refuses": return .refuses
      case "hangsUp": return .hangsUp
      default:
        throw JSONError(message: "nobody \(word) in a call", offset: step.offset)
      }
    }

    /// Degrees of longitude and latitude and a distance; nil without any.
    func location() throws(JSONError) -> Location? {
      guard !nodes.isEmpty else { return nil }
      var degrees: [Double] = []
      for node in nodes.prefix(2) { degrees.append(node.double ?? 0) }
      return Location(
        longitude: degrees[0], latitude: degrees[1], accuracy: try self[2].integer())
    }

    /// Pairs of an address and a strength.
    func accessPoints() throws(JSONError) -> [AccessPoint] {
      var points: [AccessPoint] = []
      for node in nodes {
        let pair = try node.elements()
        points.append(AccessPoint(try pair[0].text(), try pair[1].integer()))
      }
      return points
    }

    func values() throws(JSONError) -> [CaseValue] {
      var values: [CaseValue] = []
      for node in nodes { values.append(try CaseValue(node)) }
      return values
    }
  }
}

extension CaseValue {
  fileprivate init(_ node: JSONNode) throws(JSONError) {
    guard let kind = node.object?.first?.key else {
      self = .plain(try GuestValue(plain: node))
      return
    }
    let value = try node.member(kind)
    switch kind {
    case "tuple": self = .plain(try GuestValue(plain: node))
    case "repeat":
      self = .repeated(
        try value.text(), times: try node.member("times").integer(),
        then: try node["then"]?.text() ?? "")
    case "bytes": self = .bytes(try value.hexadecimal())
    case "buffer": self = .buffer(count: try value.integer())
    case "callback": self = .callback
    case "ramp": self = .ramp(from: try node["from"]?.integer() ?? 0, count: try value.integer())
    case "sound": self = .sound(milliseconds: try value.integer())
    case "channel": self = try value.text() == "first" ? .firstChannel : .absentChannel
    default: throw JSONError(message: "there is no value of the kind \(kind)", offset: node.offset)
    }
  }
}

extension Made {
  /// What tables leave places for in call-backs.
  private static let places = [
    "path", "length", "pin", "edge", "id", "state", "status", "lac", "cid", "act",
    "progress", "sim", "index", "store", "number", "cause", "type", "event", "direction",
    "release", "key", "count", "list",
  ]

  fileprivate init(_ node: JSONNode) throws(JSONError) {
    if let number = node["object"] {
      self = .object(try number.integer())
    } else if let bytes = node["filled"] {
      self = .filled(try bytes.hexadecimal())
    } else if let size = node["audio"] {
      self = .size(audio: try size.integer(), header: try node.member("header").integer())
    } else if let field = node["identity"] {
      self = .identity(try field.text())
    } else if node["tuple"] != nil {
      self = .plain(try GuestValue(plain: node))
    } else if let members = node.object, members.allSatisfy({ Self.places.contains($0.key) }) {
      var places: [String: GuestValue] = [:]
      for member in try node.members() {
        places["{\(member.key)}"] = try GuestValue(plain: member.value)
      }
      self = .places(places)
    } else if node.object != nil {
      self = .data(try CaseValue(node))
    } else {
      self = .plain(try GuestValue(plain: node))
    }
  }
}

extension JSONNode {
  /// One of the words of an enumeration.
  func word<Word: RawRepresentable<String>>() throws(JSONError) -> Word {
    guard let word = Word(rawValue: try text()) else {
      throw JSONError(message: "\(try text()) is not one of the words known here", offset: offset)
    }
    return word
  }

  /// The words of a member that may be left out.
  fileprivate func words<Word: RawRepresentable<String>>(
    _ key: String
  ) throws(JSONError) -> [Word] {
    var words: [Word] = []
    for node in try self[key]?.elements() ?? [] { words.append(try node.word()) }
    return words
  }

  fileprivate func boolean() throws(JSONError) -> Bool {
    guard let bool else { throw JSONError(message: "true or false belongs here", offset: offset) }
    return bool
  }

  fileprivate func fault() throws(JSONError) -> Fault {
    let words = try text()
    do throws(Fault.Malformed) {
      return try Fault(words, among: .quecPython)
    } catch {
      throw JSONError(message: error.description, offset: offset)
    }
  }

  fileprivate func hexadecimal() throws(JSONError) -> [UInt8] {
    guard let bytes = [UInt8](hexadecimal: try text()) else {
      throw JSONError(message: "bytes are pairs of hexadecimal digits", offset: offset)
    }
    return bytes
  }
}

extension [UInt8] {
  /// Bytes from pairs of hexadecimal digits; nil if it is something else.
  init?(hexadecimal text: String) {
    let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    guard digits.count == text.utf8.count, digits.count % 2 == 0 else { return nil }
    self = stride(from: 0, to: digits.count, by: 2).map {
      UInt8(digits[$0] << 4 | digits[$0 + 1])
    }
  }
}
