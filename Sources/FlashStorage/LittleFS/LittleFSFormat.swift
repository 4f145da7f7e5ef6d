/// The formats that can be mounted and made, and how to tell them apart.
enum LittleFSFormat {
  /// The store of a major version.
  static func store(_ major: Int) -> (any MetadataStore.Type)? {
    switch major {
    case 1: LittleFS1Store.self
    case 2: LittleFS2Store.self
    default: nil
    }
  }

  /// Makes an empty littlefs.
  static func format(_ device: any BlockDevice, _ options: LittleFSOptions) throws(FlashError) {
    guard let store = store(options.version.major) else {
      throw .corrupt("there is no littlefs \(options.version)")
    }
    try store.format(device, options)
  }

  /// Reads whichever littlefs is there. If the superblock's two blocks name two formats, one of them is
  /// a remnant, which does not mount.
  static func mount(
    _ disk: Disk, _ options: LittleFSOptions, tolerant: Bool
  ) throws(FlashError) -> any MetadataStore {
    var failure = FlashError.corrupt("there is no littlefs on the device")
    for major in try majors(on: disk) {
      guard let store = store(major) else {
        failure = .corrupt("littlefs \(major) is not known")
        continue
      }
      do throws(FlashError) {
        return try store.init(mounting: disk, options, tolerant: tolerant)
      } catch {
        guard case .corrupt = error else { throw error }
        failure = error
      }
    }
    throw failure
  }

  /// The major versions that the first two blocks name, the newest first.
  private static func majors(on disk: Disk) throws(FlashError) -> [Int] {
    var majors: Set<Int> = []
    for block in 0..<2 {
      var start = [UInt8](repeating: 0, count: SuperblockStart.size)
      var span = start.mutableSpan
      guard try disk.readIfGood(block, into: &span) else { continue }
      if let found = SuperblockStart(start.span, at: 0) { majors.insert(found.version.major) }
    }
    return majors.sorted(by: >)
  }
}

/// What the first bytes of a superblock's block say: enough to tell formats and sizes, not to trust them.
struct SuperblockStart {
  /// As far as both formats reach.
  static let size = 48

  let version: LittleFSVersion
  let blockSize: Int
  let blockCount: Int

  /// Looks for either format at the start of a block (`SPEC.md` of both).
  init?(_ bytes: Span<UInt8>, at start: Int) {
    guard start + Self.size <= bytes.count else { return nil }
    func isMagic(at offset: Int) -> Bool {
      magic.indices.allSatisfy { bytes[start + offset + $0] == magic[$0] }
    }
    func word(at offset: Int) -> Int {
      (0..<4).reduce(0) { $0 | Int(bytes[start + offset + $1]) << (8 * $1) }
    }
    let fields: (version: Int, blockSize: Int, blockCount: Int)
    if isMagic(at: 8) {
      fields = (20, 24, 28)
    } else if isMagic(at: 40) {
      fields = (36, 28, 32)
    } else {
      return nil
    }
    let number = word(at: fields.version)
    version = LittleFSVersion(major: number >> 16, minor: number & 0xFFFF)
    blockSize = word(at: fields.blockSize)
    blockCount = word(at: fields.blockCount)
  }
}

private let magic = Array("littlefs".utf8)
