import GuestRuntime
import TestSupport
import Testing

@testable import Commands

private typealias Config = VirtualMicrophoneConfig

/// Live microphones through the real alsa-lib, in real time.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct LiveAudioTests {
  let bench: Workbench

  init() throws {
    Config.install()
    bench = try Workbench()
  }

  private func record(_ device: String) async throws -> (ending: Ending, wav: WAV) {
    let ending = try await bench.run(
      script: recordOneSecond, ["--audio-in", "alsa:\(device)", "--export", bench.path("out")])
    return (ending, try WAV(bench.bytes("out/usr/a.wav")))
  }

  @Test(
    "A recording has exactly the samples that the device held",
    arguments: ["mic_hash", "file_hash", "mic_stereo"])
  func exact(device: String) async throws {
    let (ending, wav) = try await record(device)
    #expect(ending.code == 0)
    // A device without a pace of its own may have delivered all before the script goes on.
    #expect(Set(ending.lines) == ["['U:/a.wav', 0, 0]", "0", "['U:/a.wav', 16000, 3]"])
    #expect(wav.frames == (0..<8000).map(Config.hash))
    #expect(ending.errors.contains("microphone alsa:\(device), loudspeaker null, time real"))
  }

  @Test("An overrun is reported, and the recording keeps its length")
  func overrun() async throws {
    let (ending, wav) = try await record("mic_overrun")
    #expect(ending.code == 0)
    let lost = try #require(
      ending.errors.firstMatch(of: #/overran \d+ times; (\d+) frames were lost/#)?.1)
    #expect(wav.frames.count == 8000)
    #expect(wav.frames.prefix(2000).elementsEqual((0..<2000).map(Config.ramp)))
    #expect(wav.frames.count { $0 == 0 } == min(Int(lost)!, 6000))
  }

  @Test("A suspended device comes back, and that is reported")
  func suspend() async throws {
    let (ending, wav) = try await record("mic_suspend")
    #expect(ending.code == 0)
    #expect(ending.errors.contains("suspended 1 times and came back"))
    #expect(wav.frames.count == 8000)
  }

  @Test(
    "A device that is gone ends the recording with -1, and what was written stays",
    arguments: [
      ("mic_unplugged", "the ALSA device \"mic_unplugged\" is gone: No such device"),
      ("mic_stall", "the ALSA device \"mic_stall\" has delivered nothing"),
    ])
  func lost(device: String, sentence: String) async throws {
    let (ending, wav) = try await record(device)
    #expect(ending.code == 0, "the script has been told and goes on")
    #expect(ending.errors.contains("U:/a.wav: the recording failed: \(sentence)"))
    // Whole 20 ms frames of the 2000 samples that came.
    #expect(ending.lines.last == "['U:/a.wav', 3840, -1]")
    #expect(wav.frames == (0..<1920).map(Config.ramp))
    #expect(wav.dataSize == 3840)
  }

  @Test("A microphone that hears nothing but zeros is reported")
  func zeros() async throws {
    let (ending, _) = try await record("mic_zeros")
    #expect(ending.code == 0)
    #expect(ending.errors.contains("nothing but zeros: is it muted?"))
  }

  @Test("A device that cannot be opened ends the run with 74 and the alternatives")
  func unavailable() async throws {
    let ending = try await bench.run(script: recordOneSecond, ["--audio-in", "alsa:nosuch"])
    #expect(ending.code == 74)
    #expect(
      ending.errors.hasSuffix(
        "qpyemu: cannot open the ALSA device \"nosuch\": No such file or directory; list devices "
          + "with arecord -L, or use --audio-in tone:440, file:PATH, noise or silence\n"))
  }

  @Test("A script that never records needs no microphone")
  func unused() async throws {
    let ending = try await bench.run(script: "print(1)", ["--audio-in", "alsa:nosuch"])
    #expect(ending.code == 0)
  }

  @Test("Live audio and virtual time exclude each other", arguments: ["--audio-in", "--audio-out"])
  func virtual(option: String) async throws {
    let ending = try await bench.run(
      script: "print(1)", [option, "alsa:mic_hash", "--time", "virtual"])
    #expect(ending.code == 64)
    #expect(ending.errors.hasPrefix("qpyemu: live audio runs in real time: leave out --time"))
  }

  @Test("What a script plays is heard on the device that --audio-out names")
  func playBack() async throws {
    let tone = "\(repository)/Docs/Examples/record_and_play.py"
    let ending = try await bench.run([
      "run", tone, "--profile", "EC600N", "--audio-in", "tone:440", "--audio-out",
      "alsa:file_out",
    ])
    #expect(ending.code == 0)
    #expect(ending.lines.suffix(2) == ["player: 0", "player: 7"])
    let played = try #require(HostFile.contents(of: Config.folder + "/out.raw"))
    let loud = stride(from: 0, to: played.count - 1, by: 2).count { played[$0 + 1] & 0x7F > 0x10 }
    #expect(played.count >= 40_000 && loud > 8000)
  }
}
