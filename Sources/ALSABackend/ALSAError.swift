import CALSA

/// What alsa-lib refused: a negative errno.
struct ALSAError: Error {
  let code: Int32

  /// The reason in the library's words, such as `No such device`.
  var reason: String { unsafe String(cString: snd_strerror(code)) }
}

/// Turns alsa-lib's negative results into errors.
@discardableResult
func check(_ result: Int32) throws(ALSAError) -> Int32 {
  guard result >= 0 else { throw ALSAError(code: result) }
  return result
}

/// Runs `body` with alsa-lib's messages kept off standard error; errors are worded by us, once.
func quietly<Result: ~Copyable, Failure: Error>(
  _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  let handler = unsafe qpyemu_alsa_quiet_thread()
  defer { unsafe qpyemu_alsa_restore_thread(handler) }
  return try body()
}
