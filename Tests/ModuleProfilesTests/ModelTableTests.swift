import ModuleProfiles
import Testing

/// A row of the vendor page's tables, as ruled; written down here independently of the profiles.
struct Model: Sendable, CustomTestStringConvertible {
  let name: String
  let series: String
  let channels: Set<AudioChannel>
  var gain = false
  var amrDTX = false
  var stream = false
  let sizeCountsHeader: Bool
  let platform: String
  var scriptHeapBytes = 493_760 + 18_576
  var testDescription: String { name }

  static let all: [Model] = [
    Model(
      name: "EC600N", series: "EC600N Series", channels: [.earpiece], gain: true, amrDTX: true,
      stream: true, sizeCountsHeader: false, platform: "ASR1603"),
    Model(
      name: "EC800N", series: "EC800N Series", channels: [.earpiece], gain: true, amrDTX: true,
      stream: true, sizeCountsHeader: false, platform: "ASR1603"),
    Model(
      name: "EC600M", series: "EC600M-CN(LA/LE)", channels: [.earpiece], sizeCountsHeader: false,
      platform: "ASR1606"),
    Model(
      name: "EC800M", series: "EC800M-CN(LA/LE/GA)", channels: [.earpiece],
      sizeCountsHeader: false, platform: "ASR1606"),
    Model(
      name: "EG915N", series: "EG915N", channels: [.earpiece], sizeCountsHeader: false,
      platform: "ASR1603"),
    Model(
      name: "EG912N", series: "EG912N", channels: [.earpiece], sizeCountsHeader: true,
      platform: "ASR1603"),
    Model(
      name: "EG912U", series: "EG912U", channels: [.earpiece], sizeCountsHeader: true,
      platform: "Unisoc 8910"),
    Model(
      name: "EC200U", series: "EC200U Series", channels: [.speaker], stream: true,
      sizeCountsHeader: true, platform: "Unisoc 8910"),
    Model(
      name: "EC600U", series: "EC600U Series", channels: [.earpiece, .headphone, .speaker],
      stream: true, sizeCountsHeader: true, platform: "Unisoc 8910", scriptHeapBytes: 832_448),
    Model(
      name: "EG915U", series: "EG915U", channels: [.earpiece, .headphone], sizeCountsHeader: true,
      platform: "Unisoc 8910", scriptHeapBytes: 624_320),
  ]
}

@Suite struct ModelTableTests {
  @Test("The library has exactly the ten models")
  func names() throws {
    #expect(try ProfileLibrary().modelNames() == Model.all.map(\.name).sorted())
  }

  @Test(
    "Each model has the series, channels, features and platform of the table", arguments: Model.all)
  func table(model: Model) throws {
    let profile = try ProfileLibrary().profile(named: model.name)
    #expect(profile.name == model.name)
    #expect(profile.series == model.series)
    #expect(profile.record.channels == model.channels)
    #expect(profile.record.gain == model.gain)
    #expect(profile.record.amrDTX == model.amrDTX)
    #expect(
      [profile.record.stream.start, profile.record.stream.read] == [model.stream, model.stream])
    #expect(profile.record.sizeCountsHeader == model.sizeCountsHeader)
    #expect(profile.platform == model.platform)
  }

  @Test("Each model has its heap and the platform's limits", arguments: Model.all)
  func limits(model: Model) throws {
    let limits = try ProfileLibrary().profile(named: model.name).limits
    #expect(limits.scriptHeapBytes == model.scriptHeapBytes)
    #expect(limits.bootHeapBytes == 18_576)
    #expect(limits.systemHeapBytes == 2_199_424)
    #expect(limits.eventQueue == 64)
    #expect(limits.threads == 16)
    #expect(limits.timers > 0)
    #expect(limits.openFiles > 0)
  }

  @Test("On each model a step lasts a microsecond and a call a millisecond", arguments: Model.all)
  func timing(model: Model) throws {
    let profile = try ProfileLibrary().profile(named: model.name)
    #expect(profile.timing.stepNanoseconds == 1000)
    #expect(profile.timing.callNanoseconds == 1_000_000)
    #expect(profile.dialect == .micropython113)
    for path in ["timing.stepNanoseconds", "timing.callNanoseconds"] {
      #expect(profile.source(of: path)?.provenance == .ruled)
    }
  }

  @Test("Each model has a writable /usr and a read-only /bak on littlefs 1", arguments: Model.all)
  func volumes(model: Model) throws {
    let volumes = try ProfileLibrary().profile(named: model.name).volumes
    #expect(volumes.map(\.mount) == ["/usr", "/bak"])
    #expect(volumes.map(\.readOnly) == [false, true])
    #expect(volumes.map(\.fileSystem) == [.littlefs1, .littlefs1])
    #expect(volumes.map(\.blockSize) == [4096, 4096])
  }

  /// What is free on a fresh volume: an empty one holds four blocks, the system's settings file one.
  @Test(
    "A fresh /usr has the free space that the vendor documents",
    arguments: [("EC600N", 1.0), ("EC800N", 0.5), ("EC200U", 0.3), ("EC600U", 0.3)])
  func freeSpace(name: String, megabytes: Double) throws {
    let usr = try ProfileLibrary().profile(named: name).volumes[mount: "/usr"]
    let free = Double((usr.blockCount - 5) * usr.blockSize) / 1_000_000
    #expect(abs(free - megabytes) < 0.1)
  }

  @Test("A mounted EC600U volume has one block fewer than its partition")
  func mountedBlocks() throws {
    let volumes = try ProfileLibrary().profile(named: "EC600U").volumes
    #expect(volumes.map(\.blockCount) == [94 - 1, 25 - 1])
  }

  @Test("Each model introduces itself in the vendor's pattern", arguments: Model.all)
  func identity(model: Model) throws {
    let identity = try ProfileLibrary().profile(named: model.name).identity
    #expect(identity.firmware.hasPrefix(model.name))
    #expect(identity.firmware.hasSuffix("_OCPU_QPY"))
    #expect(identity.imeiPattern.count == 15)
    #expect(identity.sysname.hasPrefix(model.name + "-"))
    #expect(identity.nodename == model.name)
    #expect(identity.release == "1.13.0")
    #expect(identity.version.hasPrefix("v1.12 on "))
    #expect(identity.machine == "\(model.name) with QUECTEL")
    #expect(!identity.qpyver.isEmpty)
  }

  @Test(
    "Every method works on every model, except that EG915U has no TTS class, two models alone have MIPI lines, those of EC600M and EC800M for data no messages, four no calls, and the Unisoc models tell no reason for going off",
    arguments: Model.all)
  func methods(model: Model) throws {
    let profile = try ProfileLibrary().profile(named: model.name)
    let hasMIPI = ["EC200U", "EC600U"].contains(model.name)
    var methods: [DeviceMethod: Availability] = ["LCD.mipi_init": hasMIPI ? .works : .missing]
    if profile.platform.contains("Unisoc") { methods["Power.powerDownReason"] = .missing }
    if ["EC600M", "EC800M"].contains(model.name) { methods["sms.init"] = .missing }
    if ["EC600M", "EC800M", "EC600U", "EC800N"].contains(model.name) {
      methods["voiceCall.init"] = .missing
    }
    if model.name == "EG915U" { methods["TTS.init"] = .missing }
    #expect(profile.methods == methods)
  }

  @Test("A method knows its class and its name")
  func methodNames() {
    #expect(DeviceMethod("Record.Delete").className == "Record")
    #expect(DeviceMethod("Record.Delete").functionName == "Delete")
    #expect(DeviceMethod("Record.Delete").constructor == "Record.init")
  }

  @Test("The model that the vendor's list leaves out is flagged")
  func flagged() throws {
    let notes = try ProfileLibrary().profile(named: "EG912N").notes
    #expect(notes == ["In the table of channels but not in the list of supported models."])
  }

  @Test("Every fact of every model has a provenance and a source", arguments: Model.all)
  func sources(model: Model) throws {
    let profile = try ProfileLibrary().profile(named: model.name)
    for fact in profile.statements {
      #expect(!fact.source.isEmpty, "\(fact.path)")
    }
    #expect(profile.source(of: "record.channels")?.provenance == .documented)
    #expect(profile.source(of: "identity.firmware")?.provenance == .ruled)
    #expect(profile.source(of: "limits.eventQueue")?.file == "Profiles/models/QuecPython.json")
    #expect(profile.source(of: "limits.nothing") == nil)
  }

  @Test(
    "A model is found by its name and its variants, whatever their case and hyphens",
    arguments: [
      ("EC600N", "EC600N"), ("ec600n", "EC600N"), ("EC600N-CN", "EC600N"),
      ("EC600NCNLC", "EC600N"), ("EC600NCNLA", "EC600N"), ("ec600n_cnlc", "EC600N"),
      ("EC200UCNAA", "EC200U"), ("EC200U-CN", "EC200U"), ("EC600UCNLB", "EC600U"),
      ("EC600M-CNLE", "EC600M"), ("EC800MCNGA", "EC800M"), ("EC800NCNLA", "EC800N"),
      ("EG915N-EUAG", "EG915N"), ("EG912U-GL", "EG912U"), ("EG912NEN", "EG912N"),
      ("EG915U-EU", "EG915U"),
    ])
  func aliases(alias: String, name: String) throws {
    #expect(try ProfileLibrary().profile(named: alias).name == name)
  }
}
