import CALSA
import Glibc

/// An ALSA device that captures, with the buffer it is read through.
///
/// `@unchecked Sendable`: it belongs to one thread at a time, the opener's, then the capture thread's,
/// then, when that has ended, the closer's.
@safe final class CapturePCM: @unchecked Sendable {
  private let handle: OpaquePointer
  private let statusRecord: OpaquePointer
  private(set) var frameRate = 0
  private(set) var channels = 0
  private(set) var format = SampleFormat.signed16
  /// Frames that a wake-up promises.
  private(set) var periodFrames = 0
  /// Two periods, so that the few frames beyond the first need no second read.
  private var block = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)

  /// Opens a device without waiting for it and without ALSA's rate conversion, which does not filter.
  init(opening name: String) throws(ALSAError) {
    var pcm: OpaquePointer?
    let mode = SND_PCM_NONBLOCK | Int32(SND_PCM_NO_AUTO_RESAMPLE)
    try check(unsafe snd_pcm_open(&pcm, name, SND_PCM_STREAM_CAPTURE, mode))
    var status: OpaquePointer?
    unsafe snd_pcm_status_malloc(&status)
    unsafe handle = pcm!
    unsafe statusRecord = status!
  }

  deinit {
    unsafe snd_pcm_close(handle)
    unsafe snd_pcm_status_free(statusRecord)
    unsafe block.deallocate()
  }

  /// Settles on what the device has that is nearest to 16-bit mono at `wantedRate`.
  func configure(wantedRate: Int) throws(ALSAError) {
    try configureHardware(wantedRate: wantedRate)
    try configureWaking()
    let byteCount = 2 * periodFrames * channels * format.byteCount
    unsafe block = .allocate(byteCount: byteCount, alignment: 16)
    unsafe block.initializeMemory(as: UInt8.self, repeating: 0)
  }

  private func configureHardware(wantedRate: Int) throws(ALSAError) {
    var record: OpaquePointer?
    unsafe snd_pcm_hw_params_malloc(&record)
    defer { unsafe snd_pcm_hw_params_free(record) }
    let params = unsafe record!
    try check(unsafe snd_pcm_hw_params_any(handle, params))
    try check(
      unsafe snd_pcm_hw_params_set_access(handle, params, SND_PCM_ACCESS_RW_INTERLEAVED))
    let offered = SampleFormat.allCases.first { format in
      unsafe snd_pcm_hw_params_test_format(handle, params, format.alsa) == 0
    }
    guard let offered else { throw ALSAError(code: -EINVAL) }
    format = offered
    try check(unsafe snd_pcm_hw_params_set_format(handle, params, format.alsa))
    var count: UInt32 = 1
    try check(unsafe snd_pcm_hw_params_set_channels_near(handle, params, &count))
    var rate = UInt32(clamping: wantedRate)
    var direction: Int32 = 0
    try check(unsafe snd_pcm_hw_params_set_rate_near(handle, params, &rate, &direction))
    // Sizes are wishes: a device that has its own keeps them, and they are read back below.
    var period = snd_pcm_uframes_t(max(1, rate / 50))
    unsafe _ = snd_pcm_hw_params_set_period_size_near(handle, params, &period, &direction)
    var buffer = 20 * period
    unsafe _ = snd_pcm_hw_params_set_buffer_size_near(handle, params, &buffer)
    try check(unsafe snd_pcm_hw_params(handle, params))

    try check(unsafe snd_pcm_hw_params_get_channels(params, &count))
    try check(unsafe snd_pcm_hw_params_get_rate(params, &rate, &direction))
    try check(unsafe snd_pcm_hw_params_get_period_size(params, &period, &direction))
    (channels, frameRate, periodFrames) = (Int(count), Int(rate), Int(period))
  }

  /// Wakes once a period, starts only when told, stamps with the monotonic clock.
  private func configureWaking() throws(ALSAError) {
    var record: OpaquePointer?
    unsafe snd_pcm_sw_params_malloc(&record)
    defer { unsafe snd_pcm_sw_params_free(record) }
    let params = unsafe record!
    try check(unsafe snd_pcm_sw_params_current(handle, params))
    var boundary: snd_pcm_uframes_t = 0
    try check(unsafe snd_pcm_sw_params_get_boundary(params, &boundary))
    try check(unsafe snd_pcm_sw_params_set_start_threshold(handle, params, boundary))
    try check(
      unsafe snd_pcm_sw_params_set_avail_min(handle, params, snd_pcm_uframes_t(periodFrames)))
    try check(unsafe snd_pcm_sw_params_set_tstamp_mode(handle, params, SND_PCM_TSTAMP_ENABLE))
    try check(
      unsafe snd_pcm_sw_params_set_tstamp_type(handle, params, SND_PCM_TSTAMP_TYPE_MONOTONIC))
    try check(unsafe snd_pcm_sw_params(handle, params))
  }

  /// Empties the buffer and starts capturing.
  func restart() throws(ALSAError) {
    try check(unsafe snd_pcm_prepare(handle))
    try check(unsafe snd_pcm_start(handle))
  }

  /// Asks a suspended device to go on where it was: whether it does, or nil if it is not ready to say.
  func resume() -> Bool? {
    let result = unsafe snd_pcm_resume(handle)
    if result == -EAGAIN { return nil }
    // Plugins report success whatever happened.
    return unsafe result == 0 && snd_pcm_state(handle) == SND_PCM_STATE_RUNNING
  }

  /// How the device stands: how many frames wait in its buffer, and the time of this in nanoseconds.
  func status() throws(ALSAError) -> (available: Int, time: Int) {
    try check(unsafe snd_pcm_status(handle, statusRecord))
    switch unsafe snd_pcm_status_get_state(statusRecord) {
    case SND_PCM_STATE_XRUN: throw ALSAError(code: -EPIPE)
    case SND_PCM_STATE_SUSPENDED: throw ALSAError(code: -ESTRPIPE)
    case SND_PCM_STATE_DISCONNECTED: throw ALSAError(code: -ENODEV)
    default: break
    }
    var stamp = snd_htimestamp_t()
    unsafe snd_pcm_status_get_htstamp(statusRecord, &stamp)
    return (
      unsafe Int(snd_pcm_status_get_avail(statusRecord)),
      stamp.tv_sec &* 1_000_000_000 &+ stamp.tv_nsec
    )
  }

  /// Reads at most two periods into the block that ``frame(_:)`` looks at: how many frames came.
  func read(_ count: Int) throws(ALSAError) -> Int {
    let wanted = snd_pcm_uframes_t(min(count, 2 * periodFrames))
    let result = unsafe snd_pcm_readi(handle, block.baseAddress, wanted)
    if result == -Int(EAGAIN) { return 0 }
    return Int(try check(Int32(result)))
  }

  /// Frame `index` of the last read, as mono.
  func frame(_ index: Int) -> Int16 {
    unsafe format.monoFrame(index, of: UnsafeRawBufferPointer(block), channels: channels)
  }

  /// The descriptors to wait on; their number does not change while the device is open.
  var descriptorCount: Int { unsafe Int(max(0, snd_pcm_poll_descriptors_count(handle))) }

  func fill(_ descriptors: UnsafeMutableBufferPointer<pollfd>) {
    unsafe _ = snd_pcm_poll_descriptors(
      handle, descriptors.baseAddress, UInt32(descriptors.count))
  }

  /// What the events on the descriptors mean for the device.
  func events(on descriptors: UnsafeMutableBufferPointer<pollfd>) -> Int32 {
    var events: UInt16 = 0
    let result = unsafe snd_pcm_poll_descriptors_revents(
      handle, descriptors.baseAddress, UInt32(descriptors.count), &events)
    return result < 0 ? POLLERR : Int32(events)
  }
}
