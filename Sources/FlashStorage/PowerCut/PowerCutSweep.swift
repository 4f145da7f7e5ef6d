/// What one loss of power did.
public struct PowerCutResult: Equatable, Sendable {
  /// The loss of power.
  public let cut: PowerCut
  /// A second one, during the repair after the first.
  public let repairCut: PowerCut?
  /// What is wrong; nil if every promise was kept.
  public let problem: String?
}

/// Cuts the power at every moment of a recording, and checks what is left: the volume mounts, each name
/// and each synced file is as promised, nothing leaks, and the next boot can write.
public struct PowerCutSweep: Sendable {
  private let recording: FlashRecording
  private let fileSystem: FlashFileSystem
  private let cutsRepairs: Bool

  /// Sets a sweep up.
  ///
  /// - Parameters:
  ///   - recording: What happened, with promises of a ``PromisingVolume``.
  ///   - fileSystem: How to use what is left.
  ///   - cutsRepairs: Whether the power fails a second time, at every moment of the repair.
  public init(
    _ recording: FlashRecording, _ fileSystem: FlashFileSystem, cutsRepairs: Bool = true
  ) {
    self.recording = recording
    self.fileSystem = fileSystem
    self.cutsRepairs = cutsRepairs
  }

  /// Checks some cuts; in their order it is quickest.
  ///
  /// - Parameter report: Called with each cut's result, and behind it those of the cuts during the
  ///   repair.
  public func run(_ cuts: some Sequence<PowerCut>, report: (PowerCutResult) -> Void) {
    var replay = FlashReplay(recording)
    var promises = PromiseCursor(recording.promises)
    for cut in cuts {
      let aftermath = Aftermath(
        replay.content(after: cut), fileSystem, expected: promises.candidates(at: cut))
      report(PowerCutResult(cut: cut, repairCut: nil, problem: aftermath.problem))
      guard cutsRepairs else { continue }
      let repair = aftermath.repair
      guard !repair.operations.isEmpty else { continue }
      var replay = FlashReplay(repair)
      for second in repair.cuts(seed: cut.seed &+ 1) {
        let problem = Aftermath(
          replay.content(after: second), fileSystem, expected: aftermath.expected
        ).problem
        report(PowerCutResult(cut: cut, repairCut: second, problem: problem))
      }
    }
  }
}

/// Finds what is promised at a cut, going forward.
private struct PromiseCursor {
  private let promises: [Promise]
  /// The first promise that is not yet kept for sure.
  private var next = 0
  private var before: VolumeContent?
  private var after: (index: Int, content: VolumeContent)?

  init(_ promises: [Promise]) { self.promises = promises }

  /// What the volume may hold: one thing, or two while a call was on its way.
  mutating func candidates(at cut: PowerCut) -> [VolumeContent] {
    if next > 0, !promises[next - 1].isSettled(at: cut) { self = PromiseCursor(promises) }
    while next < promises.count, promises[next].isSettled(at: cut) {
      before = after?.index == next ? after?.content : nil
      next += 1
    }
    var candidates: [VolumeContent] = []
    if next > 0 {
      let content = before ?? VolumeContent(promises[next - 1].tree)
      before = content
      candidates.append(content)
    }
    if next < promises.count, promises[next].isBegun(at: cut) {
      if after?.index != next { after = (next, VolumeContent(promises[next].tree)) }
      if let after { candidates.append(after.content) }
    }
    return candidates
  }
}

extension Promise {
  /// Whether the call had returned, with all that it did safe on flash.
  fileprivate func isSettled(at cut: PowerCut) -> Bool {
    // Out of order, the sync at its end may not have been done.
    operations.upperBound < cut.operation + (cut.mode == .outOfOrder ? 0 : 1)
  }

  /// Whether something of it may have reached flash.
  fileprivate func isBegun(at cut: PowerCut) -> Bool {
    switch cut.mode {
    case .torn, .halfErased: operations.lowerBound <= cut.operation
    case .whole, .outOfOrder: operations.lowerBound < cut.operation
    }
  }
}

/// The first boot after a loss of power.
private struct Aftermath {
  /// What is wrong; nil if every promise was kept.
  private(set) var problem: String?
  /// What the repair did to the flash.
  private(set) var repair: FlashRecording
  /// What the volume may hold from now on: what it held when it was mounted.
  private(set) var expected: [VolumeContent]

  init(_ content: FlashContent, _ fileSystem: FlashFileSystem, expected: [VolumeContent]) {
    let recorder = FlashRecorder(start: content)
    repair = recorder.recording
    self.expected = expected
    do throws(Problem) {
      try boot(recorder, fileSystem)
    } catch {
      problem = error.text
    }
  }

  private mutating func boot(
    _ recorder: FlashRecorder, _ fileSystem: FlashFileSystem
  ) throws(Problem) {
    let volume = try mount(RecordingFlash(recorder), fileSystem, "")
    expected = [try match(volume, "")]
    try attempt("the repair fails") { () throws(FlashError) in try fileSystem.repair(volume) }
    repair = recorder.recording
    if !repair.operations.isEmpty { _ = try match(volume, "after the repair ") }
    try audit(volume, fileSystem, "after the repair ")
    let isAsBefore = try checkNextBoot(volume)
    let again = try mount(RAMFlash(recorder.recording.end), fileSystem, "after that ")
    if isAsBefore { _ = try match(again, "after that ") }
    try audit(again, fileSystem, "after that ")
  }

  private func mount(
    _ device: sending any BlockDevice, _ fileSystem: FlashFileSystem, _ time: String
  ) throws(Problem) -> any Volume {
    do throws(FlashError) {
      return try fileSystem.mount(device)
    } catch {
      throw Problem("\(time)the volume does not mount: \(error)")
    }
  }

  /// Finds out which of the expected contents is there.
  private func match(_ volume: any Volume, _ time: String) throws(Problem) -> VolumeContent {
    var differences: [String] = []
    for content in expected.reversed() {
      guard let difference = content.difference(from: volume) else { return content }
      differences.append(difference)
    }
    throw Problem(time + differences.joined(separator: "; compared with what was before, "))
  }

  private func audit(
    _ volume: any Volume, _ fileSystem: FlashFileSystem, _ time: String
  ) throws(Problem) {
    let problems = try attempt("\(time)the check fails") { () throws(FlashError) in
      try fileSystem.check(volume)
    }
    if let problem = problems.first { throw Problem(time + problem) }
  }

  /// Writes a file, reads it back and removes it, as the next boot would; on a full volume, after it has
  /// removed the largest file.
  ///
  /// - Returns: Whether the volume holds the same as before.
  private func checkNextBoot(_ volume: any Volume) throws(Problem) -> Bool {
    do throws(FlashError) {
      try volume.tryOut()
      return true
    } catch .noSpace {
      try attempt("the next boot cannot make room") { () throws(FlashError) in
        try makeRoom(volume)
      }
      try attempt("the next boot cannot write") { () throws(FlashError) in try volume.tryOut() }
      return false
    } catch {
      throw Problem("the next boot cannot write: \(error)")
    }
  }

  private func makeRoom(_ volume: any Volume) throws(FlashError) {
    guard try volume.statistics().freeBlockCount < Self.scarceBlockCount,
      let file = expected[0].largestFile
    else { throw .noSpace }
    try volume.remove(file)
  }

  /// A volume with fewer free blocks may be too full for one more name and its content.
  private static let scarceBlockCount = 8

  private func attempt<Result>(
    _ failing: String, _ body: () throws(FlashError) -> Result
  ) throws(Problem) -> Result {
    do throws(FlashError) { return try body() } catch { throw Problem("\(failing): \(error)") }
  }
}

private struct Problem: Error {
  let text: String

  init(_ text: String) { self.text = text }
}

extension Volume {
  /// Creates, writes, closes, reads back and removes a file.
  fileprivate func tryOut() throws(FlashError) {
    let path = "/.power-cut~"
    let bytes = (0..<700).map { UInt8($0 % 251) }
    let handle = try open(path, [.write, .create, .exclusive])
    do throws(FlashError) {
      try write(handle, bytes.span)
      try close(handle)
      guard try content(of: path) == bytes else { throw .fault("what was written is not read") }
    } catch {
      try? close(handle)
      try? remove(path)
      throw error
    }
    try remove(path)
  }
}
