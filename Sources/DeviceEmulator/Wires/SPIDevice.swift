/// What hangs on an SPI port. Without one a read gives 0xFF, as an open line does.
public enum SPIDevice: Sendable, Equatable {
  /// The data lines are tied together: what is written comes back.
  case loopback
  /// The device sends these bytes, from the first on with each transfer; then 0xFF.
  case sends([UInt8])

  /// What comes in while bytes go out.
  package func exchange(_ bytes: [UInt8]) -> [UInt8] {
    switch self {
    case .loopback: bytes
    case .sends(let own): bytes.indices.map { $0 < own.count ? own[$0] : 0xFF }
    }
  }
}
