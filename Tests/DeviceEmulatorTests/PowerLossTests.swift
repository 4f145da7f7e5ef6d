import AudioEngine
import DeviceEmulator
import EmulatedTime
import FlashStorage
import ModelTable
import ModuleProfiles
import QuecPython
import Testing

@Suite("Recordings and the loss of power")
struct PowerLossTests {
  /// A module whose flash can be looked at as a loss of power would leave it.
  private final class CutDesk {
    let desk: Desk
    let recorder: FlashRecorder
    let volume: FlashVolume

    init(_ fileSystem: FileSystemKind) throws {
      var volume = try Model.named("EC600N").profile().volumes[0]
      volume.fileSystem = fileSystem
      self.volume = volume
      recorder = FlashRecorder(start: try FreshFlash.content(of: volume))
      let mounted = try LittleFSVolume(mounting: RecordingFlash(recorder), openFileLimit: 8)
      let mount = ScriptFiles.Mount(
        path: "/usr", volume: try PromisingVolume(mounted, recorder), isReadOnly: false)
      desk = try Desk(mounts: [mount])
    }

    /// What the next boot finds of a file after this moment; nil if it is not there.
    func remains(of path: String) throws -> [UInt8]? {
      let mount = try ScriptFiles.Mount(
        volume, mounting: RAMFlash(recorder.recording.end), named: "the flash", openFileLimit: 8)
      return try? ScriptFiles([mount]).contents(of: path)
    }
  }

  @Test(
    "After a loss of power all audio but the last half second is there and plays",
    arguments: FileSystemKind.allCases, ["a.wav", "a.amr"])
  func lastSync(fileSystem: FileSystemKind, name: String) throws {
    let whole = try Desk().record(name, seconds: 4)
    let cut = try CutDesk(fileSystem)
    #expect(try cut.desk.call("Record.start", .string(name), 4) == 0)
    let (header, bytesPerSecond) = name == "a.wav" ? (44, 16_000) : (6, 1600)
    for step in 0..<17 {
      let bytes = try #require(try cut.remains(of: "/usr/\(name)"))
      #expect(whole.starts(with: bytes))
      let milliseconds = step * 251
      let synced = milliseconds / 500 * bytesPerSecond / 2
      #expect(bytes.count == (synced == 0 ? 0 : header + synced), "after \(milliseconds) ms")
      if synced > 0 {
        #expect(try AudioClip(bytes, name: name).frameCount == milliseconds / 500 * 4000)
      }
      cut.desk.wait(.milliseconds(251))
    }
    cut.desk.wait(.seconds(1))
    #expect(try cut.remains(of: "/usr/\(name)") == whole)
  }

  @Test(
    "Every cut of a recording that is stopped, replaced and deleted leaves what was promised",
    arguments: FileSystemKind.allCases)
  func everyCut(fileSystem: FileSystemKind) throws {
    let cut = try CutDesk(fileSystem)
    _ = try cut.desk.record("a.wav", seconds: 1)
    try cut.desk.call("Record.start", "a.wav", 5)
    cut.desk.wait(.milliseconds(700))
    try cut.desk.call("Record.stop")
    _ = try cut.desk.record("b.amr", seconds: 1)
    #expect(try cut.desk.call("Record.Delete", "a.wav") == 0)
    let recording = cut.recorder.recording
    let cuts = recording.cuts()
    #expect(cuts.count > 50)
    var problems: [String] = []
    PowerCutSweep(recording, .littleFS(), cutsRepairs: false).run(cuts) { result in
      if let problem = result.problem { problems.append("\(result.cut): \(problem)") }
    }
    #expect(problems.isEmpty)
  }

  @Test(
    "Ten seconds cost the flash what Docs/flash.md says",
    arguments: [(FileSystemKind.littlefs1, 80, 80), (.littlefs2, 59, 80)])
  func cost(fileSystem: FileSystemKind, erases: Int, programs: Int) throws {
    let cut = try CutDesk(fileSystem)
    _ = try cut.desk.record("a.wav", seconds: 10)
    let operations = cut.recorder.recording.operations
    let erased = operations.count { if case .erase = $0 { true } else { false } }
    #expect([erased, operations.count - erased] == [erases, programs])
  }
}
