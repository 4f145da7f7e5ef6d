import GuestRuntime
import ModuleProfiles

/// The folder of `--modules`: Python files and packages that scripts import as firmware modules.
struct ModulesFolder {
  let modules: FirmwareModules
  /// What the line of settings says of it.
  let description: String
  /// A short name for all that is in it; nil without a folder.
  let digest: String?

  /// Reads the folder of a setting.
  ///
  /// - Throws: `UsageError` or `Complaint` for what is no folder of modules.
  init(_ value: Settings.Value?) throws {
    guard let value else {
      (modules, description, digest) = (FirmwareModules(), "", nil)
      return
    }
    let folder = value.path(value.text)
    if HostKind(of: folder) == .file {
      throw Complaint(
        .missingInput, "\(value.origin): \(folder) is a file, not a folder of modules")
    }
    let source = try ScriptImport(folder, isRun: false)
    modules = FirmwareModules(try source.pythonFiles())
    digest = try source.digest()
    description = ", modules \(folder)"
    try Self.check(modules.names, folder)
  }

  /// Refuses modules that scripts could never import, since what is emulated comes first.
  private static func check(_ names: [String], _ folder: String) throws(Complaint) {
    guard !names.isEmpty else {
      throw Complaint(.badData, "the folder of modules \(folder) holds no .py or .mpy file")
    }
    let taken = DocumentedModules.bundled.emulatedNames.union(["qpyemu"])
    guard let name = names.first(where: taken.contains) else { return }
    throw Complaint(
      .badData,
      "\(folder) holds a module \(name), which qpyemu emulates: scripts would get that one; rename or "
        + "remove yours")
  }
}
