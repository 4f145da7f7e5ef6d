/// The controller of a small colour display, as ST7789: commands and their parameters come in, pixels go into its
/// memory, and the glass shows them.
///
/// Source: data sheet of ST7789V. The glass is the one that the controller was set up for: see ``settle(width:height:)``.
public struct DisplayController: Sendable, Equatable {
  private enum Command {
    static let reset: UInt8 = 0x01
    static let sleepIn: UInt8 = 0x10
    static let sleepOut: UInt8 = 0x11
    static let inversionOff: UInt8 = 0x20
    static let inversionOn: UInt8 = 0x21
    static let displayOff: UInt8 = 0x28
    static let displayOn: UInt8 = 0x29
    static let columns: UInt8 = 0x2A
    static let rows: UInt8 = 0x2B
    static let write: UInt8 = 0x2C
    static let access: UInt8 = 0x36
    static let pixelFormat: UInt8 = 0x3A
    static let writeOn: UInt8 = 0x3C
  }

  /// What it is told by commands; a reset puts it back.
  private struct Settings: Sendable, Equatable {
    var isAsleep = true
    var isOn = false
    var isInverted = false
    var access = MemoryAccess(0)
    /// The bits of a pixel on the wire: 12, 16 or 18.
    var pixelBits = 18
    var columns = 0...239
    var rows = 0...319
  }

  private var settings = Settings()
  /// What it was told when its glass was fitted.
  private var fitted = Settings()
  /// As the one who drives it counts.
  private var width = 0
  private var height = 0
  /// A pixel each, as 0xRRGGBB, in the order of the glass.
  private var memory: [UInt32] = []
  private var command: UInt8 = 0
  /// Parameters of the command, or bytes of a pixel that is not whole yet.
  private var received: [UInt8] = []
  private var column = 0
  private var row = 0

  /// Switches one on that has no glass yet.
  public init() {}

  /// Fits a dark glass of a size for what it has been told so far: with that, colours are what they are called, and what
  /// is at 0, 0 is at the top left.
  ///
  /// Real glasses are wired in many ways, and each script sets its own up: its table is right for it.
  package mutating func settle(width: Int, height: Int) {
    (fitted, self.width, self.height) = (settings, width, height)
    memory = [UInt32](repeating: 0, count: width * height)
  }

  /// Whether what is sent now goes into its memory.
  package var takesPixels: Bool { command == Command.write || command == Command.writeOn }

  // MARK: The wire

  /// Takes a command.
  package mutating func receive(command: UInt8) {
    self.command = command
    received = []
    switch command {
    case Command.reset: settings = Settings()
    case Command.sleepIn: settings.isAsleep = true
    case Command.sleepOut: settings.isAsleep = false
    case Command.inversionOff: settings.isInverted = false
    case Command.inversionOn: settings.isInverted = true
    case Command.displayOff: settings.isOn = false
    case Command.displayOn: settings.isOn = true
    case Command.write: (column, row) = (settings.columns.lowerBound, settings.rows.lowerBound)
    default: break
    }
  }

  /// Takes what follows a command: its parameters, or pixels.
  package mutating func receive(data: [UInt8]) {
    guard !takesPixels else { return receive(pixels: data) }
    received += data.prefix(max(4 - received.count, 0))
    switch (command, received.count) {
    case (Command.columns, 4): settings.columns = range ?? settings.columns
    case (Command.rows, 4): settings.rows = range ?? settings.rows
    case (Command.access, 1...): settings.access = MemoryAccess(received[0])
    case (Command.pixelFormat, 1...):
      settings.pixelBits = [3: 12, 5: 16, 6: 18][received[0] & 7] ?? settings.pixelBits
    default: break
    }
  }

  /// What four parameters name; nil if it ends before it begins.
  private var range: ClosedRange<Int>? {
    let (first, last) = (
      Int(received[0]) << 8 | Int(received[1]), Int(received[2]) << 8 | Int(received[3])
    )
    return first <= last ? first...last : nil
  }

  private mutating func receive(pixels: [UInt8]) {
    let bytes = received + pixels
    let unit = settings.pixelBits == 16 ? 2 : 3
    let whole = bytes.count / unit * unit
    for at in stride(from: 0, to: whole, by: unit) {
      switch settings.pixelBits {
      case 16: store(RGB.of565(Int(bytes[at]) << 8 | Int(bytes[at + 1])))
      case 18: store(RGB.of666(bytes[at], bytes[at + 1], bytes[at + 2]))
      default:
        let pair = Int(bytes[at]) << 16 | Int(bytes[at + 1]) << 8 | Int(bytes[at + 2])
        store(RGB.of444(pair >> 12))
        store(RGB.of444(pair & 0xFFF))
      }
    }
    received = Array(bytes[whole...])
  }

  /// Puts a pixel where the next one belongs; what is outside of the glass is ignored.
  private mutating func store(_ color: UInt32) {
    if let place = place(column, row, settings.access) {
      memory[place] =
        settings.access.isBlueFirst == fitted.access.isBlueFirst
        ? color : RGB.swapped(color)
    }
    column += 1
    guard column > settings.columns.upperBound else { return }
    column = settings.columns.lowerBound
    row = row < settings.rows.upperBound ? row + 1 : settings.rows.lowerBound
  }

  /// Where a pixel is in the memory, by its column and row.
  private func place(_ column: Int, _ row: Int, _ access: MemoryAccess) -> Int? {
    let isTurned = fitted.access.isExchanged
    let (width, height) = isTurned ? (height, width) : (width, height)
    var (x, y) = access.isExchanged ? (row, column) : (column, row)
    if access.isColumnReversed { x = width - 1 - x }
    if access.isRowReversed { y = height - 1 - y }
    guard (0..<width).contains(x), (0..<height).contains(y) else { return nil }
    return y * width + x
  }

  // MARK: The glass

  /// What is seen on it: nothing, which is black, while it is off or asleep.
  public var picture: Picture {
    var picture = Picture(width: width, height: height)
    guard settings.isOn, !settings.isAsleep else { return picture }
    let mask: UInt32 = settings.isInverted == fitted.isInverted ? 0 : 0xFF_FFFF
    for y in 0..<height {
      for x in 0..<width {
        if let place = place(x, y, fitted.access) { picture[x, y] = memory[place] ^ mask }
      }
    }
    return picture
  }
}

/// How the columns and rows of what is written lie in a controller's memory: the parameter of MADCTL.
private struct MemoryAccess: Equatable {
  private let bits: UInt8

  init(_ bits: UInt8) { self.bits = bits }

  var isRowReversed: Bool { bits & 0x80 != 0 }
  var isColumnReversed: Bool { bits & 0x40 != 0 }
  var isExchanged: Bool { bits & 0x20 != 0 }
  var isBlueFirst: Bool { bits & 0x08 != 0 }
}

/// Colours as 0xRRGGBB.
package enum RGB {
  /// Of five, six and five bits.
  package static func of565(_ value: Int) -> UInt32 {
    pack(widen(value >> 11 & 31, 5), widen(value >> 5 & 63, 6), widen(value & 31, 5))
  }

  /// Of four bits each.
  package static func of444(_ value: Int) -> UInt32 {
    pack((value >> 8 & 15) * 17, (value >> 4 & 15) * 17, (value & 15) * 17)
  }

  /// Of the upper six bits of a byte each.
  package static func of666(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt32 {
    pack(widen(Int(red >> 2), 6), widen(Int(green >> 2), 6), widen(Int(blue >> 2), 6))
  }

  /// With red and blue in each other's place.
  package static func swapped(_ color: UInt32) -> UInt32 {
    color & 0x00_FF00 | color >> 16 & 0xFF | (color & 0xFF) << 16
  }

  /// Of `value`'s bits, as many as it has, eight.
  private static func widen(_ value: Int, _ bits: Int) -> Int {
    value << (8 - bits) | value >> (2 * bits - 8)
  }

  private static func pack(_ red: Int, _ green: Int, _ blue: Int) -> UInt32 {
    UInt32(red << 16 | green << 8 | blue)
  }
}
