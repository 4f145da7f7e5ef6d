import BundledProfiles
import JSONText

/// All profiles at hand: those compiled in, and those in the user's folders.
public struct ProfileLibrary: Sendable {
  let files: [ProfileFile]

  init(files: [ProfileFile]) { self.files = files }

  /// The compiled-in profiles and every `*.json` of these folders.
  ///
  /// - Throws: ``ProfileError`` if a folder cannot be read.
  public init(folders: [String] = []) throws(ProfileError) {
    var files = Self.bundled
    for folder in folders { files += try Self.hostFiles(in: folder) }
    self.init(files: files)
  }

  /// The compiled-in profiles and those of the folders in `QPYEMU_PROFILE_PATH`, separated by colons.
  ///
  /// - Throws: ``ProfileError`` if a folder cannot be read.
  public static func fromEnvironment(
    _ variable: (String) -> String? = HostEnvironment.variable
  ) throws(ProfileError) -> ProfileLibrary {
    let folders = (variable("QPYEMU_PROFILE_PATH") ?? "").split(separator: ":").map(String.init)
    return try ProfileLibrary(folders: folders)
  }

  /// Finds a model by its name or one of its aliases; case, hyphens and underscores do not count.
  ///
  /// A name goes before an alias. Two files of one name are an error, and so are two that share the
  /// alias asked for: nothing shadows anything.
  ///
  /// - Throws: ``ProfileError`` naming the nearest spelling, both files, or what is wrong in the file.
  public func profile(named name: String) throws(ProfileError) -> ModuleProfile {
    let file = try find(name)
    guard !file.header.isAbstract else {
      throw ProfileError(
        .unknownName,
        "\"\(file.file.name)\" is a base for profiles, not a model; the models are "
          + (try modelNames().joined(separator: ", ")))
    }
    return try resolve(file)
  }

  /// The names of the models, sorted; bases are not among them.
  public func modelNames() throws(ProfileError) -> [String] {
    try parseAll().filter { !$0.header.isAbstract }.map(\.file.name).sorted()
  }

  // MARK: Finding

  private static let bundled = bundledProfiles.map { name, bytes in
    ProfileFile(name: name, path: "Profiles/models/\(name).json", place: .bundled(bytes))
  }

  static func hostFiles(in folder: String) throws(ProfileError) -> [ProfileFile] {
    let prefix = folder.hasSuffix("/") ? folder : folder + "/"
    return try listHostFolder(folder).compactMap { ProfileFile(hostPath: prefix + $0) }
  }

  private func parseAll() throws(ProfileError) -> [ParsedProfile] {
    var all: [ParsedProfile] = []
    for file in files { all.append(try file.parse()) }
    return all
  }

  private func find(_ name: String) throws(ProfileError) -> ParsedProfile {
    let key = lookupKey(name)
    if let file = try only(files.filter { $0.key == key }, for: name) { return try file.parse() }
    // Only now is it worth while to look into all the files.
    let all = try parseAll()
    let aliased = all.filter { $0.header.aliases.contains { lookupKey($0.text) == key } }
    if let file = try only(aliased.map(\.file), for: name) { return try file.parse() }
    let models = all.filter { !$0.header.isAbstract }
    let words = models.flatMap { [$0.file.name] + $0.header.aliases.map(\.text) }
    let slip = suggestion(for: name, in: words.filter { ModelName.canBeSlip(name, for: $0) })
    throw ProfileError(
      .unknownName,
      "no profile is called \"\(name.prefix(80))\"\(slip) (\"qpyemu profiles list\" shows all)"
        + (slip.isEmpty ? addition(of: name, to: models) : ""))
  }

  /// How a module is added that has no profile; nothing for what is no module's name.
  private func addition(of name: String, to models: [ParsedProfile]) -> String {
    guard let model = ModelName(name), name.wholeMatch(of: /[A-Za-z0-9_-]{1,80}/) != nil else {
      return ""
    }
    let sibling = models.first {
      model.platform != nil && ModelName($0.file.name)?.platform == model.platform
    }
    return "; what adds one is a file \(name).json in a folder that QPYEMU_PROFILE_PATH names: "
      + shortProfile(name, extending: sibling?.header.extends?.text)
      + ", with what is so on your module"
  }

  private func only(_ found: [ProfileFile], for name: String) throws(ProfileError) -> ProfileFile? {
    guard found.count > 1 else { return found.first }
    throw ProfileError(
      .ambiguousName,
      "\"\(name)\" could be \(found[0].path) or \(found[1].path): rename one of them")
  }

  // MARK: Resolving

  private func resolve(_ file: ParsedProfile) throws(ProfileError) -> ModuleProfile {
    let chain = try chain(to: file)
    let (profile, reading) = read(chain, trustsBundled: true)
    var problems = chain.flatMap(\.problems) + reading.problems
    problems += missingFacts(of: file, chain: chain, facts: reading.facts)
    problems += contradictions(in: profile, of: file)
    guard problems.isEmpty else { throw ProfileError(problems) }
    return profile
  }

  /// The file and all it extends, the last base first.
  func chain(to file: ParsedProfile) throws(ProfileError) -> [ParsedProfile] {
    var chain = [file]
    while let extends = chain[0].header.extends {
      let key = lookupKey(extends.text)
      let found = files.filter { $0.key == key }
      guard let base = found.first, found.count == 1 else {
        let message =
          found.count > 1
          ? "\"\(extends.text)\" could be \(found[0].path) or \(found[1].path): rename one of them"
          : "there is no profile \"\(extends.text)\" to extend"
            + suggestion(for: extends.text, in: files.map(\.name))
        throw ProfileError([chain[0].problem(message, at: extends.offset)])
      }
      guard !chain.contains(where: { $0.file.key == key }) else {
        let circle = ([base.name] + chain.map(\.file.name)).joined(separator: " extends ")
        throw ProfileError([chain[0].problem("a circle: \(circle)", at: extends.offset)])
      }
      chain.insert(try base.parse(), at: 0)
    }
    return chain
  }

  /// Applies the files of a chain one after the other.
  ///
  /// - Parameter trustsBundled: Whether those are taken as right that are compiled in.
  func read(
    _ chain: [ParsedProfile], trustsBundled: Bool = false
  ) -> (ModuleProfile, ProfileReading) {
    var profile = ModuleProfile()
    var reading = ProfileReading()
    for file in chain {
      var isTrusted = false
      if trustsBundled, case .bundled = file.file.place { isTrusted = true }
      reading.readProfile(
        file.root, of: file.source, file.header, isTrusted: isTrusted, into: &profile)
    }
    profile.facts = reading.facts
    if let file = chain.last {
      profile.name = file.file.name
      profile.aliases = file.header.aliases.map(\.text)
    }
    return (profile, reading)
  }

  /// What two facts of a profile say against each other.
  func contradictions(in profile: ModuleProfile, of file: ParsedProfile) -> [ProfileProblem] {
    let limits = profile.limits
    guard limits.bootHeapBytes >= limits.scriptHeapBytes, limits.scriptHeapBytes > 0 else {
      return []
    }
    let message =
      "\"limits.bootHeapBytes\" must be less than \"limits.scriptHeapBytes\", "
      + "\(limits.scriptHeapBytes), not \(limits.bootHeapBytes)"
    let stated = ["limits.bootHeapBytes", "limits.scriptHeapBytes"].compactMap {
      profile.facts[$0]
    }
    let fact = stated.first { $0.file == file.file.path }
    return [file.problem(message, at: fact?.offset ?? file.root.offset)]
  }

  /// A model must state everything, itself or through its bases.
  func missingFacts(
    of file: ParsedProfile, chain: [ParsedProfile], facts: [String: ProfileFact]
  ) -> [ProfileProblem] {
    guard !file.header.isAbstract else { return [] }
    let bases = chain.dropLast().reversed().map(\.file.name).joined(separator: ", ")
    let origin = bases.isEmpty ? "it extends nothing" : "nor does what it extends: \(bases)"
    return ProfileFields.profile.flatMap(\.required).filter { facts[$0] == nil }.map {
      file.problem("the file does not state \"\($0)\"; \(origin)", at: file.root.offset)
    }
  }
}
