import DeviceEmulator
import ModuleProfiles

/// A module as the device describes it to the interpreter: what `import` gives, and what its members call.
enum GuestModule {
  /// A member of a module or class.
  indirect enum Member {
    case constant(Int)
    case function(String, Options = [])
    case type(
      name: String, initializer: String?, text: String?, isStream: Bool, [(String, Member)])
  }

  /// How a function is called.
  struct Options: OptionSet {
    let rawValue: Int
    /// It asks for the largest free block.
    static let asksRoom = Options(rawValue: 1)
    /// It is a method that is called on the class.
    static let onClass = Options(rawValue: 2)
    /// The functions that it gets do not go with the object.
    static let keepsFunctions = Options(rawValue: 8)

    fileprivate init(_ method: MethodOutcomes?, _ kind: ClassKind) {
      self = []
      if method?.asksHeap ?? false { insert(.asksRoom) }
      if kind == .statics { insert(.onClass) }
      if !(method?.dropsFunctions ?? false) { insert(.keepsFunctions) }
    }

    init(rawValue: Int) { self.rawValue = rawValue }
  }

  /// A module, or a member that stands in place of one.
  case members([(String, Member)])
  case itself(Member)
  /// A Python package or module, and the path of its folder; nil for a module.
  case source([UInt8], folder: String?)

  /// The description as the wire has it.
  var bytes: [UInt8] {
    var writer = WireWriter()
    switch self {
    case .members(let members): writer.members(members)
    case .itself(let member): writer.member(member)
    case .source(let text, let folder):
      writer.value(
        folder.map { .tuple([.string($0), .bytes(text)]) } ?? .bytes(text))
    }
    return writer.bytes
  }
}

extension WireWriter {
  fileprivate mutating func members(_ members: [(String, GuestModule.Member)]) {
    count("m", members.count)
    for (name, member) in members {
      string(name)
      self.member(member)
    }
  }

  fileprivate mutating func member(_ member: GuestModule.Member) {
    switch member {
    case .constant(let value): int(value)
    case .function(let call, let options):
      count("l", 3)
      string("function")
      string(call)
      int(options.rawValue)
    case .type(let name, let initializer, let text, let isStream, let members):
      count("l", isStream ? 6 : 5)
      string("class")
      string(name)
      optional(initializer)
      optional(text)
      if isStream { string("stream.ready") }
      self.members(members)
    }
  }

  private mutating func optional(_ text: String?) { if let text { string(text) } else { none() } }
}

extension GuestServices {
  /// Modules of the interpreter that tools at the console import without the u of their names.
  private static let bareNames: Set<String> = [
    "array", "binascii", "collections", "errno", "hashlib", "io", "json", "random", "re", "select",
    "struct",
  ]

  /// What no module has, and is not listed.
  private static let tools: Set<String> = ["qpyemu", "vfs"]

  /// The names that `help('modules')` shows beside the interpreter's own.
  var moduleNames: [String] {
    (Self.modules.keys.filter { !Self.tools.contains($0) }
      + device.modules.all.map(\.name).filter { !device.lacksModule($0) }
      + options.modules.names)
      .sorted()
  }

  /// The description of a module; None if there is none.
  func describe(_ name: String) -> [UInt8] {
    var nothing = WireWriter()
    nothing.none()
    return module(name)?.bytes ?? nothing.bytes
  }

  private func module(_ name: String) -> GuestModule? {
    if let own = options.modules.source(of: name) {
      return .source(own.text, folder: own.folder)
    }
    switch name {
    case "vfs" where console == nil: return nil
    case _ where Self.bareNames.contains(name) && console != nil:
      return .source(Array("from u\(name) import *".utf8), folder: nil)
    default: return vendorModule(name) ?? Self.modules[name]
    }
  }

  /// A vendor module, with the classes and functions that the device has; nil if there is no such module.
  private func vendorModule(_ name: String) -> GuestModule? {
    guard let module = device.modules.named(name), !device.lacksModule(name) else { return nil }
    if let source = module.source { return .source(source, folder: nil) }
    var members: [(String, GuestModule.Member)] = []
    for part in module.parts {
      let kind = device.outcomes(of: part.name[...]).kind(of: part.name[...])
      switch kind {
      case .functions: members += self.members(of: part.name, kind)
      case .itself: return type(part.name, of: module, kind).map { .itself($0) }
      case .objects, .statics:
        if let type = type(part.name, of: module, kind) { members.append((part.name, type)) }
      }
    }
    return .members(members)
  }

  /// A class; nil if the device has none.
  private func type(
    _ name: String, of module: VendorModule, _ kind: ClassKind
  ) -> GuestModule.Member? {
    let constructor = DeviceMethod("\(name).init")
    guard !device.missingMethods(of: name).contains(constructor) else { return nil }
    let outcomes = device.outcomes(of: name[...])
    return .type(
      name: "\(module.name).\(name)", initializer: kind.hasObjects ? constructor.rawValue : nil,
      text: outcomes.text(of: name), isStream: outcomes.isStream(name), members(of: name, kind))
  }

  /// The methods and constants of a class.
  private func members(
    of className: String, _ kind: ClassKind
  ) -> [(String, GuestModule.Member)] {
    let outcomes = device.outcomes(of: className[...])
    let missing = device.missingMethods(of: className)
    let methods = outcomes.order.filter {
      $0.className == className && !$0.isConstructor && !missing.contains($0)
    }
    return methods.map { method in
      let options = GuestModule.Options(outcomes.methods[method], kind)
      return (String(method.scriptName), .function(method.rawValue, options))
    } + device.constants(of: className).map { ($0.name, .constant($0.value)) }
  }

  private static let modules: [String: GuestModule] = [
    "qpyemu": .members([
      ("fault", .function("fault.inject")), ("faults", .function("fault.list")),
      ("clear_faults", .function("fault.clear")), ("profile", .function("module.profile")),
      ("policy", .function("module.policy")), ("modem", .function("world.change")),
    ]),
    "vfs": .members([]),
  ]
}
