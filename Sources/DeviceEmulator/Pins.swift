import EmulatedTime

/// The GPIO pins of a module: what drives each, and the level on it.
///
/// A pin that the script drives has the script's level; any other has the level that the world
/// outside gives it, low unless told otherwise.
public final class Pins: Sendable {
  private struct Pin {
    var isOutput = false
    var driven = false
    var outside: Bool?
    var pullsUp = false

    var level: Bool { isOutput ? driven : outside ?? pullsUp }
  }

  private let pins = Monitor([Int: Pin]())

  /// Whether the pin is high.
  public func level(_ number: Int) -> Bool { pins.withLock { $0[number, default: Pin()].level } }

  /// Drives a pin from outside, as a button or another chip does; nil lets it float.
  public func drive(_ number: Int, _ level: Bool?) {
    pins.withLock { $0[number, default: Pin()].outside = level }
  }

  /// Sets a pin up as the script wants it.
  public func configure(_ number: Int, isOutput: Bool, pullsUp: Bool, level: Bool) {
    pins.withLock {
      $0[number, default: Pin()].isOutput = isOutput
      $0[number, default: Pin()].pullsUp = pullsUp
      $0[number, default: Pin()].driven = level
    }
  }

  /// The script drives the pin.
  public func write(_ number: Int, _ level: Bool) {
    pins.withLock { $0[number, default: Pin()].driven = level }
  }

  /// Turns the pin into an output or an input.
  public func setDirection(_ number: Int, isOutput: Bool) {
    pins.withLock { $0[number, default: Pin()].isOutput = isOutput }
  }

  /// The script has a pin set up no more; what the world drives it goes on driving.
  package func release(_ number: Int) {
    pins.withLock { pins in
      if let pin = pins[number] { pins[number] = Pin(outside: pin.outside) }
    }
  }

  /// The script has no pin set up any more; what the world drives it goes on driving.
  func release() {
    pins.withLock { pins in
      pins = pins.mapValues { Pin(outside: $0.outside) }
    }
  }

  /// Whether the script drives the pin.
  public func isOutput(_ number: Int) -> Bool {
    pins.withLock { $0[number, default: Pin()].isOutput }
  }
}
