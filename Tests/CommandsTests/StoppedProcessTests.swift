import Foundation
import GuestRuntime
import TestSupport
import Testing

@testable import AudioEngine
@testable import Commands

private typealias Config = VirtualMicrophoneConfig

/// The emulator itself is stopped for a while (Ctrl-Z, a debugger) during live audio: its module's time
/// goes on, and no device is lost.
@Suite(.timeLimit(.minutes(10)))
struct StoppedProcessTests {
  let bench: Workbench

  init() throws {
    Config.install()
    bench = try Workbench()
  }

  /// Runs a script that prints `go`, and stops the emulator for so many seconds a moment later.
  private func run(_ script: String, stoppedFor seconds: Double, _ words: [String]) async throws {
    try bench.write(script, to: "a.py")
    let program = ["'\(Config.buildFolder)/qpyemu'", "run", "a.py", "--profile", "EC600N"]
    let child = try ChildProcess([
      "/bin/sh", "-c",
      "cd '\(bench.folder)' && exec \((program + words).joined(separator: " ")) >output 2>errors",
    ])
    let path = bench.path("output")
    // On a thread of its own: the pool's few may all be busy with other tests when the stop is to end.
    let ending = await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        let due = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < due,
          (HostFile.contents(of: path) ?? []).firstRange(of: Array("go\n".utf8)) == nil
        {
          usleep(20_000)
        }
        usleep(500_000)
        child.signal(SIGSTOP)
        usleep(UInt32(seconds * 1_000_000))
        child.signal(SIGCONT)
        continuation.resume(returning: child.wait())
      }
    }
    #expect(ending == .exited(0))
  }

  /// How many frames the emulator says were lost, in all.
  private func lostFrames() throws -> Int {
    let errors = try bench.text("errors")
    #expect(!errors.contains("failed"), "\(errors)")
    let told = try #require(
      errors.firstMatch(of: #/overran \d+ times; (\d+) frames were lost/#), "\(errors)")
    return try #require(Int(told.1))
  }

  @Test(
    "A recording goes on, with silence for what was not heard, and everything at its time",
    arguments: [1, 2.2, 5])
  func recording(seconds: Double) async throws {
    let length = Int(seconds) + 3
    try await run(
      """
      import audio, utime
      record = audio.Record()
      record.end_callback(print)
      record.start('a.wav', \(length))
      print('go')
      while record.isBusy():
          utime.sleep_ms(20)
      """, stoppedFor: seconds, ["--audio-in", "alsa:mic_ramp", "--export", "out"])
    #expect(try bench.text("output").hasSuffix("['U:/a.wav', \(16_000 * length), 3]\n"))
    let frames = try WAV(bench.bytes("out/usr/a.wav")).frames
    #expect(frames.count == 8000 * length)
    let lost = try lostFrames()
    #expect(Double(lost) > (seconds - 0.5) * 8000)
    // The ramp is never silent, and a frame of it tells its time.
    let silent = frames.count { $0 == 0 }
    #expect(silent <= lost && Double(silent) > (seconds - 0.5) * 8000)
    let misplaced = frames.indices.filter { index in
      let distance = (Int(frames[index]) - 1 - index) % 30_000
      return frames[index] != 0 && min(abs(distance), 30_000 - abs(distance)) > 160
    }
    #expect(misplaced.isEmpty, "the first is \(misplaced.first ?? 0)")
  }

  @Test("A recording that is ended as soon as the emulator goes on holds the gap, too")
  func endedAtOnce() async throws {
    try await run(
      """
      import audio, utime
      record = audio.Record()
      record.start('a.wav', 60)
      begin = utime.ticks_ms()
      print('go')
      utime.sleep(1)
      record.stop()
      print(utime.ticks_ms() - begin)
      """, stoppedFor: 3, ["--audio-in", "alsa:mic_ramp", "--export", "out"])
    let last = try #require(try bench.text("output").split(separator: "\n").last)
    let milliseconds = try #require(Int(last))
    let frames = try WAV(bench.bytes("out/usr/a.wav")).frames
    #expect(try lostFrames() > 20_000)
    #expect(frames.count > 8 * (milliseconds - 1000))
  }

  @Test("What is played ends at its time, without what could not be heard, and that is told")
  func playing() async throws {
    // Six seconds of a ramp that is never silent.
    let frames = (0..<48_000).map(Config.ramp)
    let header = WAVHeader.bytes(frameRate: 8000, audioByteCount: 2 * frames.count)
    let sound = header + frames.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    try bench.write(sound, to: "flash/usr/a.wav")
    try await run(
      """
      import audio, utime
      player = audio.Audio(0)
      player.setVolume(11)
      ended = []
      player.setCallback(lambda event: ended.append(utime.ticks_ms()) if event == 7 else None)
      begin = utime.ticks_ms()
      player.play(1, 0, 'U:/a.wav')
      print('go')
      while not ended:
          utime.sleep_ms(20)
      print(ended[0] - begin)
      """, stoppedFor: 2.5,
      ["--audio-in", "silence", "--audio-out", "alsa:speaker", "--flash", "dir:flash"])
    let errors = try bench.text("errors")
    let told = try #require(
      errors.firstMatch(of: #/usr/a.wav: (\d+) frames were not heard/#), "\(errors)")
    let unheard = try #require(Int(told.1))
    #expect(unheard > 16_000)
    let last = try #require(try bench.text("output").split(separator: "\n").last)
    let milliseconds = try #require(Int(last))
    #expect((6000..<8000).contains(milliseconds), "the stop took 2.5 of the sound's 6 s")
    // The rest of the ramp, each frame once.
    let heard = try #require(HostFile.contents(of: Config.folder + "/heard.raw"))
    let samples = stride(from: 0, to: heard.count - 1, by: 2).map {
      Int(heard[$0]) | Int(heard[$0 + 1]) << 8
    }
    #expect(samples.count { $0 != 0 } == frames.count - unheard)
  }
}
