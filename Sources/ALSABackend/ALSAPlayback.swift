public import AudioEngine
import CALSA
import Glibc

/// Plays mono 16-bit frames on a device of the host; ALSA converts what the device has not.
///
/// Writing waits for the device, so it wants a thread of its own. One owner, one thread at a time.
@safe public final class ALSAPlayback {
  /// The ALSA name of the device, such as `default`; `aplay -L` lists them.
  public let name: String
  private var handle: OpaquePointer?

  public init(_ name: String) {
    self.name = name
  }

  deinit { close() }

  /// Opens the device, with 200 ms of buffer.
  ///
  /// - Parameter frameRate: Frames per second that will be written.
  /// - Throws: ``AudioError/unavailable(_:)`` naming the device, ALSA's reason and the alternatives.
  public func open(frameRate: Int) throws(AudioError) {
    close()
    do throws(ALSAError) {
      try quietly { () throws(ALSAError) in
        try check(
          unsafe snd_pcm_open(&handle, name, SND_PCM_STREAM_PLAYBACK, SND_PCM_NONBLOCK))
        try check(
          unsafe snd_pcm_set_params(
            handle, SND_PCM_FORMAT_S16_LE, SND_PCM_ACCESS_RW_INTERLEAVED, 1,
            UInt32(clamping: frameRate), 1, 200_000))
      }
    } catch {
      close()
      throw .unavailable(
        "cannot play on the ALSA device \"\(name)\": \(error.reason); "
          + "list devices with aplay -L, or use --audio-out null or file:PATH")
    }
  }

  /// Writes all frames, waiting while the device's buffer is full; an underrun is mended.
  ///
  /// - Throws: ``AudioError/lost(_:)`` if the device is gone or takes nothing for two seconds.
  public func write(_ frames: Span<Int16>) throws(AudioError) {
    guard let handle = unsafe handle else { preconditionFailure("open the playback, then write") }
    var rest = frames
    while !rest.isEmpty {
      let result = unsafe rest.withUnsafeBufferPointer { unwritten in
        unsafe snd_pcm_writei(handle, unwritten.baseAddress, snd_pcm_uframes_t(unwritten.count))
      }
      if result > 0 {
        rest = rest.extracting(droppingFirst: result)
      } else {
        try unsafe mend(handle, after: Int32(result))
      }
    }
  }

  /// Plays to the end what has been written, then stops.
  public func drain() {
    guard let handle = unsafe handle else { return }
    quietly {
      unsafe _ = snd_pcm_nonblock(handle, 0)
      unsafe _ = snd_pcm_drain(handle)
      unsafe _ = snd_pcm_nonblock(handle, 1)
      unsafe _ = snd_pcm_prepare(handle)
    }
  }

  /// Stops at once; what has not been played is dropped.
  public func close() {
    guard let open = unsafe handle else { return }
    quietly { unsafe _ = snd_pcm_close(open) }
    unsafe handle = nil
  }

  /// Waits for room in short steps, since only time that is waited for counts: while the process is
  /// stopped, the device cannot take anything.
  private func awaitRoom(_ handle: OpaquePointer) -> Int32 {
    for _ in 0..<20 where unsafe snd_pcm_wait(handle, 100) != 0 { return 0 }
    return -ETIMEDOUT
  }

  private func mend(_ handle: OpaquePointer, after result: Int32) throws(AudioError) {
    let outcome = quietly {
      result == 0 || result == -EAGAIN
        ? unsafe awaitRoom(handle)
        : unsafe snd_pcm_recover(handle, result, 1)
    }
    guard outcome < 0 else { return }
    throw .lost("the ALSA device \"\(name)\" is gone: \(ALSAError(code: outcome).reason)")
  }
}
