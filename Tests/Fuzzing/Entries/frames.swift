import FrameFuzzing

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  readHostileFrame(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}
