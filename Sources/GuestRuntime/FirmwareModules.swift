/// Python modules of the user's that scripts import as if they were part of the firmware.
package struct FirmwareModules: Sendable {
  /// Where the guest has them imported from; no module has such a folder, and no listing shows it.
  static let root = "/.firmware/"

  /// By their paths from the folder that holds them, such as `request.py` or `umqtt/__init__.py`.
  private let files: [String: [UInt8]]

  /// - Parameter files: By their paths from the folder that holds them.
  package init(_ files: [String: [UInt8]] = [:]) { self.files = files }

  /// The names that scripts import, sorted.
  package var names: [String] {
    Set(
      files.keys.map { path in
        String(path.prefix { $0 != "/" && $0 != "." })
      }
    ).sorted()
  }

  /// What is at a path of the guest's; nil if it is nothing of these, or nowhere.
  func kind(of path: String) -> Kind? {
    guard let name = name(of: path) else { return nil }
    if let bytes = files[name] { return .file(bytes.count) }
    return files.keys.contains { $0.hasPrefix(name + "/") } ? .folder : nil
  }

  enum Kind: Equatable {
    /// With its size in bytes.
    case file(Int)
    case folder
  }

  /// The bytes of a file at a path of the guest's.
  func contents(of path: String) -> [UInt8]? { name(of: path).flatMap { files[$0] } }

  /// The path from the folder on. A module whose name the interpreter keeps for one of its own, such as
  /// `usocket`, is asked for with an underscore before it.
  private func name(of path: String) -> String? {
    guard path.hasPrefix(Self.root) else { return nil }
    let name = path.dropFirst(Self.root.count)
    let isKnown = files[String(name)] != nil || files.keys.contains { $0.hasPrefix(name + "/") }
    return String(isKnown || !name.hasPrefix("_") ? name : name.dropFirst())
  }
}
