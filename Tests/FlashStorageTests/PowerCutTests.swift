import FlashStorage
import Testing

/// What a sweep itself does, on file systems whose faults are known.
struct PowerCutTests {
  private static let geometry = try! FlashGeometry(
    readSize: 16, programSize: 16, blockSize: 256, blockCount: 13)

  private func record(_ flaw: ToyVolume.Flaw?) throws -> FlashRecording {
    let empty = RAMFlash(Self.geometry)
    try ToyVolume.format(empty)
    let recorder = FlashRecorder(start: empty.content)
    try work(on: PromisingVolume(ToyVolume(RecordingFlash(recorder), flaw), recorder))
    return recorder.recording
  }

  private func work(on volume: any Volume) throws {
    try volume.makeDirectory("/d")
    try volume.put(pattern(300), at: "/d/f")
    try volume.put(pattern(100, seed: 1), at: "/g")
    try volume.rename("/g", to: "/d/g")
    let handle = try volume.open("/d/f", [.write, .append])
    try volume.write(handle, pattern(200, seed: 2))
    try volume.sync(handle)
    try volume.rename("/d/g", to: "/h")
    try volume.close(handle)
    try volume.remove("/h")
  }

  private func results(_ flaw: ToyVolume.Flaw?, cutsRepairs: Bool = true) throws
    -> [PowerCutResult]
  {
    let recording = try record(flaw)
    var results: [PowerCutResult] = []
    let sweep = PowerCutSweep(recording, ToyVolume.fileSystem(flaw), cutsRepairs: cutsRepairs)
    sweep.run(recording.cuts(seed: 5)) { results.append($0) }
    return results
  }

  @Test("A file system without a flaw keeps its promises at every cut, also during the repair")
  func sound() throws {
    let recording = try record(nil)
    let results = try results(nil)
    #expect(results.filter { $0.problem != nil } == [])
    let first = results.filter { $0.repairCut == nil }
    #expect(first.map(\.cut) == recording.cuts(seed: 5))
    #expect(first.count { $0.cut.mode == .whole } == recording.operations.count + 1)
    let programs = recording.operations.count { if case .program = $0 { true } else { false } }
    #expect(first.count { $0.cut.mode == .torn } == programs)
    #expect(
      first.count { $0.cut.mode == .halfErased } == recording.operations.count - programs)
    #expect(results.contains { $0.repairCut?.mode == .halfErased })
    #expect(try self.results(nil, cutsRepairs: false).map(\.cut) == first.map(\.cut))
  }

  /// What a sweep says of each flaw.
  static let verdicts: [(ToyVolume.Flaw, String)] = [
    (.keepsOneCopy, "has lost 'd'"),
    (.checksNothing, "differs at byte"),
    (.neverSyncs, "has lost 'd'"),
    (.givesUp, "does not mount: half"),
    (.leaks, "the note of a rename is left"),
    (.renamesInTwoSteps, "has 'g', which it ought not"),
    (.closesLater, "is a file of 0 bytes, not a file of 300 bytes"),
    (.repairsInPlace, "does not mount: neither half makes sense"),
    (.refusesToWrite, "cannot write: half is torn"),
  ]

  @Test("Each flaw is noticed and named", arguments: verdicts.indices)
  func flawed(index: Int) throws {
    let (flaw, text) = Self.verdicts[index]
    let problems = try results(flaw).filter { $0.problem != nil }
    #expect(problems.contains { $0.problem?.contains(text) == true }, "\(problems.prefix(5))")
    // These can be noticed in one way only.
    if flaw == .neverSyncs { #expect(problems.allSatisfy { $0.cut.mode == .outOfOrder }) }
    if flaw == .repairsInPlace { #expect(problems.allSatisfy { $0.repairCut != nil }) }
  }

  @Test("There is a verdict on every flaw")
  func complete() { #expect(Self.verdicts.map(\.0) == ToyVolume.Flaw.allCases) }

  @Test("The log tells what a flash would hold on which the power really failed")
  func replay() throws {
    let recording = try record(nil)
    var replay = FlashReplay(recording)
    for cut in recording.cuts(seed: 9) {
      let base = RAMFlash(recording.start)
      let flash = FaultyFlash(base)
      flash.powerCut = cut
      try? work(on: ToyVolume(flash, nil))
      #expect(base.content.bytes == replay.content(after: cut).bytes, "\(cut)")
    }
    let last = PowerCut(after: recording.operations.count)
    #expect(replay.content(after: last).bytes == recording.end.bytes)
    #expect(replay.content(after: PowerCut(after: 0)).bytes == recording.start.bytes)
  }
}
