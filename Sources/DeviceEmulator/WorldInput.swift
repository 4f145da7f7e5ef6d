/// Something about the SIM or the network that can be different from now on: a key of a scenario's `modem`.
public struct WorldInput: Sendable {
  /// Its key.
  public let key: String
  /// What it takes, for a message: "a whole number from 0 to 31, or 99 for unknown".
  public let takes: String
  /// The words that it takes; empty if it takes something else.
  public let words: [String]
  /// Changes the world to a value; false if it is none that the input takes.
  private let set: @Sendable (inout World, GuestValue) -> Bool

  /// Changes the world.
  ///
  /// - Returns: Whether the value is one that it takes.
  public func apply(_ value: GuestValue, to world: inout World) -> Bool { set(&world, value) }

  /// All of them.
  public static let all: [WorldInput] = [
    number("signal", "a whole number from 0 to 31, or 99 for unknown", \.modem.signal) {
      (0...31).contains($0) || $0 == 99
    },
    word("sim", \.modem.sim), word("registered", \.modem.registered),
    text("operator", "a name of 1 to 32 characters", \.network.longName) {
      (1...32).contains($0.utf8.count)
    },
    text("shortOperator", "a name of 1 to 32 characters", \.network.shortName) {
      (1...32).contains($0.utf8.count)
    },
    digits("mcc", 3...3, \.network.mcc), digits("mnc", 2...3, \.network.mnc),
    number("lac", "a whole number from 1 to 65534", \.network.area) { (1...65534).contains($0) },
    number("cell", "a whole number from 0 to 268435455", \.network.cell) {
      (0...0xFFF_FFFF).contains($0)
    },
    number("act", "a whole number from 0 to 9", \.network.technology) { (0...9).contains($0) },
    digits("number", 0...20, \.card.number), digits("imsi", 6...15, \.card.imsi),
    digits("iccid", 18...20, \.card.iccid), digits("pin", 4...8, \.card.pin),
    digits("puk", 8...8, \.card.puk),
    number("pinTries", "a whole number from 1 to 3", \.card.pinTries) { (1...3).contains($0) },
    number("pukTries", "a whole number from 1 to 10", \.card.pukTries) { (1...10).contains($0) },
    WorldInput("time", "a UTC time such as 2025-01-31T08:00:00, or none") { world, value in
      guard let text = value.string, let time = NetworkTime(text) else { return false }
      world.network.time = time
      return true
    },
    number("timeZone", "a whole number of quarters of an hour from -48 to 56", \.network.timeZone) {
      (-48...56).contains($0)
    },
    number("smsCapacity", "a whole number from 0 to 255", \.card.messageCapacity) {
      (0...255).contains($0)
    },
    text("address", "an IPv4 address such as 10.0.0.2", \.network.address) { $0.isIPv4 },
    WorldInput("dns", "an array of one or two IPv4 addresses") { world, value in
      guard case .list(let values) = value, (1...2).contains(values.count) else { return false }
      let servers = values.compactMap(\.string)
      guard servers.count == values.count, servers.allSatisfy(\.isIPv4) else { return false }
      world.network.nameServers = servers.count == 2 ? servers : servers + ["0.0.0.0"]
      return true
    },
  ]

  /// The input of a key; nil if there is none.
  public static func named(_ key: String) -> WorldInput? { all.first { $0.key == key } }

  private init(
    _ key: String, _ takes: String, words: [String] = [],
    _ set: @escaping @Sendable (inout World, GuestValue) -> Bool
  ) {
    (self.key, self.takes, self.words, self.set) = (key, takes, words, set)
  }

  private static func number(
    _ key: String, _ takes: String, _ path: any WritableKeyPath<World, Int> & Sendable,
    _ isRight: @escaping @Sendable (Int) -> Bool
  ) -> WorldInput {
    WorldInput(key, takes) { world, value in
      guard case .int(let number) = value, isRight(number) else { return false }
      world[keyPath: path] = number
      return true
    }
  }

  private static func text(
    _ key: String, _ takes: String, _ path: any WritableKeyPath<World, String> & Sendable,
    _ isRight: @escaping @Sendable (String) -> Bool
  ) -> WorldInput {
    WorldInput(key, takes) { world, value in
      guard let text = value.string, isRight(text) else { return false }
      world[keyPath: path] = text
      return true
    }
  }

  private static func digits(
    _ key: String, _ count: ClosedRange<Int>, _ path: any WritableKeyPath<World, String> & Sendable
  ) -> WorldInput {
    let many =
      count.count == 1 ? "\(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
    return text(key, "a string of \(many) digits", path) {
      count.contains($0.utf8.count) && $0.utf8.allSatisfy { (48...57).contains($0) }
    }
  }

  private static func word<Word: RawRepresentable<String> & CaseIterable & SendableMetatype>(
    _ key: String, _ path: any WritableKeyPath<World, Word> & Sendable
  ) -> WorldInput {
    let words = Word.allCases.map(\.rawValue)
    return WorldInput(key, words.joined(separator: ", "), words: words) { world, value in
      guard let word = value.string.flatMap({ Word(rawValue: $0) }) else { return false }
      world[keyPath: path] = word
      return true
    }
  }
}

extension NetworkTime {
  /// Reads `none`, or a time of UTC in the form `2025-01-31T08:00:00`.
  fileprivate init?(_ text: String) {
    guard text != "none" else {
      self = .none
      return
    }
    let form = "0000-00-00T00:00:00".utf8
    let isDigit = form.map { $0 == UInt8(ascii: "0") }
    guard text.utf8.count == form.count,
      zip(text.utf8, zip(form, isDigit)).allSatisfy({ letter, place in
        place.1 ? (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(letter) : letter == place.0
      })
    else { return nil }
    let numbers = text.split { "-T:".contains($0) }.compactMap { Int($0) }
    let fields = Array(numbers[..<3]) + [0] + Array(numbers[3...]) + [0]
    guard let time = LocalTime(fields: fields, zone: 0) else { return nil }
    self = .atPowerOn(time.unixTime)
  }
}

extension String {
  fileprivate var isIPv4: Bool {
    let parts = split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4
      && parts.allSatisfy { part in
        UInt8(part).map { String($0) == part } ?? false
      }
  }
}

extension DeviceEmulator {
  /// Has something about the SIM or the network be different from now on.
  ///
  /// - Throws: ``GuestException``, a ValueError that says what is wrong.
  package func change(_ key: String, to value: GuestValue) throws(GuestException) {
    guard let input = WorldInput.named(key) else {
      let keys = WorldInput.all.map(\.key).joined(separator: ", ")
      throw GuestException("ValueError", "there is no \(key) to change; there is \(keys)")
    }
    guard changeWorld({ input.apply(value, to: &$0) }) else {
      throw GuestException("ValueError", "\(key) must be \(input.takes)")
    }
  }
}
