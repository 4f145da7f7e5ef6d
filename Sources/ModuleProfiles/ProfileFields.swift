import JSONText

/// All keys of a profile file. The published schema says the same; a test compares their verdicts.
enum ProfileFields {
  /// What a file says about itself.
  static let header: [Field<ProfileHeader>] = [
    .value("$schema", .text) { $0.schema = $1 },
    .value("name", .optional(.profileName)) { $0.name = $1 },
    .value("abstract", .flag) { $0.isAbstract = $1 },
    .value("extends", .optional(.profileName)) { $0.extends = $1 },
    .value("aliases", .list(of: .profileName)) { $0.aliases = $1 },
    .map("sources") { path, node, header, reading in
      var source = FactSource(offset: node.offset)
      reading.read(node, into: &source, by: Self.source)
      guard let members = node.object else { return }
      for key in Self.source.map(\.key) where !members.contains(where: { $0.key == key }) {
        reading.report("the source of \"\(path)\" lacks \"\(key)\"", at: node.offset)
      }
      header.sources[path] = source
    },
  ]

  private static let source: [Field<FactSource>] = [
    .value("provenance", .word()) { $0.provenance = $1 },
    .value("source", .text) { $0.source = $1 },
  ]

  /// What a file says about the model.
  static let profile: [Field<ModuleProfile>] = [
    .value("series", .text) { $0.series = $1 },
    .value("platform", .text) { $0.platform = $1 },
    .value("dialect", .word()) { $0.dialect = $1 },
    .value("notes", .list(of: .text)) { $0.notes = $1 },
    .object(
      "record",
      [
        .value("channels", .channels) { $0.record.channels = $1 },
        .value("gain", .flag) { $0.record.gain = $1 },
        .value("amrDTX", .flag) { $0.record.amrDTX = $1 },
        .object(
          "stream",
          [
            .value("start", .flag) { $0.record.stream.start = $1 },
            .value("read", .flag) { $0.record.stream.read = $1 },
          ]),
        .value("sizeCountsHeader", .flag) { $0.record.sizeCountsHeader = $1 },
      ]),
    .object("tts", [.value("queue", .flag, isRequired: false) { $0.tts.queue = $1 }]),
    .object("pins", [.value("count", .integer(in: 1...255)) { $0.pins.count = $1 }]),
    .map("methods") { name, node, profile, reading in
      // The list of all methods takes longer to read than the profile.
      if !reading.isTrusted {
        let known = DocumentedModules.bundled.methodNames
        guard known.contains(name) else {
          let hint = suggestion(for: name, in: known)
          return reading.report("there is no method \"\(name)\"\(hint)", at: node.offset)
        }
      }
      let method = DeviceMethod(name)
      if let availability = reading.convert(node, .availability) {
        profile.methods[method] = availability
        profile.reasons[method] = node["why"]?.string
        reading.addFact(node)
      }
    },
    .object(
      "limits",
      [
        .value("scriptHeapBytes", .integer(in: 16_384...268_435_456)) {
          $0.limits.scriptHeapBytes = $1
        },
        .value("bootHeapBytes", .integer(in: 0...268_435_456)) { $0.limits.bootHeapBytes = $1 },
        .value("systemHeapBytes", .integer(in: 0...268_435_456)) {
          $0.limits.systemHeapBytes = $1
        },
        .value("timers", .integer(in: 1...1024)) { $0.limits.timers = $1 },
        .value("eventQueue", .integer(in: 1...1024)) { $0.limits.eventQueue = $1 },
        .value("threads", .integer(in: 1...256)) { $0.limits.threads = $1 },
        .value("openFiles", .integer(in: 1...1024)) { $0.limits.openFiles = $1 },
      ]),
    .object(
      "timing",
      [
        .value("stepNanoseconds", .integer(in: 1...1_000_000)) { $0.timing.stepNanoseconds = $1 },
        .value("callNanoseconds", .integer(in: 1...1_000_000_000)) {
          $0.timing.callNanoseconds = $1
        },
      ]),
    .object("volumes", [volume("usr", mount: "/usr"), volume("bak", mount: "/bak")]),
    .object(
      "identity",
      [
        .value("firmware", .text) { $0.identity.firmware = $1 },
        .value("imeiPattern", .imeiPattern) { $0.identity.imeiPattern = $1 },
        .value("sysname", .text) { $0.identity.sysname = $1 },
        .value("nodename", .text) { $0.identity.nodename = $1 },
        .value("release", .text) { $0.identity.release = $1 },
        .value("version", .text) { $0.identity.version = $1 },
        .value("machine", .text) { $0.identity.machine = $1 },
        .value("qpyver", .text) { $0.identity.qpyver = $1 },
      ]),
  ]

  private static func volume(_ key: String, mount: String) -> Field<ModuleProfile> {
    .object(
      key,
      [
        .value("fileSystem", .word()) { $0.volumes[mount: mount].fileSystem = $1 },
        .value("blockSize", .powerOfTwo(in: 128...65_536)) {
          $0.volumes[mount: mount].blockSize = $1
        },
        .value("blockCount", .integer(in: 4...1_048_576)) {
          $0.volumes[mount: mount].blockCount = $1
        },
        .value("readOnly", .flag) { $0.volumes[mount: mount].readOnly = $1 },
      ])
  }

  static let headerKeys = header.map(\.key)
  static let keys = headerKeys + profile.map(\.key)
}

extension [FlashVolume] {
  /// The volume with a mount point. If there is none, reading gives one without blocks, and
  /// setting adds it.
  public subscript(mount mount: String) -> FlashVolume {
    get { first { $0.mount == mount } ?? FlashVolume(mount: mount) }
    set {
      if let index = firstIndex(where: { $0.mount == mount }) {
        self[index] = newValue
      } else {
        append(newValue)
      }
    }
  }
}
