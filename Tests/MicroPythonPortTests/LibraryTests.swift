import Testing

/// The modules of the interpreter that are not MicroPython's as they are: time.
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
}
