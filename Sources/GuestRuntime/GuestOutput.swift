import Glibc

/// Where a run's script prints to: a descriptor of the host that may be slow to take it.
struct GuestOutput {
  let descriptor: Int32
  let signals: GuestSignals

  /// Writes all of the bytes, unless the run is to end meanwhile; it ends if they can be written nowhere.
  func write(_ bytes: [UInt8]) {
    let isWritten = HostFile.writeAll(descriptor, bytes) { signals.ending != nil }
    if !isWritten { signals.end(.outputLost) }
  }
}
