import BundledProfiles
import JSONText

/// The modules that the vendor documents, with the members of each, and what of them is emulated.
///
/// Its file is `Profiles/reference/DocumentedModules.json`; tests hold it and what scripts find together.
public struct DocumentedModules: Sendable {
  /// What is documented of one module.
  public struct Module: Sendable, Equatable {
    /// As scripts import it.
    public let name: String
    /// The functions, classes and methods that scripts find, such as `Pin.read`; nil if there is no such
    /// module at all.
    public let emulated: [String]?
    /// Those that they do not find.
    public let notEmulated: [String]
    /// Why they do not, as a clause; nil if nobody has come to it yet.
    public let why: String?
    /// Those that no page has, but some firmware.
    let firmwareOnly: [String]

    /// What is not emulated, a class of which nothing is as one.
    public var gaps: [String] {
      notEmulated.filter { member in
        !notEmulated.contains { member.hasPrefix($0 + ".") }
      }
    }
  }

  /// By their names.
  public let modules: [Module]
  /// The interpreter's own modules that a module has as well.
  public let interpreter: [String]

  /// The compiled-in list.
  public static let bundled: DocumentedModules = {
    do throws(JSONError) {
      return try DocumentedModules(
        JSONSource(name: "DocumentedModules.json", bytes: bundledReference).parse())
    } catch {
      fatalError("the compiled-in list of documented modules is broken: \(error.message)")
    }
  }()

  private init(_ root: JSONNode) throws(JSONError) {
    interpreter = try Self.texts(root.member("interpreter"))
    var modules: [Module] = []
    for entry in try root.member("modules").members() {
      let emulated = try entry.value["emulated"].map(Self.texts)
      modules.append(
        Module(
          name: entry.key, emulated: emulated,
          notEmulated: try Self.texts(entry.value.member("notEmulated")),
          why: try entry.value["why"]?.text(),
          firmwareOnly: try entry.value["firmwareOnly"].map(Self.texts) ?? []))
    }
    self.modules = modules
  }

  private static func texts(_ node: JSONNode) throws(JSONError) -> [String] {
    var texts: [String] = []
    for element in try node.elements() { texts.append(try element.text()) }
    return texts
  }

  /// The module that scripts import under a name; nil if none is documented.
  public subscript(name: some StringProtocol) -> Module? { modules.first { $0.name == name } }

  /// The names of all methods and functions, as ``DeviceMethod`` has them.
  var methodNames: [String] { modules.flatMap(\.methodNames) }

  /// The names under which scripts import what is emulated: with the `u` of the vendor's names and, as the
  /// modules have it, without.
  public var emulatedNames: Set<String> {
    let names = modules.filter { $0.emulated != nil }.map(\.name) + interpreter
    return Set(names + names.filter { $0.hasPrefix("u") }.map { String($0.dropFirst()) })
  }
}

extension DocumentedModules {
  /// README's two sentences on what is emulated and what is not, as Markdown.
  public var summary: [String] {
    let emulated = modules.filter { $0.emulated != nil }
    let gaps = emulated.flatMap { module in module.gaps.map { "\(module.name).\($0)" } }
    let classes = gaps.filter(Self.isClass)
    let others = modules.filter { $0.emulated == nil }
    let known = others.filter { !$0.notEmulated.isEmpty }.map(\.name)
    return [
      "Emulated: \(emulated.map(\.words).joined(separator: ", ")), and the interpreter's own "
        + "\(Self.list(interpreter)).",
      "Not yet: the classes \(Self.list(classes)); \(gaps.count - classes.count) functions of these "
        + "modules; the modules \(Self.list(known)) and \(others.count - known.count) more. "
        + "[Docs/compatibility.md](Docs/compatibility.md#modules) has all of them.",
    ]
  }

  /// Whether a member is a class, which begins with a capital.
  fileprivate static func isClass(_ member: String) -> Bool {
    member.split(separator: ".").last?.first?.isUppercase ?? false
  }

  fileprivate static func list(_ names: [String]) -> String {
    names.map { "`\($0)`" }.joined(separator: ", ")
  }

  /// All modules, member by member, as a table in Markdown.
  public var table: [String] {
    ["| module | emulated | not emulated |", "|---|---|---|"]
      + modules.map { module in
        let emulated = module.emulated.map(Self.list) ?? "–"
        let gaps = module.emulated == nil && module.notEmulated.isEmpty ? ["all of it"] : []
        return "| `\(module.name)` | \(emulated) | "
          + (gaps.first ?? Self.list(module.notEmulated)) + " |"
      }
  }
}

extension DocumentedModules.Module {
  /// The methods of its classes with their constructors, its functions under its own name, and as a constructor the
  /// module itself.
  fileprivate var methodNames: [String] {
    let members = (emulated ?? []) + notEmulated + firmwareOnly
    let names = members.map { member in
      // A constructor is called init, so a method of that name is not.
      if member.hasSuffix(".init") { return member + "_" }
      return member.contains(".") ? member : "\(name).\(member)"
    }
    let classes = Set(members.filter { $0.contains(".") }.map { $0.prefix { $0 != "." } })
    return names + classes.union([Substring(name)]).map { "\($0).init" }
  }

  /// The module with its classes: `machine` (`Pin`, `Timer`).
  fileprivate var words: String {
    let owners = (emulated ?? []).compactMap { member in
      member.contains(".") ? String(member.prefix { $0 != "." }) : nil
    }
    let classes = Set(owners).sorted()
    return "`\(name)`" + (classes.isEmpty ? "" : " (\(DocumentedModules.list(classes)))")
  }
}
