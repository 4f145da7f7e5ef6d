import AudioEngine
package import DeviceEmulator
import EmulatedTime
import FlashStorage
import GuestRuntime
import ModuleProfiles
import QuecPython

/// Runs cases on a ``DeviceEmulator`` in this process.
package struct SwiftDriver: CaseDriver {
  package let name = "swift"
  private let outcomes: OutcomeTable

  /// - Parameter outcomes: The table that the devices answer by.
  package init(outcomes: OutcomeTable = OutcomeTables.quecPython.whole) { self.outcomes = outcomes }

  package func obstacle(to cell: Cell) -> String? { nil }

  package func run(_ cell: Cell) throws -> Observation {
    let bench = try Bench(cell, outcomes)
    var answer: Answer?
    for step in cell.test.steps { answer = try bench.take(step) }
    if cell.isOfCallback { answer = bench.heard }
    guard let answer else {
      let what = cell.isOfCallback ? "no call-back came" : "the case ends with no call"
      throw CannotRun(what, trace: bench.trace)
    }
    return Observation(answer: answer, trace: bench.trace)
  }
}

/// A module on which the steps of one case are taken.
private final class Bench {
  private let profile: ModuleProfile
  private let hearsWhileWaiting: Bool
  private let clock = VirtualClock()
  private let device: DeviceEmulator
  /// The objects of each class in the order in which they first appeared.
  private var objects: [Substring: [PeripheralID]] = [:]
  private var heapFree = Int.max
  private(set) var trace: [Journal.Entry] = []
  /// What the last call-back told; nil if none has come.
  private(set) var heard: Answer?

  init(_ cell: Cell, _ outcomes: OutcomeTable) throws {
    profile = cell.profile
    hearsWhileWaiting = !cell.test.needsSwift
    device = try DeviceEmulator(
      profile: .profile(cell.profile), policy: cell.policy, microphone: ToneMicrophone(hertz: 440),
      photos: CasePhotos(), clock: clock, outcomes: outcomes)
  }

  /// Takes a step; gives the answer if it is a call.
  func take(_ step: Step) throws -> Answer? {
    defer { hear() }
    switch step {
    case .call(let method, let arguments): return try call(method, arguments)
    case .wait(let milliseconds): wait(.milliseconds(milliseconds))
    case .write(let path, let content): try write(content, to: path)
    case .makeFolder(let path): try device.files.makeDirectory(path)
    case .open(let path, let mode): _ = try device.files.open(path, mode: mode)
    case .takeTimers:
      while device.startTimer(period: .seconds(3600), isPeriodic: true, function: 0) != nil {}
    case .fill(let mount): try fill(mount)
    case .inject(let fault): device.inject(fault)
    case .change(let change): device.change(change)
    case .leaveHeap(let bytes): heapFree = bytes
    case .modem(let key, let value): try device.change(key, to: value)
    }
    return nil
  }

  /// Lets time pass, and takes each call-back when it comes, unless the case is about those that wait.
  private func wait(_ duration: Duration) {
    let end = clock.now + duration
    while hearsWhileWaiting, let due = clock.nextAlarm, due <= end {
      clock.advance(to: due)
      hear()
    }
    clock.advance(to: end)
  }

  private func call(_ method: DeviceMethod, _ arguments: [CaseValue]) throws -> Answer {
    if method.isConstructor { return try construct(method, arguments.map(value)) }
    guard method.isOnObject else { return try perform(method, on: nil, arguments.map(value)) }
    if objects[method.className] == nil {
      guard
        case .success(.object) = try construct(
          method.constructor, method.standardObject.map(value))
      else { throw CannotRun("\(method.className) cannot be constructed", trace: trace) }
    }
    return try perform(method, on: objects[method.className]?.first, arguments.map(value))
  }

  private func construct(_ method: DeviceMethod, _ arguments: [GuestValue]) throws -> Answer {
    let answer = try perform(method, on: nil, arguments)
    guard case .success(.object(let made)) = answer else { return answer }
    var known = objects[method.className] ?? []
    if !known.contains(made) { known.append(made) }
    objects[method.className] = known
    return .success(.object(PeripheralID(known.firstIndex(of: made)!)))
  }

  private func perform(
    _ method: DeviceMethod, on object: PeripheralID?, _ arguments: [GuestValue]
  ) throws -> Answer {
    let reply = try device.reply(to: method, on: object, arguments, heapFree: heapFree)
    trace.append(
      Journal.Entry(
        time: clock.now,
        .call(
          name: method.rawValue, object: object, arguments: arguments, answer: reply.result,
          injectedRow: reply.injectedRow)))
    return reply.result
  }

  private func value(_ value: CaseValue) -> GuestValue { value.value(on: profile) }

  /// Takes the call-backs that wait.
  private func hear() {
    while let event = device.nextEvent() {
      heard = .success(event.arguments.first ?? .none)
      trace.append(
        Journal.Entry(
          time: clock.now, .callback(function: event.function, arguments: event.arguments)))
    }
  }

  private func write(_ content: CaseValue, to path: String) throws {
    let file = try device.files.open(path, mode: "wb")
    let bytes = value(content).bytes ?? []
    try device.files.write(file, bytes.span)
    try device.files.close(file)
  }

  private func fill(_ mount: String) throws {
    let block = [UInt8](repeating: 0, count: try device.files.statistics(of: mount).blockSize)
    try fill("\(mount)/full.bin", with: block, untilFull: true)
    // A small file of littlefs 2 stands beside its name, where there may still be room.
    var (size, number) = (block.count / 8, 0)
    while true {
      number += 1
      let part = Array(block.prefix(size))
      if try fill("\(mount)/full\(number)", with: part, untilFull: false) { continue }
      guard size > 0 else { return }
      size /= 2
    }
  }

  /// Writes a file, again and again if need be.
  ///
  /// - Returns: Whether there was room for it.
  @discardableResult
  private func fill(_ path: String, with bytes: [UInt8], untilFull: Bool) throws -> Bool {
    do {
      let file = try device.files.open(path, mode: "wb")
      var hasRoom = true
      do {
        repeat { try device.files.write(file, bytes.span) } while untilFull
      } catch FlashError.noSpace {
        hasRoom = false
      }
      try device.files.close(file)
      return hasRoom
    } catch FlashError.noSpace {
      return false
    }
  }
}
