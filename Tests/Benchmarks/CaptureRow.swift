import Glibc
import TestSupport

/// Processor time of a live capture from the virtual microphone, against `arecord` on the same device.
func captureRow(_ bench: Bench) throws -> [Line] {
  let length = bench.often(30, quick: 5)
  let capture = try Capture(bench, seconds: length)
  guard access("/usr/bin/arecord", X_OK) == 0 else {
    throw CannotMeasure("there is no /usr/bin/arecord; apt-get install alsa-utils")
  }
  let pairs = try Pairs(bench.often(2, quick: 1)) {
    let used = try capture.start().wait().processor
    let wrong = capture.wrongFrames
    guard wrong == 0 else { throw CannotMeasure("\(wrong) frames of the capture are wrong") }
    return used
  } reference: {
    try Child(
      ["/usr/bin/arecord", "-q", "-D", Capture.device, "-f", "S16_LE", "-r", "8000", "-c", "1"]
        + ["--period-time=20000", "-d", String(length), "\(bench.folder)/reference.wav"],
      complaints: "\(bench.folder)/arecord.err"
    ).wait().processor
  }
  return [
    Line(
      "\(length) s of live capture to WAV / arecord, CPU", pairs, in: milliseconds, atMost: 1.5)
  ]
}

/// A long live capture with every processor kept busy: how many frames are lost.
func busyCaptureRow(_ bench: Bench) throws -> [Line] {
  let length = bench.often(600, quick: 10)
  let capture = try Capture(bench, seconds: length)
  let burners = try (0..<bench.processorCount).map { _ in
    try bench.itself(["burn"])
  }
  defer { for burner in burners { burner.end() } }
  let used = try capture.start().wait().processor
  let wrong = capture.wrongFrames
  for notice in capture.notices { complain(String(notice)) }
  return [
    Line(
      what: "\(length) s of live capture, processors busy: frames lost or wrong", ours: "\(wrong)",
      goal: .own("0", isMet: wrong == 0)),
    Line(what: "the same, CPU", ours: milliseconds(used), goal: .none),
  ]
}

/// Takes a processor until the program that wants it is gone.
func burn() {
  let parent = getppid()
  while getppid() == parent {}
}

/// A recording of the virtual microphone by the emulator, on a module with flash enough.
private struct Capture {
  /// Holds another number at nearly every frame.
  static let device = "mic_hash"

  private let bench: Bench
  private let seconds: Int

  init(_ bench: Bench, seconds: Int) throws {
    (self.bench, self.seconds) = (bench, seconds)
    VirtualMicrophoneConfig.install()
    let profiles = "\(bench.folder)/profiles"
    mkdir(profiles, 0o755)
    try write(
      #"{"name": "bench", "extends": "EC600N", "volumes": {"usr": {"blockCount": 4096}}}"#,
      to: "\(profiles)/bench.json")
    setenv("QPYEMU_PROFILE_PATH", profiles, 1)
    try write(script, to: "\(bench.folder)/capture.py")
  }

  private var script: String {
    """
    import audio
    import utime
    ends = []

    def on_record(message):
        if message[2] == 3 or message[2] == -1:
            ends.append(message[2])

    record = audio.Record()
    record.end_callback(on_record)
    record.start('capture.wav', \(seconds))
    while not ends:
        utime.sleep(1)
    raise SystemExit(0 if ends[0] == 3 else 1)

    """
  }

  func start() throws -> Child {
    try bench.emulator(
      "capture.py", ["--export", "\(bench.folder)/flash"], profile: "bench",
      microphone: "alsa:\(Self.device)")
  }

  /// Frames of the last capture that are not what the device held, or that it lacks.
  var wrongFrames: Int {
    let audio = contents(of: "\(bench.folder)/flash/usr/capture.wav").dropFirst(44)
    let frames = stride(from: audio.startIndex, to: audio.endIndex - 1, by: 2).map {
      Int16(truncatingIfNeeded: Int(audio[$0]) | Int(audio[$0 + 1]) << 8)
    }
    let missing = abs(seconds * 8000 - frames.count)
    return missing + frames.indices.count { frames[$0] != VirtualMicrophoneConfig.hash($0) }
  }

  /// What the emulator said of it, after its line of settings.
  var notices: [Substring] { Array(lines(of: "\(bench.folder)/capture.py.err").dropFirst()) }
}
