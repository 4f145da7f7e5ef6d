import GuestRuntime

/// Reads an input as a frame of a guest's: there is a request, or what is wrong with the frame, whatever it holds.
public func readHostileFrame(_ input: [UInt8]) {
  var reader = WireReader { $0 == 7 ? "audio.Record" : nil }
  _ = try? reader.read(input)
}
