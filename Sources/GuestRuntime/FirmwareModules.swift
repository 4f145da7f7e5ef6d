/// Python modules of the user's that scripts import as if they were part of the firmware.
package struct FirmwareModules: Sendable {
  /// Where the parts of a package are imported from; no module has such a folder, and no listing shows it.
  private static let root = "/.firmware/"

  /// By their paths from the folder that holds them, such as `request.py` or `umqtt/__init__.py`.
  private let files: [String: [UInt8]]

  /// - Parameter files: By their paths from the folder that holds them.
  package init(_ files: [String: [UInt8]] = [:]) { self.files = files }

  /// The names that scripts import, sorted.
  package var names: [String] {
    Set(files.keys.map { path in String(path.prefix { $0 != "/" && $0 != "." }) }).sorted()
  }

  enum Kind: Equatable {
    case file
    case folder
  }

  /// The text of a module, or the first one of a package, whose folder is where its parts are; nil if there is none of
  /// that name.
  func source(of name: String) -> (text: [UInt8], folder: String?)? {
    if let text = files["\(name).py"] ?? files["\(name).mpy"] { return (text, nil) }
    guard kind(of: Self.root + name) == .folder else { return nil }
    return (files["\(name)/__init__.py"] ?? [], Self.root + name)
  }

  /// What is at a path of the guest's; nil if it is nothing of these, or nowhere.
  func kind(of path: String) -> Kind? {
    guard path.hasPrefix(Self.root) else { return nil }
    let name = path.dropFirst(Self.root.count)
    if files[String(name)] != nil { return .file }
    return files.keys.contains { $0.hasPrefix(name + "/") } ? .folder : nil
  }

  /// The bytes of a file at a path of the guest's.
  func contents(of path: String) -> [UInt8]? {
    path.hasPrefix(Self.root) ? files[String(path.dropFirst(Self.root.count))] : nil
  }
}
