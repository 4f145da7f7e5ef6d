import GuestRuntime
import JSONText
import ModuleProfiles

/// The settings that an option, the environment and `qpyemu.json` can give, in that order.
struct Settings {
  enum Name: String, CaseIterable {
    case profile
    case audioIn = "audio-in"
    case audioOut = "audio-out"
    case time, policy, flash, seed, modules

    var option: String { "--\(rawValue)" }
    var variable: String {
      "QPYEMU_" + rawValue.uppercased().split(separator: "-").joined(separator: "_")
    }
  }

  /// Variables of ours that are no setting.
  private static let otherVariables = ["QPYEMU_PROFILE_PATH", "QPYEMU_INTERPRETER"]
  private static let fileName = "qpyemu.json"

  /// A value and who gave it, for messages.
  struct Value: Equatable {
    let text: String
    let origin: String
    /// The folder that paths in the value start from; nil for the one the command was started in.
    var folder: String?

    /// A path of the value, as the process can open it.
    func path(_ path: String) -> String {
      guard let folder, !path.hasPrefix("/") else { return path }
      return "\(folder)/\(path)"
    }
  }

  private var values: [Name: Value] = [:]

  subscript(name: Name) -> Value? { values[name] }

  /// These settings but for some.
  func leavingOut(_ names: Set<Name>) -> Settings {
    var copy = self
    copy.values = values.filter { !names.contains($0.key) }
    return copy
  }

  /// These settings for a model, whoever named another.
  func forProfile(_ name: String) -> Settings {
    var copy = self
    copy.values[.profile] = Value(text: name, origin: "the command line")
    return copy
  }

  /// Collects the settings.
  ///
  /// - Parameters:
  ///   - names: Those that the command has options for.
  ///   - host: The environment and files to look at.
  init(_ arguments: inout Arguments, _ names: [Name] = Name.allCases, host: Host) throws {
    for name in names {
      if let text = try arguments.option(name.option) {
        values[name] = Value(text: text, origin: name.option)
      }
    }
    try readEnvironment(host)
    try readFile(host)
  }

  private mutating func readEnvironment(_ host: Host) throws {
    let known = Name.allCases.map(\.variable) + Self.otherVariables
    for variable in host.variables.keys.sorted() where variable.hasPrefix("QPYEMU_") {
      guard known.contains(variable) else {
        throw UsageError("there is no variable \(variable)\(didYouMean(variable, in: known))")
      }
    }
    for name in Name.allCases where values[name] == nil {
      if let text = host.variable(name.variable) {
        values[name] = Value(text: text, origin: name.variable)
      }
    }
  }

  private mutating func readFile(_ host: Host) throws {
    guard let path = host.nearest(Self.fileName) else { return }
    let bytes = try HostFile.input("the settings", path, limit: 1 << 20)
    let source = JSONSource(name: path, bytes: bytes)
    do throws(JSONError) {
      try read(source.parse(), path)
    } catch {
      throw Complaint(.badData, source.locate(error.message, at: error.offset))
    }
  }

  private mutating func read(_ root: JSONNode, _ path: String) throws(JSONError) {
    guard let members = root.object else {
      throw JSONError(message: "an object of settings belongs here", offset: root.offset)
    }
    let known = Name.allCases.map(\.rawValue)
    for member in members {
      guard let name = Name(rawValue: member.key) else {
        throw JSONError(
          message: "there is no setting \"\(member.key)\"\(didYouMean(member.key, in: known))",
          offset: member.keyOffset)
      }
      guard let text = member.value.string ?? member.value.int.map({ String($0) }) else {
        throw JSONError(message: "a string belongs here", offset: member.value.offset)
      }
      guard !text.isEmpty, !text.contains("\0") else {
        throw JSONError(
          message: "\(name.rawValue) must be neither empty nor hold a NUL",
          offset: member.value.offset)
      }
      if values[name] == nil {
        values[name] = Value(
          text: text, origin: "\(name.rawValue) in \(path)",
          folder: String(path.dropLast(Self.fileName.count + 1)))
      }
    }
  }
}

extension Settings {
  /// The profile that is named.
  func moduleProfile(_ host: Host) throws -> ModuleProfile {
    let library = try ProfileLibrary.fromEnvironment(host.variable)
    guard let name = self[.profile] else {
      throw UsageError(
        "no profile: give --profile or set QPYEMU_PROFILE to one of "
          + (try library.modelNames().joined(separator: ", ")))
    }
    return try library.profile(named: name.text)
  }
}

extension Settings.Value {
  /// The value as one of the cases of an enumeration.
  func choice<Choice: RawRepresentable<String> & CaseIterable>(
    of type: Choice.Type
  ) throws(UsageError) -> Choice {
    if let choice = Choice(rawValue: text) { return choice }
    let words = Choice.allCases.map(\.rawValue)
    throw UsageError(
      "\(origin) is \(words.joined(separator: " or ")), not \"\(text)\""
        + didYouMean(text, in: words))
  }
}
