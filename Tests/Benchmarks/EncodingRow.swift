import AudioEngine
import COpenCoreAMRNB
import DeviceEmulator
import EmulatedTime
import Glibc
import ModuleProfiles
import QuecPython

/// An hour of AMR recording in virtual time, against a bare loop around the encoder library on the
/// same samples: processor time, minute by minute in turn. What both wrote must be the same.
func encodingRow(_ bench: Bench) throws -> [Line] {
  let minutes = bench.often(60, quick: 5)
  let sound = "\(bench.folder)/bursts.raw"
  try write(
    noiseBursts.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] },
    to: sound)
  var made = try [false, true].map { dtx in
    let recording = try HourRecording(of: sound, dtx: dtx)
    let reference = try ReferenceEncoder(dtx: dtx)
    let pairs = Pairs(minutes) {
      seconds(of: CLOCK_PROCESS_CPUTIME_ID) { recording.advanceAMinute() }
    } reference: {
      seconds(of: CLOCK_PROCESS_CPUTIME_ID) { reference.encode(noiseBursts) }
    }
    guard try recording.bytes() == reference.bytes else {
      throw CannotMeasure("the recording and the reference differ (DTX \(dtx ? "on" : "off"))")
    }
    return Line(
      "\(minutes) min of AMR, DTX \(dtx ? "on" : "off") / encoder library, CPU a minute", pairs,
      in: milliseconds, atMost: 1.15)
  }
  made.append(try memoryLine(bench, sound, minutes))
  return made
}

private func memoryLine(_ bench: Bench, _ sound: String, _ minutes: Int) throws -> Line {
  let limit = 64.0
  let answer = "\(bench.folder)/memory"
  _ = try bench.itself(["record", sound, String(minutes)], output: answer).wait()
  guard let kilobytes = lines(of: answer).first.flatMap({ Double($0) }) else {
    throw CannotMeasure("the recording process did not say how much memory it took")
  }
  let megabytes = kilobytes * 1024 / 1e6
  return Line(
    what: "the same in a process of its own, peak memory", ours: "\(rounded(megabytes)) MB",
    goal: .own("< \(Int(limit)) MB", isMet: megabytes < limit))
}

/// Only records, then prints its peak of resident memory in kB: the part that needs its own process.
func recordOnly(sound: String, minutes: Int) throws {
  let recording = try HourRecording(of: sound, dtx: false)
  for _ in 0..<minutes { recording.advanceAMinute() }
  _ = try recording.bytes()
  let peak = lines(of: "/proc/self/status").first { $0.hasPrefix("VmHWM:") }
  print(peak?.filter(\.isNumber) ?? "unknown")
}

/// A minute of 8000 frames a second: every other second noise, each burst of another level, and
/// nearly nothing in between, so that DTX has pauses to find.
private let noiseBursts: [Int16] = {
  var state: UInt32 = 1
  return (0..<480_000).map { frame in
    state = state &* 1_664_525 &+ 1_013_904_223
    let second = frame / 8000
    let level = second % 2 == 1 ? 8 : 1000 + second * 997 % 12_000
    return Int16(truncatingIfNeeded: (Int(state >> 16) - 32768) * level / 32768)
  }
}()

/// A module with flash enough that records for an hour, and the clock that moves it.
private struct HourRecording {
  private let clock = VirtualClock()
  private let device: DeviceEmulator

  init(of sound: String, dtx: Bool) throws {
    var profile = try ProfileSelection.named("EC600N").resolve()
    profile.volumes[0].blockCount = 4096
    device = try DeviceEmulator(
      profile: .profile(profile), microphone: FileMicrophone(path: sound, loop: true),
      clock: clock)
    let record = try device.makeRecord()
    _ = try record.amrEncDtxEnable(dtx ? 1 : 0)
    guard try record.start("hour.amr", seconds: 3600) == 0 else {
      throw CannotMeasure("the recording did not start")
    }
  }

  func advanceAMinute() { clock.advance(by: .seconds(60)) }

  /// What is on the flash.
  func bytes() throws -> [UInt8] { try device.files.contents(of: "/usr/hour.amr") }
}

/// The least that turns frames into an AMR file.
private final class ReferenceEncoder {
  private let handle: UnsafeMutableRawPointer
  private(set) var bytes = Array("#!AMR\n".utf8)

  init(dtx: Bool) throws {
    guard let handle = Encoder_Interface_init(dtx ? 1 : 0) else {
      throw CannotMeasure("the encoder library gave no encoder")
    }
    self.handle = handle
  }

  deinit { Encoder_Interface_exit(handle) }

  func encode(_ samples: [Int16]) {
    var frame = [Int16](repeating: 0, count: 160)
    var encoded = [UInt8](repeating: 0, count: 32)
    for start in stride(from: 0, to: samples.count, by: frame.count) {
      // The library overwrites its input.
      for index in frame.indices { frame[index] = samples[start + index] }
      let count = Encoder_Interface_Encode(handle, MR122, &frame, &encoded, 0)
      bytes += encoded[..<Int(count)]
    }
  }
}
