import Testing

/// The modules of the interpreter that are not MicroPython's as they are: time, hashes, ciphers, compression.
@Suite(.serialized) struct LibraryTests {
  @Test(
    "Seconds are of UTC and fields of UTC+8, so that each gives back the other",
    arguments: Width.here)
  func time(width: Width) throws {
    let run = try StubRun(
      """
      import utime
      print(utime.localtime(0), utime.mktime((1970, 1, 1, 8, 0, 0, 3, 1)))
      print(utime.localtime(1700000000))
      for seconds in (0, 951782400, 1700000000, 2147483647):
          print(utime.mktime(utime.localtime(seconds)) - seconds, end=' ')
      print(utime.mktime(utime.localtime()) - utime.time())
      """, on: width)
    #expect(run.code == 0, "\(run.errors)")
    #expect(
      run.lines == [
        "(1970, 1, 1, 8, 0, 0, 3, 1) 0", "(2023, 11, 15, 6, 13, 20, 2, 319)", "0 0 0 0 0",
      ])
  }

  /// As Python's hashlib has them of 0, 55, 56, 64 and 130 letters a.
  @Test("Hashes of every length of the last block are right, in pieces too", arguments: Width.here)
  func hashes(width: Width) throws {
    let run = try StubRun(
      """
      import uhashlib, ubinascii
      for count in (0, 55, 56, 64, 130):
          for kind in (uhashlib.md5, uhashlib.sha1, uhashlib.sha256):
              whole, pieces = kind(b'a' * count), kind()
              for i in range(count):
                  pieces.update(b'a')
              digest = whole.digest()
              print(ubinascii.hexlify(digest).decode(), digest == pieces.digest(), len(whole.digest()))
      """, on: width)
    #expect(run.code == 0, "\(run.errors)")
    #expect(
      run.lines == [
        "d41d8cd98f00b204e9800998ecf8427e True 16",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709 True 20",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 True 32",
        "ef1772b6dff9a122358552954ad0df65 True 16",
        "c1c8bbdc22796e28c0e15163d20899b65621d65a True 20",
        "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318 True 32",
        "3b0c8ac703f828b04c6c197006d17218 True 16",
        "c2db330f6083854c99d4b5bfb6e8f29f201be699 True 20",
        "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a True 32",
        "014842d480b571495a4a0363793f7367 True 16",
        "0098ba824b5c16427bd7a1122a5a442a25ec644d True 20",
        "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb True 32",
        "e016e4ccc7fdaea56fc377600b58c4cb True 16",
        "e1cd437ec3e8a60db34e1d150a4fc73882d83b41 True 20",
        "1e3c4f4750c8c29bbfa9ced317788176b156d342e57f7777f62fd7221a44312f True 32",
      ])
  }

  /// As OpenSSL has them.
  @Test("AES encrypts and decrypts with keys of both lengths in all modes", arguments: Width.here)
  func ciphers(width: Width) throws {
    let run = try StubRun(
      """
      import ubinascii
      from ucryptolib import aes
      key = bytes(i * 7 & 255 for i in range(32))
      iv = bytes(i * 3 for i in range(16))
      text = bytes(range(32))
      for key in (key[:16], key):
          for mode in ((1,), (2, iv), (6, iv)):
              secret = aes(key, *mode).encrypt(text)
              print(ubinascii.hexlify(secret).decode(), aes(key, *mode).decrypt(secret) == text)
      counter = aes(key, 6, iv)
      print(counter.encrypt(text[:5]) + counter.encrypt(text[5:]) == secret)
      for attempt in ("aes(b'x', 1)", "aes(key, 2)", "aes(key, 3)", "aes(key, 1).encrypt(b'x')"):
          try:
              eval(attempt)
          except ValueError as error:
              print(error)
      """, on: width)
    #expect(run.code == 0, "\(run.errors)")
    #expect(
      run.lines == [
        "6200dcaa7f840dbeefdcf897ea5173ff9be9df12b57ce0ef716cdc36aa36966f True",
        "2901789d8f6784718c6d90b3915ebe408f1a137cb78b3a4e35d3a6ff4168c24b True",
        "6d45cca75690a032deb35d7830724569dc2161566e69f4d38120f9c66ab3b68b True",
        "10a8c1bd5b39414ac6a03bad808e70e117302b61297da21cc518479f2972d73d True",
        "f675717daef700e8c1020c1af893f5dbdda4cac47b58561b2a8409646ec268cd True",
        "67bbca559067388f8fda1769053d05006a00651e6e12121da9dcb82a4b5c1b69 True",
        "True", "key", "IV", "mode", "blksize % 16",
      ])
  }

  @Test(
    "Compressed data with and without a header comes out whole, at once or from a stream",
    arguments: Width.here)
  func compression(width: Width) throws {
    let run = try StubRun(
      """
      import uio, ubinascii
      from uzlib import decompress, DecompIO
      zlib = ubinascii.unhexlify('\(Self.zlib)')
      raw, gzip = zlib[2:-4], ubinascii.unhexlify('\(Self.gzip)')
      text = b''.join(b'line %d of a text\\n' % i for i in range(60))
      print(decompress(zlib) == text, decompress(raw, -15) == text, decompress(zlib, 15, 256) == text)
      for data, bits in ((zlib, 0), (zlib, 15), (raw, -15), (gzip, 31)):
          stream = DecompIO(uio.BytesIO(data), bits)
          print(stream.read(7), stream.readline(), stream.read() == text[17:], stream.read())
      print(type(decompress(zlib)))
      """, on: width)
    #expect(run.code == 0, "\(run.errors)")
    #expect(
      run.lines == ["True True True"]
        + Array(repeating: #"b'line 0 ' b'of a text\n' True b''"#, count: 4)
        + ["<class 'bytearray'>"])
  }

  @Test("Damaged data is an error, wherever the damage is", arguments: Width.here)
  func damage(width: Width) throws {
    let run = try StubRun(
      """
      import uio, ubinascii
      from uzlib import decompress, DecompIO
      zlib = ubinascii.unhexlify('\(Self.zlib)')
      for attempt in ("decompress(b'')", "decompress(zlib[:-9])", "decompress(zlib[:-1] + b'x')", "decompress(zlib, -15)",
          "DecompIO(uio.BytesIO(zlib), 31)", "DecompIO(uio.BytesIO(zlib[:-9])).read()", "DecompIO(uio.BytesIO(zlib), -99)", "DecompIO(5)"):
          try:
              print(eval(attempt))
          except Exception as error:
              print(repr(error))
      right, refused = 0, 0
      whole = decompress(zlib)
      for i in range(len(zlib)):
          damaged = bytearray(zlib)
          damaged[i] ^= 16
          try:
              right += decompress(damaged) == whole
          except ValueError:
              refused += 1
      print(right, refused == len(zlib))
      """, on: width)
    #expect(run.code == 0, "\(run.errors)")
    #expect(
      run.lines == [
        "ValueError(-3,)", "ValueError(-3,)", "ValueError(-4,)", "ValueError(-3,)",
        "ValueError('compression header',)", "EOFError()", "ValueError('compression header',)",
        "OSError('stream operation not supported',)", "0 True",
      ])
  }

  static let zlib =
    "789c65d3390a42511045c1dc55fc25d893c3720c1404d1c4c0e58b99bc4a4f5434b71ff7e775db6f"
    + "afdb76d9ded7cf7bf7f8855843aea1d6d06b98351cd6705cc3690d676052b106d8401b70036f000e"
    + "c401393027e6f4be981373624ecc89393127e6c45c980b73390acc85b93017e6c25c980b73636ecc"
    + "8db95d32e6c6dc981b73636ecc8379300fe6c13cbe1fe6c13c9807f3fc9bbf24ab4ce0"

  static let gzip =
    "1f8b080000000000020365d3390a42511045c1dc55fc25d893c3720c1404d1c4c0e58b99bc4a4f54"
    + "34b71ff7e775db6fafdb76d9ded7cf7bf7f8855843aea1d6d06b98351cd6705cc3690d676052b106"
    + "d8401b70036f000ec401393027e6f4be981373624ecc89393127e6c45c980b73390acc85b93017e6"
    + "c25c980b73636ecc8db95d32e6c6dc981b73636ecc8379300fe6c13cbe1fe6c13c9807f3fc9bbfd2"
    + "b3af4b2e040000"
}
