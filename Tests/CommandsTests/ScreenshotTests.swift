import Foundation
import GuestRuntime
import TestSupport
import Testing

@testable import Commands
@testable import DeviceEmulator

/// What a run leaves of its display.
@Suite("Pictures of a display", .serialized)
struct ScreenshotTests {
  let bench: Workbench

  init() throws { bench = try Workbench() }

  /// The size of a PNG file and the colours at some places of it, as another program reads it.
  private func look(at file: String, _ places: (Int, Int)...) throws -> [String] {
    let python = try #require(Oracles.python, "the Python packages are missing: run ./Scripts/test")
    try bench.write(
      """
      import struct, sys, zlib
      data = open(sys.argv[1], 'rb').read()
      assert data[:8] == bytes([137, 80, 78, 71, 13, 10, 26, 10])
      chunks, at = {}, 8
      while at < len(data):
          length, = struct.unpack('>I', data[at:at + 4])
          name, body = data[at + 4:at + 8], data[at + 8:at + 8 + length]
          assert struct.unpack('>I', data[at + 8 + length:at + 12 + length])[0] == zlib.crc32(name + body)
          chunks[name] = body
          at += 12 + length
      width, height, *rest = struct.unpack('>IIBBBBB', chunks[b'IHDR'])
      assert rest == [8, 2, 0, 0, 0] and list(chunks)[-1] == b'IEND'
      pixels = zlib.decompress(chunks[b'IDAT'])
      assert len(pixels) == height * (1 + 3 * width)
      print(width, height)
      for place in sys.argv[2:]:
          x, y = map(int, place.split(','))
          start = y * (1 + 3 * width)
          assert pixels[start] == 0
          print(pixels[start + 1 + 3 * x:start + 4 + 3 * x].hex())
      """, to: "look.py")
    return try output(
      of: "\(python[0]) '\(bench.path("look.py"))' '\(bench.path(file))' "
        + places.map { "\($0),\($1)" }.joined(separator: " "))
  }

  /// A display of 2 x 2 pixels, red but for what else a script does.
  private static let red = """
    import utime
    from machine import LCD
    lcd = LCD()
    table = bytearray((0, 0, 0x11, 0, 1, 0x3A, 1, 1, 5, 0, 0, 0x29))
    area = bytearray((0, 4, 0x2A, 1, 2, 0xD0, 1, 2, 0xD1, 0, 4, 0x2B, 1, 2, 0xD2, 1, 2, 0xD3, 0, 0, 0x2C))
    print(lcd.lcd_init(table, 2, 2, 26000, 1, 4, 0, area, None, None, None))
    print(lcd.lcd_clear(0xF800))

    """

  @Test("The example's bars and letters are in the picture that --export makes")
  func example() async throws {
    let ending = try await bench.run(
      ["run", CommandsTests.example("display.py"), "--profile", "EC600N", "--audio-in", "silence"]
        + ["--export", bench.path("out")])
    #expect(ending.lines == ["init: 0", "brightness: 0"] && ending.code == 0)
    let seen = try look(
      at: "out/display.png", (0, 0), (45, 119), (75, 60), (239, 0), (239, 121), (31, 151), (37, 151)
    )
    #expect(
      seen == ["240 240", "ffffff", "ffff00", "00ffff", "000000", "212021", "ffffff", "212021"])
  }

  @Test("A scenario takes pictures at its times")
  func scenario() async throws {
    let path = try bench.write(
      #"{"events": [{"at": 1, "screenshot": "a.png"}, {"at": 3, "screenshot": "b.png"}]}"#,
      to: "scenario.json")
    let ending = try await bench.run(
      script: Self.red
        + "utime.sleep(2)\nlcd.lcd_write(bytearray(b'\\x1f\\x00'), 1, 0, 1, 0)\nutime.sleep(2)",
      ["--scenario", path, "--export", bench.path("out")])
    #expect(ending.lines == ["0", "0"] && ending.code == 0)
    #expect(try look(at: "out/a.png", (1, 0)) == ["2 2", "ff0000"])
    #expect(try look(at: "out/b.png", (1, 0), (0, 1)) == ["2 2", "0000ff", "ff0000"])
    #expect(try bench.bytes("out/b.png") == bench.bytes("out/display.png"))
  }

  @Test("A picture of a display that is not set up fails the run, and one needs a folder to go to")
  func impossible() async throws {
    let path = try bench.write(#"{"events": [{"at": 1, "screenshot": "a.png"}]}"#, to: "s.json")
    let words = ["--scenario", path]
    let dark = try await bench.run(
      script: "import utime\nutime.sleep(2)", words + ["--export", bench.path("out")])
    #expect(dark.code == 1)
    #expect(dark.errors.contains("there is no a.png: the script had set no display up at 1 s"))
    #expect(!bench.exists("out/display.png"))
    let nowhere = try await bench.run(script: "", words)
    #expect(nowhere.code == 64 && nowhere.errors.contains("the folder of --export"))
  }

  /// 16 x 8 pixels: red on the left, blue on the right.
  private static let photo = """
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoK\
    CgoKBggLDAsKDAkKCgr/2wBDAQICAgICAgUDAwUKBwYHCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoK\
    CgoKCgoKCgr/wAARCAAIABADAREAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUF\
    BAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVW\
    V1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi\
    4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAEC\
    AxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVm\
    Z2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq\
    8vP09fb3+Pn6/9oADAMBAAIRAxEAPwD4vr+Uz/fw+Q6/6qD/AJrz/9k=
    """

  @Test("A JPEG file is shown by the host's library")
  func jpeg() async throws {
    try #require(JPEGLibrary.isInstalled, "libturbojpeg0 is missing: run ./Scripts/test")
    let photo = try #require(Data(base64Encoded: Self.photo))
    let path = try bench.write(Array(photo), to: "app/photo.jpg")
    try bench.write(
      Self.red.replacing("2, 2, 26000", with: "20, 10, 26000")
        + "print(lcd.lcd_show_jpg('/usr/photo.jpg', 4, 2), lcd.lcd_show_jpg('photo.jpg', 5, 2))\n"
        + "print(lcd.lcd_show_jpg('main.py', 0, 0))", to: "app/main.py")
    let folder = URL(filePath: path).deletingLastPathComponent().path
    let ending = try await bench.run(
      [
        "run", folder, "--profile", "EC600N", "--audio-in", "silence", "--export",
        bench.path("out"),
      ])
    #expect(ending.lines == ["0", "0", "0 -2", "-1"] && ending.code == 0)
    let seen = try look(at: "out/display.png", (3, 2), (4, 2), (19, 9)).dropFirst().map { color in
      stride(from: 0, to: 6, by: 2).map { Int(color.dropFirst($0).prefix(2), radix: 16) ?? -1 }
    }
    #expect(seen[0] == [255, 0, 0])
    #expect(seen[1][0] > 240 && seen[1][2] < 16 && seen[2][0] < 16 && seen[2][2] > 240)
  }
}
