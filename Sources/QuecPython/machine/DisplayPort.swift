import DeviceEmulator
import EmulatedTime
import ModuleProfiles

/// `machine.LCD`: sends a display's controller what the tables of a script say, and pixels.
struct DisplayPort: Peripheral {
  /// What a script has set the display up with.
  private struct Setup {
    let width: Int
    let height: Int
    /// How long a byte takes on the wire.
    let byteTime: Duration
    let area: [UInt8]
    var on: [UInt8]?
    var off: [UInt8]?
    var light: [UInt8]?
  }

  private static let longestTable = 1000
  private static let longestSide = 500
  private static let mipiSides = 1...2000
  private static let levels = 0...5
  /// What a panel on MIPI lines is sent for an area: CASET, RASET and RAMWR.
  private static let areaTable: [UInt8] = [
    0, 4, 0x2A, 1, 2, 0xD0, 1, 2, 0xD1, 0, 4, 0x2B, 1, 2, 0xD2, 1, 2, 0xD3, 0, 0, 0x2C,
  ]

  private var setup: Setup?

  static let methods: [String: MethodRows<DisplayPort>] = [
    "LCD.init": ["ok": .make { _, _, _, _ in .done(.object(PeripheralID(0))) }],
    "LCD.lcd_init": initializing, "LCD.mipi_init": initializingMIPI,
    "LCD.lcd_clear": clearing, "LCD.lcd_write": writing, "LCD.lcd_show": showing,
    "LCD.lcd_show_jpg": showingPhoto, "LCD.lcd_brightness": lighting,
    "LCD.lcd_display_on": switching(\.on), "LCD.lcd_display_off": switching(\.off),
    "LCD.lcd_write_cmd": sending { bytes in bytes.map { .command($0) } },
    "LCD.lcd_write_data": sending { [.data($0)] },
  ]

  init(on board: inout Board) {}

  /// There is one, whichever object a script uses.
  func objectCount(of className: Substring) -> Int { 1 }

  /// No display is set up.
  private static let closed = Row<DisplayPort>.when { port, _ in port.setup == nil }
  /// There is one already; only a restart ends that.
  private static let open = Row<DisplayPort>.when { port, _ in port.setup != nil }

  // MARK: Setting up

  private static let initializing: MethodRows<DisplayPort> = [
    "init": table(0), "clock": .when { !hasRightClock($1, $2.profile) },
    "configuration": .when { !isRight($1, $2.profile) },
    "area": table(7), "on": table(8), "off": table(9), "light": table(10), "open": open,
    "ok": .make { port, call, _, board in
      let bytes = call.arguments.map(\.readableBytes)
      let setup = Setup(
        width: call.int(1), height: call.int(2), byteTime: byteTime(call),
        area: bytes[7] ?? [], on: bytes[8], off: bytes[9], light: bytes[10])
      guard call.int(6) == 0 else {
        board.world.display = nil
        board.remarkOnce(
          "LCD.lcd_init sets up a monochrome display, of which qpyemu shows nothing")
        port.setup = setup
        return .takes(until: board.clock.now)
      }
      return .takes(until: port.begin(setup, DisplayTable(bytes[0] ?? []).steps, on: &board))
    },
  ]

  private static let initializingMIPI: MethodRows<DisplayPort> = [
    "init": table(0),
    "configuration": .when { _, call in
      [1, 2].contains { !mipiSides.contains(call.int($0)) }
    },
    "open": open,
    "ok": .make { port, call, _, board in
      let setup = Setup(
        width: call.int(1), height: call.int(2), byteTime: .zero, area: areaTable)
      let format: [DisplayTable.Step] = [.command(0x3A), .data([5])]
      let steps = DisplayTable(mipi: call.arguments[0].readableBytes ?? []).steps + format
      return .takes(until: port.begin(setup, steps, on: &board))
    },
  ]

  /// Whether a table is too long or empty; one that is left out is neither.
  private static func table(_ index: Int) -> Row<DisplayPort> {
    .when { _, call in
      call.arguments[index].readableBytes.map { !(1...longestTable).contains($0.count) } ?? false
    }
  }

  /// On LCM lines the clock is said in kHz, on an SPI port by its code.
  private static func hasRightClock(_ call: Call, _ profile: ModuleProfile) -> Bool {
    call.int(11) == 1
      ? (0...(profile.isUnisoc ? 9 : 6)).contains(call.int(3))
      : [0, 6500, 13000, 26000, 52000].contains(call.int(3))
  }

  private static func isRight(_ call: Call, _ profile: ModuleProfile) -> Bool {
    let sides = [1, 2].map(call.int)
    let pins = [14, 15, 16].map(call.int)
    guard sides.allSatisfy({ (1...longestSide).contains($0) }), [1, 2].contains(call.int(4)),
      [3, 4].contains(call.int(5)), [0, 1].contains(call.int(6)), [0, 1].contains(call.int(11))
    else { return false }
    guard call.int(11) == 1 else { return call.int(3) > 0 }
    return [0, 1].contains(call.int(12)) && (0...3).contains(call.int(13))
      && pins.allSatisfy { (1...profile.pins.count).contains($0) }
  }

  /// Three lines have none for what is a command; it goes as a ninth bit.
  private static func byteTime(_ call: Call) -> Duration {
    let hertz = call.int(11) == 1 ? 812_500 << call.int(3) : 1000 * call.int(3)
    return .seconds(1) * (call.int(5) == 3 ? 9 : 8) / (hertz * call.int(4))
  }

  /// Sets a display up; gives when it is.
  private mutating func begin(
    _ setup: Setup, _ steps: [DisplayTable.Step], on board: inout Board
  ) -> Duration {
    self.setup = setup
    board.world.display = DisplayController()
    let due = send(steps, on: &board)
    board.world.display?.settle(width: setup.width, height: setup.height)
    return due
  }

  // MARK: The wire

  /// Sends what a table says; gives when that is done.
  private func send(_ steps: [DisplayTable.Step], on board: inout Board) -> Duration {
    var due = board.clock.now
    let byteTime = setup?.byteTime ?? .zero
    for step in steps {
      switch step {
      case .command(let command):
        board.world.display?.receive(command: command)
        due += byteTime
      case .data(let bytes):
        board.world.display?.receive(data: bytes)
        due += byteTime * bytes.count
      case .wait(let milliseconds): due += .milliseconds(milliseconds)
      }
    }
    return due
  }

  /// Sends pixels of 16 bits to an area, the upper byte first; gives when that is done.
  private func draw(
    _ pixels: [UInt8], in area: DisplayTable.Area, on board: inout Board
  ) -> Duration {
    let steps = DisplayTable(setup?.area ?? [], for: area).steps
    let due = send(steps, on: &board)
    if board.world.display?.takesPixels == false {
      board.remarkOnce(
        "what is drawn on the display is lost: the table lcd_invalid does not end in RAMWR (0x2C), as "
          + "for a controller of the kind of ST7789")
    }
    return due + (send([.data(pixels)], on: &board) - board.clock.now)
  }

  /// An area by its corner and size; nil if it is not on the display.
  private func area(x: Int, y: Int, width: Int, height: Int) -> DisplayTable.Area? {
    guard let setup, x >= 0, y >= 0, width > 0, height > 0, x + width <= setup.width,
      y + height <= setup.height
    else { return nil }
    return DisplayTable.Area(columns: x...x + width - 1, rows: y...y + height - 1)
  }

  // MARK: Drawing

  private static let clearing: MethodRows<DisplayPort> = [
    "closed": closed,
    "ok": .make { port, call, _, board in
      guard let setup = port.setup,
        let area = port.area(x: 0, y: 0, width: setup.width, height: setup.height)
      else { return .done() }
      let color = call.int(0)
      let pixel = [UInt8(truncatingIfNeeded: color >> 8), UInt8(truncatingIfNeeded: color)]
      let pixels = [[UInt8]](repeating: pixel, count: area.count).flatMap { $0 }
      return .takes(until: port.draw(pixels, in: area, on: &board))
    },
  ]

  private static let writing: MethodRows<DisplayPort> = [
    "few": .when { $1.arguments.count < 5 },
    "closed": closed, "empty": .when { $1.arguments[0].readableBytes?.isEmpty ?? true },
    "size": .when { $0.target(of: $1) == nil },
    "ok": .make { port, call, _, board in
      guard let area = port.target(of: call) else { return .done() }
      let bytes = call.bytes(0, upTo: 2 * area.count)
      if bytes.count < 2 * area.count {
        board.remarkOnce(
          "LCD.lcd_write got \(bytes.count) bytes for \(area.count) pixels, which take two each")
      }
      return .takes(until: port.draw(bytes.upperFirst, in: area, on: &board))
    },
  ]

  /// The area that `lcd_write` is given, by two corners of 16 bits; nil if it is not on the display.
  private func target(of call: Call) -> DisplayTable.Area? {
    let corners = (1...4).map { call.int($0) & 0xFFFF }
    return area(
      x: corners[0], y: corners[1], width: corners[2] - corners[0] + 1,
      height: corners[3] - corners[1] + 1)
  }

  private static let showing: MethodRows<DisplayPort> = [
    "number": .when { $1.arguments.count == 4 },
    "closed": closed, "file": noFile,
    "content": .when { port, call, board in
      port.image(call, on: board)?.pixels.isEmpty ?? false
    },
    "size": .when { port, call, board in
      port.image(call, on: board).map { port.area(of: $0, call) == nil } ?? false
    },
    "ok": .make { port, call, _, board in
      guard let image = port.image(call, on: board), let area = port.area(of: image, call) else {
        return .done()
      }
      // What the file lacks is black.
      let pixels = image.pixels.prefix(2 * area.count)
      let rest = [UInt8](repeating: 0, count: 2 * area.count - pixels.count)
      return .takes(until: port.draw((pixels + rest).upperFirst, in: area, on: &board))
    },
  ]

  /// There is no such file.
  private static let noFile = Row<DisplayPort>.when { _, call, board in
    content(call, on: board) == nil
  }

  private static func content(_ call: Call, on board: Board) -> [UInt8]? {
    try? board.files.contents(of: ScriptFiles.userPath(of: call.string(0)))
  }

  private struct Image {
    let width: Int
    let height: Int
    /// Of 16 bits each.
    let pixels: ArraySlice<UInt8>
  }

  /// The image in a file: with a header of eight bytes, unless the call says its size.
  private func image(_ call: Call, on board: Board) -> Image? {
    guard let content = Self.content(call, on: board) else { return nil }
    guard call.arguments.count == 3 else {
      return Image(width: call.int(3), height: call.int(4), pixels: content[...])
    }
    let head = Array(content.prefix(8))
    guard head.count == 8 else { return Image(width: 0, height: 0, pixels: []) }
    let isBig = head[0] == 0x10
    let number = { Int(head[isBig ? $0 : $0 + 1]) << 8 | Int(head[isBig ? $0 + 1 : $0]) }
    return Image(width: number(2), height: number(4), pixels: content.dropFirst(8))
  }

  private func area(of image: Image, _ call: Call) -> DisplayTable.Area? {
    area(x: call.int(1), y: call.int(2), width: image.width, height: image.height)
  }

  private static let showingPhoto: MethodRows<DisplayPort> = [
    "closed": closed, "file": noFile,
    "content": .never, "size": .never,
    "ok": .make { port, call, _, board in
      guard let content = content(call, on: board), let photo = board.photos.picture(in: content)
      else { return .instead("content") }
      guard
        let area = port.area(
          x: call.int(1), y: call.int(2), width: photo.width, height: photo.height)
      else { return .instead("size") }
      return .takes(until: port.draw(photo.pixelsOf16Bits, in: area, on: &board))
    },
  ]

  // MARK: Light, power and single words

  private static let lighting: MethodRows<DisplayPort> = [
    "level": .when { !levels.contains($1.int(0)) }, "closed": closed,
    "ok": .make { port, call, _, board in
      guard let table = port.setup?.light else {
        board.world.displayBrightness = call.int(0)
        return .done()
      }
      return .takes(until: port.send(DisplayTable(table).steps, on: &board))
    },
  ]

  private static func switching(
    _ table: any KeyPath<Setup, [UInt8]?> & Sendable
  ) -> MethodRows<DisplayPort> {
    [
      "closed": closed, "table": .when { port, _ in port.setup?[keyPath: table] == nil },
      "ok": .make { port, _, _, board in
        let steps = DisplayTable(port.setup?[keyPath: table] ?? []).steps
        return .takes(until: port.send(steps, on: &board))
      },
    ]
  }

  /// Sends a number of so many bytes, the highest first.
  private static func sending(
    _ steps: @escaping @Sendable ([UInt8]) -> [DisplayTable.Step]
  ) -> MethodRows<DisplayPort> {
    [
      "closed": closed, "length": .when { !(1...4).contains($1.int(1)) },
      "ok": .make { port, call, _, board in
        let bytes = (0..<call.int(1)).reversed().map {
          UInt8(truncatingIfNeeded: call.int(0) >> (8 * $0))
        }
        return .takes(until: port.send(steps(bytes), on: &board))
      },
    ]
  }
}

extension ArraySlice<UInt8> {
  fileprivate var upperFirst: [UInt8] { Array(self).upperFirst }
}

extension [UInt8] {
  /// Words of 16 bits with their bytes the other way round.
  fileprivate var upperFirst: [UInt8] {
    var bytes = self
    for index in stride(from: 0, to: count - 1, by: 2) { bytes.swapAt(index, index + 1) }
    return bytes
  }
}

extension Picture {
  /// Each pixel in 16 bits, the upper byte first.
  fileprivate var pixelsOf16Bits: [UInt8] {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(2 * width * height)
    for place in stride(from: 0, to: bytes.count, by: 3) {
      let (red, green, blue) = (bytes[place], bytes[place + 1], bytes[place + 2])
      pixels.append(red & 0xF8 | green >> 5)
      pixels.append(green << 3 & 0xE0 | blue >> 3)
    }
    return pixels
  }
}
