import Foundation
import TestSupport
import Testing

@testable import FlashStorage

/// The C library's littlefs 1, as MicroPython carries it, in a process of its own.
enum LittleFS1Oracle {
  /// Does operations to an image and tells what became of each and of the image.
  ///
  /// - Parameters:
  ///   - image: What is on flash; nil to format.
  ///   - operations: Such as `mkdir /a`, `write /a/b SIZE SEED`, `remove /a`, `rename /a /b`, `remount`,
  ///     `free` and `tree`.
  /// A full flash is tried twice: the C library overlooks blocks that were freed in the part of its
  /// look-ahead that it has passed, once.
  ///
  /// - Returns: The answers, a line each (`ok` or an `errno`; the lines of a tree end with `.`), and the
  ///   image after it.
  static func run(
    _ operations: [String], on image: [UInt8]?, _ geometry: FlashGeometry
  ) throws -> (answers: [String], image: [UInt8]) {
    let folder = try TemporaryFolder()
    try folder.write(image ?? [], to: "image")
    try folder.write(Array(driver.utf8), to: "driver.py")
    try folder.write(Array(operations.map { "\($0)\n" }.joined().utf8), to: "operations")
    let interpreter = try #require(Oracles.micropython, "the tests need the interpreter")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: interpreter[0])
    process.arguments =
      interpreter.dropFirst()
      + [
        "-X", "heapsize=64m", "\(folder.path)/driver.py", "\(folder.path)/image",
        "\(folder.path)/operations",
      ]
      + [
        geometry.blockSize, geometry.blockCount, geometry.readSize, geometry.programSize,
      ].map(String.init)
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    var answers = String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    if process.terminationStatus != 0 { answers.append("exit \(process.terminationStatus)") }
    return (answers, try folder.read("image"))
  }

  private static let driver = """
    import binascii, os, sys, vfs

    class Flash:
      def __init__(self, size, count, content):
        self.size, self.count = size, count
        self.content = bytearray(content or b'\\xff' * (size * count))
      def readblocks(self, block, buffer, offset=0):
        start = block * self.size + offset
        buffer[:] = self.content[start:start + len(buffer)]
      def writeblocks(self, block, buffer, offset=0):
        start = block * self.size + offset
        self.content[start:start + len(buffer)] = buffer
      def ioctl(self, what, block):
        if what == 4: return self.count
        if what == 5: return self.size
        if what == 6:
          start = block * self.size
          self.content[start:start + self.size] = b'\\xff' * self.size
        return 0

    def pattern(size, seed):
      return bytes((seed + 7 * i + (i >> 8)) & 255 for i in range(size))

    def content(path):
      with volume.open(path, 'rb') as file: return binascii.hexlify(file.read()).decode()

    def tree(path):
      for name, kind, _, _ in volume.ilistdir(path or '/'):
        place = path + '/' + name
        if kind == 0x4000:
          print(place + '/')
          tree(place)
        else:
          print(place, content(place))

    def perform(name, *values):
      global volume
      if name == 'mkdir': volume.mkdir(values[0])
      elif name == 'remove': volume.remove(values[0])
      elif name == 'rename': volume.rename(values[0], values[1])
      elif name == 'remount': volume = vfs.VfsLfs1(flash, **sizes)
      elif name == 'free': return volume.statvfs('/')[3]
      elif name == 'tree':
        tree('')
        return '.'
      elif name == 'write':
        file = volume.open(values[0], 'wb')
        try: file.write(pattern(int(values[1]), int(values[2])))
        finally: file.close()
      else: return 'what?'
      return 'ok'

    path, operations = sys.argv[1:3]
    size, count, read, program = [int(number) for number in sys.argv[3:]]
    with open(path, 'rb') as file: image = file.read()
    flash = Flash(size, count, image)
    sizes = dict(readsize=read, progsize=program, lookahead=(count + 31) // 32 * 32)
    if not image: vfs.VfsLfs1.mkfs(flash, **sizes)
    volume = vfs.VfsLfs1(flash, **sizes)
    with open(operations) as file:
      for line in file:
        # What was freed behind the allocator's back it finds only at the second look.
        for attempt in range(2):
          try: answer = perform(*line.split())
          except OSError as error: answer = error.errno
          if answer != 28: break
        print(answer)
    with open(path, 'wb') as file: file.write(flash.content)
    """
}

/// The bytes that the oracle writes for a size and a seed.
func oraclePattern(_ size: Int, seed: Int) -> [UInt8] {
  (0..<size).map { UInt8(truncatingIfNeeded: seed + 7 * $0 + $0 >> 8) }
}
