import CALSA
import Glibc

/// A device that the host's ALSA configuration names.
public struct ALSADevice: Equatable, Sendable {
  /// What ``ALSAMicrophone`` takes.
  public let name: String
  /// ALSA's words for it, on one line; may be empty.
  public let description: String
}

/// The devices that one can record from.
public enum ALSADevices {
  /// Capture devices in ALSA's order, as in `arecord -L`; none if its configuration cannot be read.
  public static func list() -> [ALSADevice] {
    var hints: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    let result = quietly { unsafe snd_device_name_hint(-1, "pcm", &hints) }
    guard result == 0, let first = unsafe hints else { return [] }
    defer { unsafe _ = snd_device_name_free_hint(first) }
    var devices: [ALSADevice] = []
    var next = unsafe first
    while let hint = unsafe next.pointee {
      // A device that goes both ways has no direction.
      if let name = unsafe text("NAME", of: hint), unsafe text("IOID", of: hint) != "Output" {
        let lines = (unsafe text("DESC", of: hint) ?? "").split(separator: "\n")
        devices.append(ALSADevice(name: name, description: lines.joined(separator: ", ")))
      }
      unsafe next += 1
    }
    return devices
  }

  private static func text(_ key: String, of hint: UnsafeMutableRawPointer) -> String? {
    guard let text = unsafe snd_device_name_get_hint(hint, key) else { return nil }
    defer { unsafe free(text) }
    return unsafe String(cString: text)
  }
}
