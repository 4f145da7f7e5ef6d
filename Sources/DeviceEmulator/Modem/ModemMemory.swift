package import ModuleProfiles

/// What the modem keeps over a restart, in a memory that scripts do not see.
struct ModemMemory: Sendable, Equatable {
  /// What to dial with, by the number of the context.
  var contexts: [Int: DataContext] = [:]
  /// The network mode that was set; nil for the model's own.
  var networkMode: Int?
  var roams = false
  /// The access points that were set, by the SIM.
  var accessPoints: [Int: String] = [:]
  /// Whether the slot is watched, and the level that means a card.
  var watchesSlot = false
  var insertLevel = 0
  /// The bytes of a firmware update that the next start carries out; nil if there is none.
  var firmwareUpdate: Int?
}

/// What a data context is dialled with, and when.
struct DataContext: Sendable, Equatable {
  var ipType = 0
  var accessPoint = ""
  var user = ""
  var password = ""
  var authentication = 0
  /// Whether it is dialled at power-on; nil if nobody has said so.
  var dialsAtPowerOn: Bool?
  /// Whether it comes back after the network was lost; nil likewise.
  var comesBack: Bool?
  /// The name servers in place of the network's.
  var nameServers: [String]?
}

extension Board {
  /// Changes the world; those who are told of it hear it after the call.
  mutating func change<Result>(_ change: (inout World) -> Result) -> Result {
    worldBefore = worldBefore ?? world
    return change(&world)
  }
}

extension ModuleProfile {
  /// Whether its chip is one of ASR's.
  package var isASR: Bool { platform.hasPrefix("ASR") }

  /// Whether its chip is one of Unisoc's.
  var isUnisoc: Bool { platform.hasPrefix("Unisoc") }

  /// A country's code as scripts get it: on the chips of ASR the number whose hexadecimal digits it is.
  func number(ofCountry code: String) -> Int { Int(code, radix: isASR ? 16 : 10) ?? 0 }
}
