import EmulatedTime
import ModelTable
import ModuleProfiles
import Testing

@testable import DeviceEmulator

/// A display, from a script's calls to what is seen on its glass.
@Suite("machine.LCD, and the controller at the end of its wires")
struct DisplayTests {
  /// Out of sleep after 120 ms, 16 bits a pixel, on.
  private static let table: [UInt8] = [0, 0, 0x11, 2, 0, 120, 0, 1, 0x3A, 1, 1, 0x05, 0, 0, 0x29]
  private static let area: [UInt8] = [
    0, 4, 0x2A, 1, 1, 0xF0, 1, 1, 0xF1, 1, 1, 0xE0, 1, 1, 0xE1, 0, 4, 0x2B, 1, 1, 0xF2, 1, 1, 0xF3,
    1, 1, 0xE2,
    1, 1, 0xE3, 0, 0, 0x2C,
  ]
  private static let on: [UInt8] = [0, 0, 0x29]
  private static let off: [UInt8] = [0, 0, 0x28]
  private static let (red, green, blue): (UInt32, UInt32, UInt32) = (0xFF0000, 0x00FF00, 0x0000FF)

  private let desk: Desk
  private var device: DeviceEmulator { desk.device }

  init() throws {
    desk = try Desk()
    _ = try device.call("LCD.init")
  }

  private func call(_ method: DeviceMethod, _ arguments: GuestValue...) throws -> Answer {
    try call(method, arguments)
  }

  private func call(_ method: DeviceMethod, _ arguments: [GuestValue]) throws -> Answer {
    let reply = try device.reply(to: method, on: PeripheralID(0), arguments)
    if let due = reply.due { desk.clock.advance(to: due) }
    return Answer(reply.result)
  }

  private func setUp(
    _ table: [UInt8] = table, _ width: Int = 4, _ height: Int = 2, clock: Int = 26000,
    lines: Int = 4, area: [UInt8] = area
  ) throws -> Answer {
    try call(
      "LCD.lcd_init",
      [
        .bytes(table), .int(width), .int(height), .int(clock), 1, .int(lines), 0, .bytes(area),
        .bytes(Self.on), .bytes(Self.off), .none,
      ])
  }

  /// Draws pixels as scripts have them, the lower byte first.
  private func draw(_ pixels: [Int], _ x: Int, _ y: Int, _ endX: Int, _ endY: Int) throws -> Answer
  {
    let bytes = pixels.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    return try call(
      "LCD.lcd_write", .bytes(bytes), .int(x), .int(y), .int(endX), .int(endY))
  }

  private func send(_ command: Int, _ parameter: Int...) throws {
    #expect(try call("LCD.lcd_write_cmd", .int(command), 1) == 0)
    for byte in parameter { #expect(try call("LCD.lcd_write_data", .int(byte), 1) == 0) }
  }

  /// The colours on the glass, row by row.
  private var glass: [UInt32] {
    guard let picture = device.world.display?.picture else { return [] }
    return (0..<picture.height).flatMap { y in (0..<picture.width).map { picture[$0, y] } }
  }

  @Test("What is written to an area is seen there, and nowhere else")
  func area() throws {
    #expect(try setUp() == 0)
    #expect(try draw([0xF800, 0x07E0, 0x001F, 0xFFFF], 1, 0, 2, 1) == 0)
    #expect(glass == [0, Self.red, Self.green, 0, 0, Self.blue, 0xFFFFFF, 0])
  }

  @Test("An area can be said in whole numbers of 16 bits, too")
  func words() throws {
    let area: [UInt8] = [
      0, 4, 0x2A, 1, 2, 0xD0, 1, 2, 0xD1, 0, 4, 0x2B, 1, 2, 0xD2, 1, 2, 0xD3, 0, 0, 0x2C,
    ]
    #expect(try setUp(Self.table, 300, 2, area: area) == 0)
    #expect(try draw([0xF800], 299, 1, 299, 1) == 0)
    #expect(glass.last == Self.red && glass.count { $0 == 0 } == 599)
  }

  @Test("A display is dark until it is out of its sleep and on, and while a script has it off")
  func power() throws {
    #expect(try setUp(Array(Self.table[6...11])) == 0)
    #expect(try call("LCD.lcd_clear", 0xF800) == 0)
    #expect(glass == [UInt32](repeating: 0, count: 8))
    try send(0x11)
    #expect(glass[0] == 0)
    #expect(try call("LCD.lcd_display_on") == 0)
    #expect(glass == [UInt32](repeating: Self.red, count: 8))
    #expect(try call("LCD.lcd_display_off") == 0)
    #expect(glass[0] == 0)
  }

  @Test(
    "Inversion turns the colours round, after a table that left it as it is and after one that did not"
  )
  func inversion() throws {
    for (setting, other) in [(0x20, 0x21), (0x21, 0x20)] {
      device.restart()
      #expect(try setUp(Self.table + [0, 0, UInt8(setting)]) == 0)
      #expect(try call("LCD.lcd_clear", 0xF800) == 0)
      #expect(glass[0] == Self.red)
      try send(other)
      #expect(glass[0] == 0x00FFFF)
    }
  }

  @Test(
    "What a later MADCTL says of columns, rows and colours holds for what is drawn from then on")
  func access() throws {
    #expect(try setUp() == 0)
    try send(0x36, 0x40)
    #expect(try draw([0xF800], 0, 0, 0, 0) == 0)
    try send(0x36, 0x80)
    #expect(try draw([0x07E0], 0, 0, 0, 0) == 0)
    try send(0x36, 0x20)
    #expect(try draw([0x001F, 0xFFFF], 0, 0, 1, 0) == 0)
    try send(0x36, 0x08)
    #expect(try draw([0x001F], 1, 0, 1, 0) == 0)
    #expect(glass == [Self.blue, Self.red, 0, Self.red, 0xFFFFFF, 0, 0, 0])
  }

  @Test("However a table turns the memory, what is drawn at 0, 0 is at the top left")
  func orientation() throws {
    for access: UInt8 in stride(from: 0, through: 0xE0, by: 0x20) {
      device.restart()
      #expect(try setUp(Self.table + [0, 1, 0x36, 1, 1, access]) == 0)
      #expect(try draw([0xF800, 0x07E0, 0x001F], 0, 0, 2, 0) == 0)
      #expect(glass == [Self.red, Self.green, Self.blue, 0, 0, 0, 0, 0], "\(access)")
    }
  }

  @Test("A pixel has the bits that COLMOD names: 12, 16 or 18; without it 18")
  func pixelFormat() throws {
    #expect(try setUp() == 0)
    try send(0x3A, 0x03)
    try send(0x2A, 0, 0, 0, 3)
    try send(0x2B, 0, 0, 0, 1)
    try send(0x2C, 0xF0, 0x00, 0xF0)
    #expect(glass.prefix(3) == [Self.red, Self.green, 0])
    try send(0x3A, 0x06)
    try send(0x2C, 0x00, 0x00, 0xFC, 0xFC, 0xFC)
    try send(0x3C, 0x00)
    #expect(glass.prefix(3) == [Self.blue, Self.green, 0])
  }

  @Test("Pixels beyond the end of an area go on at its start, and those beside the glass are lost")
  func wrapping() throws {
    #expect(try setUp() == 0)
    try send(0x2A, 0, 3, 0, 4)
    try send(0x2B, 0, 1, 0, 1)
    try send(0x2C, 0xF8, 0x00, 0x07, 0xE0, 0x00, 0x1F)
    #expect(glass == [0, 0, 0, 0, 0, 0, 0, Self.blue])
    try send(0x2A, 0, 2, 0, 1)
    try send(0x2C, 0xF8, 0x00)
    #expect(glass.last == Self.red)
  }

  @Test("A reset of the controller puts it to sleep, and leaves its memory")
  func softwareReset() throws {
    #expect(try setUp() == 0)
    #expect(try call("LCD.lcd_clear", 0x001F) == 0)
    try send(0x01)
    #expect(glass[0] == 0)
    try send(0x11)
    try send(0x29)
    #expect(glass[0] == Self.blue)
  }

  @Test("A table takes the time that it waits, and bytes take theirs at the clock")
  func time() throws {
    #expect(try setUp(clock: 13000) == 0)
    #expect(desk.clock.now >= .milliseconds(120) && desk.clock.now < .milliseconds(121))
    let before = desk.clock.now
    #expect(try call("LCD.lcd_clear", 0) == 0)
    // 27 bytes.
    let passed = (desk.clock.now - before) / .nanoseconds(1)
    #expect(abs(passed - 27 * 8 / 0.013) < 1)
  }

  @Test("A display can be set up once, until the module starts afresh")
  func once() throws {
    #expect(try setUp() == 0)
    #expect(try setUp() == -1)
    device.restart()
    #expect(try draw([0], 0, 0, 0, 0) == -1)
    #expect(try setUp() == 0)
  }

  @Test("A file's image has its size in a header or in the call, and what it lacks is black")
  func image() throws {
    #expect(try setUp() == 0)
    try desk.write([0x10, 0x10, 0, 1, 0, 2, 1, 0x1B, 0x00, 0xF8, 0xE0, 0x07], to: "/usr/a.bin")
    #expect(try call("LCD.lcd_show", "a.bin", 1, 0) == 0)
    try desk.write([0x1F, 0x00], to: "/usr/b.bin")
    #expect(try call("LCD.lcd_show", "/usr/b.bin", 2, 0, 2, 1) == 0)
    #expect(glass == [0, Self.red, Self.blue, 0, 0, Self.green, 0, 0])
    #expect(try call("LCD.lcd_show", "b.bin", 4, 0, 1, 1) == -1)
  }

  @Test("A controller that takes no RAMWR shows nothing, which is said")
  func otherController() throws {
    #expect(try setUp(area: [0, 1, 0x20, 1, 2, 0xD0, 0, 1, 0x22]) == 0)
    #expect(try call("LCD.lcd_clear", 0xF800) == 0)
    #expect(glass[0] == 0)
    #expect(desk.notices.all.contains { $0.contains("does not end in RAMWR") })
  }

  @Test("A panel on MIPI lines is set up by its own kind of table")
  func mipi() throws {
    let desk = try Desk(.named("EC200U"))
    let reply = try desk.device.reply(
      to: "LCD.mipi_init", on: PeripheralID(0),
      [.bytes([0xB9, 0, 2, 0x11, 0x29, 0x11, 150, 0, 0x29, 50, 0]), 480, 800])
    #expect(reply.due == .milliseconds(200) && Answer(reply.result) == 0)
    #expect(try Answer(desk.device.call("LCD.lcd_clear", on: PeripheralID(0), [0x07E0])) == 0)
    let picture = try #require(desk.device.world.display?.picture)
    #expect((picture.width, picture.height) == (480, 800) && picture[479, 799] == Self.green)
  }

  @Test("The light of a display has a level, or a table where the controller has it")
  func brightness() throws {
    #expect(try setUp() == 0)
    #expect(try call("LCD.lcd_brightness", 2) == 0)
    #expect(device.world.displayBrightness == 2)
  }

  @Test("A photo is shown in the 16 bits of the display; without a reader there is none")
  func photo() throws {
    let photo = Picture(width: 2, height: 1, bytes: [255, 0, 0, 9, 9, 9])
    let desk = try Desk(photos: FixedPhoto(photo: photo))
    _ = try desk.device.call("LCD.init")
    try desk.write([1], to: "/usr/a.jpg")
    let table: GuestValue = .bytes(Self.table)
    let arguments: [GuestValue] = [
      table, 4, 2, 26000, 1, 4, 0, .bytes(Self.area), .none, .none, .none,
    ]
    let lcd = PeripheralID(0)
    #expect(try Answer(desk.device.call("LCD.lcd_init", on: lcd, arguments)) == 0)
    #expect(try Answer(desk.device.call("LCD.lcd_show_jpg", on: lcd, ["a.jpg", 2, 1])) == 0)
    #expect(try Answer(desk.device.call("LCD.lcd_show_jpg", on: lcd, ["a.jpg", 3, 1])) == -2)
    let picture = try #require(desk.device.world.display?.picture)
    #expect(picture[2, 1] == Self.red && picture[3, 1] == 0x080808)
  }

  private struct FixedPhoto: PhotoReader {
    let photo: Picture

    func picture(in bytes: [UInt8]) -> Picture? { bytes == [1] ? photo : nil }
  }
}
