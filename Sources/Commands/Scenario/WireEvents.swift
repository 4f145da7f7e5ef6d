import DeviceEmulator
import JSONText

/// What a scenario puts at the other ends of a module's buses and serial ports.
extension ScenarioReading {
  static let i2c = Kind<Scenario.Action>(
    key: "i2c",
    others: ["address", "registers", "eeprom", "temperature", "humidity", "acceleration"]
  ) { this, bus, event in
    guard let number = this.integer(bus, "i2c", in: 0...3),
      let address = this.integer(event["address"] ?? event, "address", in: 0...127),
      let device = this.i2cDevice(event)
    else { return nil }
    return .world(.i2c(I2CPlace(bus: number, address: address), device))
  }

  private mutating func i2cDevice(_ event: JSONNode) -> I2CDevice? {
    if let node = event["registers"] { return registers(node).map { .registers($0) } }
    if let node = event["eeprom"] {
      guard let count = integer(node, "eeprom", in: 128...65_536), count.nonzeroBitCount == 1
      else {
        reportKind("eeprom", "a power of two from 128 to 65536, the bytes that it holds", node)
        return nil
      }
      return .eeprom(EEPROM(byteCount: count))
    }
    if let node = event["acceleration"] {
      let values = (node.array ?? []).compactMap(\.int)
      guard values.count == 3, node.array?.count == 3 else {
        reportKind("acceleration", "three whole numbers, thousandths of g of x, y and z", node)
        return nil
      }
      return .accelerometer(Accelerometer(milliG: values))
    }
    return climate(event)
  }

  private mutating func climate(_ event: JSONNode) -> I2CDevice? {
    guard let temperature = event["temperature"]?.double, (-50...150).contains(temperature),
      let humidity = event["humidity"]?.double, (0...100).contains(humidity)
    else {
      report(
        "what hangs on a bus is said by \"registers\", \"eeprom\", \"acceleration\", or a \"temperature\" "
          + "from -50 to 150 with a \"humidity\" from 0 to 100", at: event.offset)
      return nil
    }
    return .climate(ClimateSensor(temperature: temperature, humidity: humidity))
  }

  /// An object of numbers by their registers' numbers.
  private mutating func registers(_ node: JSONNode) -> RegisterMap? {
    var values: [UInt8: UInt8] = [:]
    for member in node.object ?? [] {
      guard let register = UInt8(member.key), let value = member.value.byte else { break }
      values[register] = value
    }
    guard let members = node.object, values.count == members.count else {
      reportKind("registers", "an object of numbers from 0 to 255 by numbers such as \"15\"", node)
      return nil
    }
    return RegisterMap(values)
  }

  static let spi = Kind<Scenario.Action>(key: "spi", others: ["sends", "loopback"]) {
    this, port, event in
    guard let number = this.integer(port, "spi", in: 0...3) else { return nil }
    if event["loopback"]?.bool == true { return .world(.spi(number, .loopback)) }
    guard let node = event["sends"], let bytes = this.bytes(node, "sends") else {
      this.report("\"spi\" goes with \"loopback\": true or with \"sends\"", at: event.offset)
      return nil
    }
    return .world(.spi(number, .sends(bytes)))
  }

  /// An array of numbers from 0 to 255.
  private mutating func bytes(_ node: JSONNode, _ key: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    for element in node.array ?? [] {
      guard let byte = element.byte else { break }
      bytes.append(byte)
    }
    guard bytes.count == node.array?.count else {
      reportKind(key, "an array of numbers from 0 to 255", node)
      return nil
    }
    return bytes
  }

  static let uart = Kind<Scenario.Action>(
    key: "uart", others: ["sends", "answers", "loopback"]
  ) { this, port, event in
    guard let number = this.integer(port, "uart", in: 0...4) else { return nil }
    if event["loopback"]?.bool == true { return .world(.uart(number, .loopback)) }
    if let node = event["answers"] {
      return this.answers(node).map { .world(.uart(number, .answers($0))) }
    }
    guard let node = event["sends"] else {
      this.report(
        "\"uart\" goes with \"loopback\": true, with \"answers\" or with \"sends\"",
        at: event.offset)
      return nil
    }
    return this.text(node, "sends").map { .world(.uart(number, .sends(Array($0.utf8)))) }
  }

  static let server = Kind<Scenario.Action>(key: "serves", others: ["text", "file"]) {
    this, node, event in
    guard let url = this.text(node, "serves") else { return nil }
    if let file = event["file"], event["text"] == nil {
      return this.contents(of: file).map { .world(.serves(url, $0)) }
    }
    guard event["file"] == nil, let text = event["text"], text.isNull || text.string != nil else {
      this.report(
        "\"serves\" goes with \"file\", with a \"text\", or with \"text\": null for no longer",
        at: event.offset)
      return nil
    }
    return .world(.serves(url, text.string.map { Array($0.utf8) }))
  }

  /// An object of what a peer answers by what it hears.
  private mutating func answers(_ node: JSONNode) -> [UARTPeer.Answer]? {
    let answers = (node.object ?? []).compactMap { member in
      member.value.string.map { UARTPeer.Answer(to: Array(member.key.utf8), Array($0.utf8)) }
    }
    if let members = node.object, answers.count == members.count, !members.isEmpty,
      members.allSatisfy({ !$0.key.isEmpty })
    {
      return answers
    }
    reportKind("answers", "an object of texts by the texts that they answer", node)
    return nil
  }
}

extension JSONNode {
  /// A number from 0 to 255; nil for anything else.
  fileprivate var byte: UInt8? {
    guard let number = int else { return nil }
    return UInt8(exactly: number)
  }
}
