import FlashStorage

/// Does what an input says to a small volume, and compares all that it answers, and what power cuts
/// leave of it, with a model in memory.
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
  private var handles: [(ours: FlashHandle, model: FlashHandle)?] = [nil, nil, nil]

  init(_ input: [UInt8]) { self.input = input.prefix(400) }

  private mutating func next() -> Int { Int(input.popFirst() ?? 0) }
  private mutating func path() -> String { "/" + Self.names[next() % Self.names.count] }

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
      let inner = try LittleFSVolume(
        mounting: RecordingFlash(recorder), options, openFileLimit: Self.handleCount)
      let volume = try PromisingVolume(inner, recorder)
      let model = ModelVolume(openFileLimit: Self.handleCount)
      let cutSeeds = (0..<6).map { _ in next() << 8 | next() }
      while !input.isEmpty {
        if let problem = step(volume, model) { return problem }
      }
      return problem(of: recorder.recording, options, cutSeeds)
    } catch {
      return "the volume cannot be made: \(error)"
    }
  }

  /// Remounts after the last operation, and after some loss of power before.
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

  /// Does the next operation to both.
  private mutating func step(_ ours: any Volume, _ model: any Volume) -> String? {
    let code = next()
    switch code % 12 {
    case 0: return open(ours, model)
    case 1, 2, 3:
      let bytes = [UInt8](repeating: UInt8(code), count: next() * (next() % 5 + 1))
      return onHandle("write \(bytes.count)", ours, model) { volume, handle throws(FlashError) in
        try volume.write(handle, bytes.span)
        return []
      }
    case 4:
      let count = next() * 3
      return onHandle("read \(count)", ours, model) { volume, handle throws(FlashError) in
        var bytes = [UInt8](repeating: 0, count: count)
        var span = bytes.mutableSpan
        let length = try volume.read(handle, into: &span)
        return bytes.prefix(length).map(Int.init)
      }
    case 5:
      let (offset, origin) = (next() * 4 - 200, [SeekOrigin.start, .position, .end][next() % 3])
      return onHandle("seek \(offset)", ours, model) { volume, handle throws(FlashError) in
        [try volume.seek(handle, to: offset, from: origin), try volume.size(of: handle)]
      }
    case 6:
      let size = next() * 5
      return onHandle("truncate \(size)", ours, model) { volume, handle throws(FlashError) in
        try volume.truncate(handle, to: size)
        return [try volume.position(of: handle)]
      }
    case 7:
      return onHandle("sync", ours, model) { volume, handle throws(FlashError) in
        try volume.sync(handle)
        return []
      }
    case 8: return close(ours, model)
    case 9:
      let path = path()
      return compare("make \(path)", ours, model) { volume throws(FlashError) in
        try volume.makeDirectory(path)
      }
    case 10:
      let path = path()
      return compare("remove \(path)", ours, model) { volume throws(FlashError) in
        try volume.remove(path)
      }
    default:
      let (old, new) = (path(), path())
      return compare("rename \(old) to \(new)", ours, model) { volume throws(FlashError) in
        try volume.rename(old, to: new)
      }
    }
  }

  // MARK: Both

  private mutating func open(_ ours: any Volume, _ model: any Volume) -> String? {
    let path = path()
    let mode = OpenMode(rawValue: UInt8(next() & 63))
    guard let slot = handles.firstIndex(where: { $0 == nil }) else { return nil }
    return compare("open \(path) \(mode.rawValue)", ours, model) { volume throws(FlashError) in
      try volume.open(path, mode)
    } then: {
      handles[slot] = ($0, $1)
    }
  }

  private mutating func close(_ ours: any Volume, _ model: any Volume) -> String? {
    let slot = next() % Self.handleCount
    guard let (our, twin) = handles[slot] else { return nil }
    handles[slot] = nil
    do throws(FlashError) {
      try ours.close(our)
      try model.close(twin)
      return nil
    } catch .noSpace {
      // The model has no way to drop a handle's content; what is on flash is checked all the same.
      input = []
      return nil
    } catch {
      return "close: \(error)"
    }
  }

  private mutating func onHandle(
    _ call: String, _ ours: any Volume, _ model: any Volume,
    _ body: (any Volume, FlashHandle) throws(FlashError) -> [Int]
  ) -> String? {
    guard let (our, twin) = handles[next() % Self.handleCount] else { return nil }
    let result = outcome { () throws(FlashError) in try body(ours, our) }
    if result == .failure(.noSpace) { return nil }
    let expected = outcome { () throws(FlashError) in try body(model, twin) }
    return result == expected ? nil : "\(call) gave \(result), not \(expected)"
  }
}

/// Does a call to both, but not to the model if the flash is full: the model has no end.
private func compare<Value>(
  _ call: String, _ ours: any Volume, _ model: any Volume,
  _ body: (any Volume) throws(FlashError) -> Value,
  then use: (Value, Value) -> Void = { _, _ in }
) -> String? {
  let result = outcome { () throws(FlashError) in try body(ours) }
  if case .failure(.noSpace) = result { return nil }
  let expected = outcome { () throws(FlashError) in try body(model) }
  switch (result, expected) {
  case (.success(let ours), .success(let model)):
    use(ours, model)
    return nil
  case (.failure(let ours), .failure(let model)) where ours == model: return nil
  default: return "\(call) gave \(result), not \(expected)"
  }
}

private func outcome<Value>(
  _ body: () throws(FlashError) -> Value
) -> Result<Value, FlashError> {
  do throws(FlashError) { return .success(try body()) } catch { return .failure(error) }
}
