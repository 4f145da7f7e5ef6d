/// Where the module is.
public struct Location: Sendable, Equatable {
  /// In degrees.
  public var longitude: Double
  public var latitude: Double
  /// How far off that may be, in m.
  public var accuracy: Int

  /// A place.
  public init(longitude: Double, latitude: Double, accuracy: Int) {
    (self.longitude, self.latitude, self.accuracy) = (longitude, latitude, accuracy)
  }

  /// As scripts get it: a module computes degrees with 32 bits.
  package var value: GuestValue {
    .tuple([.double(Double(Float(longitude))), .double(Double(Float(latitude))), .int(accuracy)])
  }
}

/// An access point of a wireless network that the module can hear.
public struct AccessPoint: Sendable, Equatable {
  /// Its address: six pairs of hexadecimal digits between colons.
  public let address: String
  /// How strong it is, in dBm.
  public let strength: Int

  /// An access point; the letters of its address become large.
  public init(_ address: String, _ strength: Int) {
    (self.address, self.strength) = (address.uppercased(), strength)
  }

  /// As scripts get it.
  package var value: GuestValue { .tuple([.string(address), .int(strength)]) }
}
