import DeviceEmulator

/// Reads the JPEG files of cases, as far as it matters there: how large a picture is. So reports need no library of the host.
struct CasePhotos: PhotoReader {
  func picture(in bytes: [UInt8]) -> Picture? {
    // A baseline frame begins with its marker, two bytes of length and one of precision; height and width follow.
    let starts = bytes.indices.dropLast(9)
    guard let frame = starts.first(where: { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 }) else {
      return nil
    }
    let number = { Int(bytes[frame + $0]) << 8 | Int(bytes[frame + $0 + 1]) }
    return Picture(width: number(7), height: number(5))
  }
}
