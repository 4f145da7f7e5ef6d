package import ModuleProfiles

/// What the modem keeps over a restart, in a memory that scripts do not see.
package struct ModemMemory: Sendable, Equatable {
  /// What to dial with, by the number of the context.
  package var contexts: [Int: DataContext] = [:]
  /// The network mode that was set; nil for the model's own.
  package var networkMode: Int?
  package var roams = false
  /// The access points that were set, by the SIM.
  package var accessPoints: [Int: String] = [:]
  /// Whether the slot is watched, and the level that means a card.
  package var watchesSlot = false
  package var insertLevel = 0
  package var powerSaving = PowerSaving()
  /// The bytes of a firmware update that the next start carries out; nil if there is none.
  package var firmwareUpdate: Int?
}

/// What a data context is dialled with, and when.
package struct DataContext: Sendable, Equatable {
  package var ipType: Int
  package var accessPoint: String
  package var user: String
  package var password: String
  package var authentication: Int
  /// Whether it is dialled at power-on; nil if nobody has said so.
  package var dialsAtPowerOn: Bool?
  /// Whether it comes back after the network was lost; nil likewise.
  package var comesBack: Bool?
  /// The name servers in place of the network's.
  package var nameServers: [String]?

  package init(
    ipType: Int = 0, accessPoint: String = "", user: String = "", password: String = "",
    authentication: Int = 0
  ) {
    (self.ipType, self.accessPoint, self.user) = (ipType, accessPoint, user)
    (self.password, self.authentication) = (password, authentication)
  }
}

extension ModuleProfile {
  /// Whether its chip is one of ASR's.
  package var isASR: Bool { platform.hasPrefix("ASR") }

  /// Whether its chip is one of Unisoc's.
  package var isUnisoc: Bool { platform.hasPrefix("Unisoc") }

  /// A country's code as scripts get it: on the chips of ASR the number whose hexadecimal digits it is.
  package func number(ofCountry code: String) -> Int { Int(code, radix: isASR ? 16 : 10) ?? 0 }
}
