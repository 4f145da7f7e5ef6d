import FlashStorage
import Testing

/// Every workload of up to three operations, each cut off everywhere in its last one: what a cut in an
/// earlier one leaves, the shorter workloads have shown.
struct PowerCutExhaustiveTests {
  struct Operation: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let run: @Sendable (any Volume) throws -> Void

    init(_ name: String, _ run: @escaping @Sendable (any Volume) throws -> Void) {
      testDescription = name
      self.run = run
    }

    static func rename(_ old: String, _ new: String) -> Operation {
      Operation("\(old) → \(new)") { try $0.rename(old, to: new) }
    }
  }

  /// Two files and two directories with three names to move between.
  static let alphabet: [Operation] = [
    Operation("write /a") { try $0.put(pattern(4200, seed: 1), at: "/a") },
    Operation("append to /a") { volume in
      let handle = try volume.open("/a", [.write, .append])
      try volume.write(handle, pattern(300, seed: 2))
      try volume.close(handle)
    },
    Operation("truncate /a") { volume in
      let handle = try volume.open("/a", .write)
      try volume.truncate(handle, to: 100)
      try volume.close(handle)
    },
    Operation("create /b") { volume in
      try volume.close(try volume.open("/b", [.write, .create, .exclusive]))
    },
    Operation("write /d/x") { try $0.put(pattern(50, seed: 3), at: "/d/x") },
    .rename("/a", "/b"), .rename("/b", "/a"), .rename("/a", "/d/x"), .rename("/d/x", "/b"),
    .rename("/d", "/e"), .rename("/e", "/d/x"), .rename("/d", "/e/x"), .rename("/d/x", "/e"),
    Operation("make /e") { try $0.makeDirectory("/e") },
    Operation("make /d/x") { try $0.makeDirectory("/d/x") },
    Operation("remove /a") { try $0.remove("/a") },
    Operation("remove /d/x") { try $0.remove("/d/x") },
    Operation("remove /d") { try $0.remove("/d") },
    Operation("remove /e") { try $0.remove("/e") },
  ]

  /// Sweeps the last of some operations.
  ///
  /// - Returns: False if it does nothing after the others.
  private func sweep(
    _ operations: [Operation], _ bench: PowerCutBench, _ start: FlashContent,
    _ summary: inout SweepSummary
  ) throws -> Bool {
    var first = 0
    let recorder = FlashRecorder(start: start)
    let volume = try bench.volume(on: recorder)
    for operation in operations {
      first = recorder.operationCount
      do { try operation.run(volume) } catch is FlashError { return false }
    }
    let recording = recorder.recording
    guard recording.operations.count > first else { return false }
    let cuts = recording.cuts(seed: UInt64(first)).filter { $0.operation >= first }
    let label = operations.map(\.testDescription).joined(separator: ", ") + ": "
    summary.add(recording, bench.fileSystem, cuts, label)
    return true
  }

  @Test(
    "Every cut in every workload of up to three operations keeps what was promised",
    arguments: [
      PowerCutBench(.v11, blocks: 25), PowerCutBench(.v21, blocks: 25),
      PowerCutBench(.v21, read: 16, program: 16, block: 512, blocks: 64),
    ], alphabet)
  func exhaustive(bench: PowerCutBench, first: Operation) throws {
    let start = try bench.record { volume in
      try volume.put(pattern(700), at: "/a")
      try volume.makeDirectory("/d")
      try volume.put(pattern(30), at: "/d/x")
    }.end
    var summary = SweepSummary()
    // What is not possible at first begins nothing: there is no /b and no /e, and /d is not empty.
    guard try sweep([first], bench, start, &summary) else { return }
    for second in Self.alphabet {
      guard try sweep([first, second], bench, start, &summary) else { continue }
      for third in Self.alphabet {
        _ = try sweep([first, second, third], bench, start, &summary)
      }
    }
    #expect(summary.problems.prefix(3) == [])
    #expect(summary.cuts > 300)
  }
}
