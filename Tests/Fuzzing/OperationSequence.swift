import FlashStorage

/// Does what an input says to a small volume, and compares what it holds, at the end and after losses of
/// power, with a model in memory.
///
/// - Returns: What is wrong; nil if nothing is.
public func runOperations(_ input: [UInt8]) -> String? {
  var run = OperationSequence(input)
  return run.problem()
}

private struct OperationSequence {
  private static let benches: [(LittleFSVersion, Int, Int, Int)] = [
    (.v11, 256, 256, 40), (.v21, 16, 256, 40), (.v20, 4, 128, 60), (.v21, 512, 512, 24),
    (.v11, 16, 512, 32),
  ]
  private static let names = ["a", "b", "d", "d/a", "d/b", "e", "e/longer-name", "d/e", "d/e/f"]
  private static let handleCount = 3

  private var input: ArraySlice<UInt8>
  private var handles: [FlashHandle?] = [nil, nil, nil]

  init(_ input: [UInt8]) { self.input = input.prefix(400) }

  private mutating func next() -> Int { Int(input.popFirst() ?? 0) }
  private mutating func path() -> String { "/" + Self.names[next() % Self.names.count] }
  private mutating func handle() -> FlashHandle? { handles[next() % Self.handleCount] }

  mutating func problem() -> String? {
    let (version, unit, block, count) = Self.benches[next() % Self.benches.count]
    var options = LittleFSOptions()
    options.version = version
    options.blockCycles = 16
    do {
      let geometry = try FlashGeometry(
        readSize: unit, programSize: unit, blockSize: block, blockCount: count)
      let flash = RAMFlash(geometry)
      try LittleFSVolume.format(flash, options)
      let recorder = FlashRecorder(start: flash.content)
      let volume = try PromisingVolume(
        LittleFSVolume(
          mounting: RecordingFlash(recorder), options, openFileLimit: Self.handleCount), recorder)
      let cutSeeds = (0..<6).map { _ in next() << 8 | next() }
      while !input.isEmpty {
        if let problem = step(volume) { return problem }
      }
      return problem(of: recorder.recording, options, cutSeeds)
    } catch {
      return "the volume cannot be made: \(error)"
    }
  }

  /// Remounts after the last operation, and after some losses of power before.
  private func problem(
    of recording: FlashRecording, _ options: LittleFSOptions, _ seeds: [Int]
  ) -> String? {
    let all = recording.cuts(seed: UInt64(seeds[0]))
    let cuts = seeds.map { all[$0 % all.count] } + [PowerCut(after: recording.operations.count)]
    var problem: String?
    let sweep = PowerCutSweep(recording, .littleFS(options))
    sweep.run(cuts.sorted { $0.operation < $1.operation }) { result in
      if problem == nil, let text = result.problem {
        problem = "\(result.cut) \(result.repairCut.map { "and \($0)" } ?? ""): \(text)"
      }
    }
    return problem
  }

  /// Does the next operation.
  ///
  /// - Returns: What is wrong; an operation may be refused, but not for damage, nor by the model alone.
  private mutating func step(_ volume: any Volume) -> String? {
    do throws(FlashError) {
      try operate(volume)
    } catch {
      switch error {
      case .corrupt, .fault: return "\(error)"
      default: break
      }
    }
    return nil
  }

  private mutating func operate(_ volume: any Volume) throws(FlashError) {
    let code = next()
    switch code % 12 {
    case 0:
      let (path, mode) = (path(), OpenMode(rawValue: UInt8(next() & 63)))
      guard let slot = handles.firstIndex(where: { $0 == nil }) else { return }
      handles[slot] = try volume.open(path, mode)
    case 1, 2, 3:
      let bytes = [UInt8](repeating: UInt8(code), count: next() * (next() % 5 + 1))
      if let handle = handle() { try volume.write(handle, bytes.span) }
    case 4:
      var bytes = [UInt8](repeating: 0, count: next() * 3)
      var span = bytes.mutableSpan
      if let handle = handle() { _ = try volume.read(handle, into: &span) }
    case 5:
      let (offset, origin) = (next() * 4 - 200, [SeekOrigin.start, .position, .end][next() % 3])
      if let handle = handle() { try volume.seek(handle, to: offset, from: origin) }
    case 6:
      let size = next() * 5
      if let handle = handle() { try volume.truncate(handle, to: size) }
    case 7: if let handle = handle() { try volume.sync(handle) }
    case 8:
      let slot = next() % Self.handleCount
      guard let handle = handles[slot] else { return }
      handles[slot] = nil
      try volume.close(handle)
    case 9: try volume.makeDirectory(path())
    case 10: try volume.remove(path())
    default:
      let (old, new) = (path(), path())
      try volume.rename(old, to: new)
    }
  }
}
