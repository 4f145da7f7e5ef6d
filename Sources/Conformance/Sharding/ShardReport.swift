package import JSONText

/// What came of a plan, or of one shard of it: an envelope around cells of whatever kind.
package struct ShardReport: Sendable, Equatable {
  /// Whose it is, such as `qpyemu conform`.
  package let kind: String
  /// What the results depend on, by name: versions, hashes, settings. All shards must agree on it.
  package let basis: [String: String]
  /// All that was to be checked, by all shards together.
  package let plan: Plan
  /// The shard, if it is one.
  package let shard: Shard?
  /// The results, each an object with an `id`.
  package let cells: [JSONNode]

  package init(
    kind: String, basis: [String: String], plan: Plan, shard: Shard?, cells: [JSONNode]
  ) {
    self.kind = kind
    self.basis = basis
    self.plan = plan
    self.shard = shard
    self.cells = cells
  }

  // MARK: JSON

  package init(_ node: JSONNode) throws(JSONError) {
    kind = try node.member("report").text()
    var basis: [String: String] = [:]
    for member in try node.member("basis").members() {
      basis[member.key] = try member.value.text()
    }
    self.basis = basis
    var ids: [String] = []
    for id in try node.member("plan").elements() { ids.append(try id.text()) }
    plan = Plan(ids)
    shard = try node["shard"].flatMap { shard throws(JSONError) in Shard(try shard.text()) }
    cells = try node.member("cells").elements()
    for cell in cells { _ = try cell.member("id").text() }
  }

  package var json: JSONNode {
    var members: [(String, JSONNode)] = [
      ("report", .string(kind)),
      ("basis", .object(basis.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })),
    ]
    if let shard { members.append(("shard", .string(shard.description))) }
    members.append(("plan", .array(plan.ids.map { .string($0) })))
    members.append(("cells", .array(cells)))
    return .object(members)
  }

  // MARK: Merging

  /// Why reports cannot be joined, in a sentence.
  package struct CannotMerge: Error, Equatable, Sendable {
    package let reason: String
  }

  /// Joins the reports of all shards of one plan; the cells are then in the plan's order.
  ///
  /// - Parameter reports: Each with the name of its file, for messages.
  package static func merge(
    _ reports: [(name: String, report: ShardReport)]
  ) throws(CannotMerge) -> ShardReport {
    guard let (firstName, first) = reports.first else {
      throw CannotMerge(reason: "there is no report to merge")
    }
    var found: [String: (name: String, cell: JSONNode)] = [:]
    for (name, report) in reports {
      try first.checkAgreement(with: report, firstName, name)
      for cell in report.cells {
        let id = cell["id"]?.string ?? ""
        if let (other, _) = found.updateValue((name, cell), forKey: id) {
          throw CannotMerge(reason: "\(id) is in \(other) and again in \(name)")
        }
      }
    }
    return ShardReport(
      kind: first.kind, basis: first.basis, plan: first.plan, shard: nil,
      cells: try first.plan.complete(found.mapValues(\.cell)))
  }

  private func checkAgreement(
    with other: ShardReport, _ name: String, _ otherName: String
  ) throws(CannotMerge) {
    guard kind == other.kind else {
      throw CannotMerge(reason: "\(name) is of \(kind), \(otherName) of \(other.kind)")
    }
    for key in Set(basis.keys).union(other.basis.keys).sorted()
    where basis[key] != other.basis[key] {
      throw CannotMerge(
        reason: "\(name) and \(otherName) disagree on \(key): \(basis[key] ?? "none"), "
          + "\(other.basis[key] ?? "none")")
    }
    guard plan == other.plan else {
      throw CannotMerge(reason: "\(name) and \(otherName) are of different plans")
    }
  }
}

extension Plan {
  /// The cells in the plan's order.
  fileprivate func complete(
    _ cells: [String: JSONNode]
  ) throws(ShardReport.CannotMerge) -> [JSONNode] {
    let missing = ids.filter { cells[$0] == nil }
    guard missing.isEmpty else {
      let more = missing.count > 1 ? " and \(missing.count - 1) more" : ""
      throw ShardReport.CannotMerge(reason: "no report has \(missing[0])\(more)")
    }
    let planned = Set(ids)
    if let other = cells.keys.filter({ !planned.contains($0) }).min() {
      throw ShardReport.CannotMerge(reason: "\(other) is not planned")
    }
    return ids.compactMap { cells[$0] }
  }
}

/// The program's version, for reports that are joined.
package let programVersion = "0.4"
