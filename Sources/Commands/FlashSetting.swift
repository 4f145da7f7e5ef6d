import DeviceEmulator

/// Where `--flash` keeps the module's volumes.
struct FlashSetting: Equatable {
  static let forms = "memory, FILE, usr=FILE,bak=FILE or dir:FOLDER"

  /// The folder that keeps all volumes, if one does.
  private(set) var folder: String?
  /// The image files by mount point; a volume without one is in memory.
  private var images: [String: String] = [:]

  /// - Throws: `UsageError` for a spelling that means nothing.
  init(_ value: Settings.Value?) throws(UsageError) {
    guard let value, value.text != "memory" else { return }
    if case ("dir", let folder?) = value.text.splitOnce(at: ":") {
      guard !folder.isEmpty else { throw Self.refusal(value) }
      self.folder = value.path(folder)
    } else if Self.volumes.contains(where: { value.text.hasPrefix("\($0)=") }) {
      try readImages(value)
    } else {
      try Self.refuseUnknownVolume(value.text, value)
      try add(value.text, for: Self.volumes[0], value)
    }
  }

  /// Refuses what looks like a volume and its file; a file with such a name can be spelled with its folder.
  private static func refuseUnknownVolume(
    _ text: String, _ value: Settings.Value
  ) throws(UsageError) {
    guard case (let name, _?) = text.splitOnce(at: "="), name.allSatisfy(\.isLetter) else { return }
    throw UsageError(
      "\(value.origin): there is no volume \(name)\(didYouMean(name, in: volumes)); the volumes are "
        + "\(volumes.joined(separator: " and ")), and a file of that name is ./\(text)")
  }

  /// As the setting spells it, with whole paths.
  var description: String {
    if let folder { return "dir:\(folder)" }
    if images.isEmpty { return "memory" }
    if images.count == 1, let file = images["/" + Self.volumes[0]] { return file }
    return Self.volumes.compactMap { name in images["/" + name].map { "\(name)=\($0)" } }
      .joined(separator: ",")
  }

  /// Where the volume of a mount point is kept.
  subscript(mount mount: String) -> FlashLocation {
    if let folder { return .folder(folder + mount) }
    return images[mount].map { .image($0) } ?? .memory
  }

  /// The file that keeps what is beside the volumes; nil for memory.
  var secureFile: String? {
    folder.map { "\($0)/secure" } ?? images["/" + Self.volumes[0]].map { "\($0).secure" }
  }

  private static let volumes = ["usr", "bak"]

  private mutating func readImages(_ value: Settings.Value) throws(UsageError) {
    for part in value.text.split(separator: ",", omittingEmptySubsequences: false) {
      guard case (let name, let file?) = String(part).splitOnce(at: "="),
        Self.volumes.contains(name)
      else {
        try Self.refuseUnknownVolume(String(part), value)
        throw Self.refusal(value)
      }
      try add(file, for: name, value)
    }
  }

  private mutating func add(
    _ file: String, for volume: String, _ value: Settings.Value
  ) throws(UsageError) {
    guard !file.isEmpty else { throw Self.refusal(value) }
    let path = value.path(file)
    guard HostKind(of: path) != .folder else {
      throw UsageError("\(value.origin): \(file) is a folder; dir:\(file) keeps files in it")
    }
    guard images["/" + volume] == nil else {
      throw UsageError("\(value.origin) names \(volume) twice")
    }
    guard !images.values.contains(path) else {
      throw UsageError("\(value.origin) gives two volumes the same file \(file)")
    }
    images["/" + volume] = path
  }

  private static func refusal(_ value: Settings.Value) -> UsageError {
    UsageError("\(value.origin) is \(forms), not \"\(value.text)\"")
  }
}
