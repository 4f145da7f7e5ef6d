import CALSA
import Glibc

/// Waits for a device, and for being told to stop.
///
/// `@unchecked Sendable`: only ``stop()`` may be called from another thread than the waiting one.
@safe final class CaptureWaiter: @unchecked Sendable {
  enum Outcome {
    case stopped
    /// The device has frames or something to report.
    case ready
    case nothing
  }

  private let stopEvent: Int32
  /// The stop event, then the device's own.
  private let descriptors: UnsafeMutableBufferPointer<pollfd>

  init(for device: CapturePCM) throws(ALSAError) {
    stopEvent = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    guard stopEvent >= 0 else { throw ALSAError(code: -errno) }
    unsafe descriptors = .allocate(capacity: 1 + device.descriptorCount)
    unsafe descriptors.initialize(repeating: pollfd())
    unsafe descriptors[0] = pollfd(fd: stopEvent, events: Int16(POLLIN), revents: 0)
    unsafe device.fill(ofDevice)
  }

  deinit {
    Glibc.close(stopEvent)
    unsafe descriptors.deallocate()
  }

  private var ofDevice: UnsafeMutableBufferPointer<pollfd> {
    unsafe UnsafeMutableBufferPointer(rebasing: descriptors[1...])
  }

  /// Ends the present wait and all later ones.
  func stop() {
    eventfd_write(stopEvent, 1)
  }

  /// Waits until the device has something.
  func wait(for device: CapturePCM, milliseconds: Int32) -> Outcome {
    let count = unsafe poll(descriptors.baseAddress, nfds_t(descriptors.count), milliseconds)
    guard count > 0 else { return .nothing }
    if unsafe descriptors[0].revents != 0 { return .stopped }
    return unsafe device.events(on: ofDevice) == 0 ? .nothing : .ready
  }

  /// Waits regardless of the device: whether the time passed without being told to stop.
  func nap(milliseconds: Int32) -> Bool {
    unsafe poll(descriptors.baseAddress, 1, milliseconds) <= 0
  }
}
