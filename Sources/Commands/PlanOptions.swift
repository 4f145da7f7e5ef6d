import Conformance
import GuestRuntime

/// What of a command's cells is to be checked: `--plan`, `--shard` and `--list`.
struct PlanOptions {
  private let path: String?
  let shard: Shard?
  /// Whether the plan is only to be told.
  let isListed: Bool

  /// - Parameter selects: Whether there are options that select cells, which a plan does instead.
  init(_ arguments: inout Arguments, selects: Bool) throws(UsageError) {
    path = try arguments.option("--plan")
    guard path == nil || !selects else {
      throw UsageError("--plan says what is to be checked; leave out the options that select")
    }
    shard = try arguments.option("--shard").map { text throws(UsageError) in
      guard let shard = Shard(text) else {
        throw UsageError("--shard is a part such as 1/4, not \"\(text)\"")
      }
      return shard
    }
    isListed = arguments.flag("--list")
  }

  /// The cells of the plan, in its order; without one, those selected.
  ///
  /// - Parameters:
  ///   - cells: All there are.
  ///   - id: What the plan calls one.
  ///   - noun: What a person calls one.
  func planned<Cell>(
    _ cells: () throws -> [Cell], selected: () throws -> [Cell], id: (Cell) -> String, noun: String
  ) throws -> [Cell] {
    guard let path else { return try selected() }
    let bytes = try HostFile.input("the plan", path, limit: 16 << 20)
    let known = Dictionary(uniqueKeysWithValues: try cells().map { (id($0), $0) })
    return try Plan(String(decoding: bytes, as: UTF8.self)).ids.map { id in
      guard let cell = known[id] else {
        throw Complaint(
          .badData, "\(path): there is no \(noun) \(id)\(didYouMean(id, in: known.keys))")
      }
      return cell
    }
  }

  /// Those of some planned cells that are the shard's.
  func part<Cell>(of cells: [Cell], id: (Cell) -> String) -> [Cell] {
    guard let shard else { return cells }
    let ids = Set(Plan(cells.map(id)).part(shard))
    return cells.filter { ids.contains(id($0)) }
  }
}
