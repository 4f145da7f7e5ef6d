package import ModuleProfiles

/// A model as the vendor's page and our rulings describe it, written down apart from `Profiles/`.
package struct Model: Sendable, CustomStringConvertible {
  package let name: String
  package let channels: [Int]
  package var gain = false
  package var dtx = false
  package var stream = false
  package var countsHeader = true
  package var isUnisoc = false

  package var description: String { name }

  /// A channel that the model has not.
  package var otherChannel: Int? { (0...2).first { !channels.contains($0) } }

  /// The EU firmware of this model is built without TTS.
  package var hasTTS: Bool { name != "EG915U" }

  private static let profiles = Result {
    try Dictionary(
      uniqueKeysWithValues: all.map { ($0.name, try ProfileSelection.named($0.name).resolve()) })
  }

  /// The profile under its name, read once for all tests.
  package func profile() throws -> ModuleProfile {
    guard let profile = try Self.profiles.get()[name] else { throw NoProfile(name: name) }
    return profile
  }

  private struct NoProfile: Error {
    let name: String
  }

  package static let all = [
    Model(name: "EC600N", channels: [0], gain: true, dtx: true, stream: true, countsHeader: false),
    Model(name: "EC800N", channels: [0], gain: true, dtx: true, stream: true, countsHeader: false),
    Model(name: "EC600M", channels: [0], countsHeader: false),
    Model(name: "EC800M", channels: [0], countsHeader: false),
    Model(name: "EG915N", channels: [0], countsHeader: false),
    Model(name: "EG912N", channels: [0]),
    Model(name: "EG912U", channels: [0], isUnisoc: true),
    Model(name: "EC200U", channels: [2], stream: true, isUnisoc: true),
    Model(name: "EC600U", channels: [0, 1, 2], stream: true, isUnisoc: true),
    Model(name: "EG915U", channels: [0, 1], isUnisoc: true),
  ]

  package static func named(_ name: String) -> Model { all.first { $0.name == name }! }
}
