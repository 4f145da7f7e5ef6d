import FlashStorage

/// Gives the files and directories of a small image the names that an input has, mounts it, looks at it and
/// exports it into a folder of the host's.
///
/// The first byte of the input chooses the format; the others are the names, one after the other.
///
/// - Returns: What is wrong; nil if nothing is.
public func useHostileNames(_ input: [UInt8]) -> String? {
  let names = HostileNames(input.dropFirst())
  let image = names.image(HostileNames.images[Int(input.first ?? 0) & 1])
  return names.problemOfMounting(image) ?? names.problemOfExport(image)
}

private struct HostileNames {
  /// The names that the image is made with, none a part of another, and where each stands: in the root, or in the
  /// directory of that number.
  private static let places: [(name: String, parent: Int?, isDirectory: Bool)] = [
    ("Aa", nil, true), ("Bb", 0, true), ("CcCc", 1, false), ("Dd", nil, false),
    ("EeEeEeEe", nil, false), ("FfF", 0, false), ("Gg", 1, true), ("HhHhHhHhHhHhHhHh", 6, false),
  ]
  private static let geometry = try! FlashGeometry(
    readSize: 16, programSize: 16, blockSize: 256, blockCount: 32)
  /// An image of each format.
  static let images = [LittleFSVersion.v11, .v21].map { version in
    var options = LittleFSOptions()
    options.version = version
    let flash = RAMFlash(geometry)
    try! LittleFSVolume.format(flash, options)
    let volume = try! LittleFSVolume(
      mounting: RAMFlash(flash.content), options, openFileLimit: 1)
    for index in places.indices {
      let path = path(to: index) { places[$0].name }
      if places[index].isDirectory {
        try! volume.makeDirectory(path)
      } else {
        try! volume.close(volume.open(path, [.write, .create]))
      }
    }
    return volume.withDevice { ($0 as! RAMFlash).bytes }
  }

  private static func path(to index: Int, name: (Int) -> String) -> String {
    (places[index].parent.map { path(to: $0, name: name) } ?? "") + "/" + name(index)
  }

  /// The names by place, each as long as the one it replaces.
  private let names: [[UInt8]]

  init(_ input: ArraySlice<UInt8>) {
    var rest = input
    names = Self.places.map { place in
      let bytes = rest.prefix(place.name.utf8.count)
      rest = rest.dropFirst(bytes.count)
      return Array(bytes) + Array(place.name.utf8).dropFirst(bytes.count)
    }
  }

  func image(_ image: [UInt8]) -> RAMFlash {
    let changes = zip(Self.places, names).map { (Array($0.name.utf8), $1) }
    let bytes = forging(changes, in: image, blockSize: Self.geometry.blockSize)
    return try! RAMFlash(bytes, Self.geometry)
  }

  // MARK: What ought to be

  private static func isGood(_ name: [UInt8]) -> Bool {
    ![[0x2E], [0x2E, 0x2E]].contains(name) && !name.contains(0x2F) && !name.contains(0)
  }

  /// Whether an entry and all that it stands in have names.
  private func isReachable(_ index: Int) -> Bool {
    Self.isGood(names[index]) && Self.places[index].parent.map(isReachable) ?? true
  }

  private var hasTwins: Bool {
    Self.places.indices.contains { index in
      Self.places.indices.contains {
        $0 != index && Self.places[$0].parent == Self.places[index].parent
          && names[$0] == names[index]
      }
    }
  }

  private func hostPath(_ index: Int) -> [UInt8] {
    (Self.places[index].parent.map(hostPath) ?? []) + [0x2F] + names[index]
  }

  // MARK: What is

  func problemOfMounting(_ flash: RAMFlash) -> String? {
    let isSound = names.allSatisfy(Self.isGood) && !hasTwins
    let volume = try? LittleFSVolume(mounting: RAMFlash(flash.content), openFileLimit: 1)
    return (volume != nil) == isSound ? nil : "mounting \(isSound ? "fails" : "does not fail")"
  }

  func problemOfExport(_ flash: RAMFlash) -> String? {
    guard let inspection = try? LittleFSInspection(RAMFlash(flash.content)) else {
      return "the image cannot be looked at"
    }
    let scratch = ScratchFolder()
    defer { scratch.remove() }
    let summary: TransferSummary
    do throws(VolumeError) {
      summary = try inspection.volume.exportFolder(to: scratch.path + "/out")
    } catch {
      return error.description
    }
    guard summary.omissions.isEmpty else { return summary.omissions[0].description }
    let found = scratch.paths()
    if let outside = found.first(where: { !$0.starts(with: "/out".utf8) }) {
      return "there is \(outside) beside the folder"
    }
    if hasTwins { return nil }
    let expected = Self.places.indices.filter(isReachable).map { Array("/out".utf8) + hostPath($0) }
    let both = [Array("/out".utf8)] + expected
    return Set(found) == Set(both) ? nil : "the folder has \(found) instead of \(both)"
  }
}
