public import ModuleProfiles

/// What follows from a row, under one policy: what a call does, or what a script is called back with.
public struct Outcome: Equatable, Sendable {
  /// What the script gets.
  public enum Effect: Equatable, Sendable {
    /// The script gets this very value.
    case returns(GuestValue)
    /// The script gets a value that the call makes, such as a path or the data read.
    case makes(Product)
    /// The script sees an exception. The text may hold `{mismatch}`, or of the first argument
    /// `{device}`, `{type}` and `{length}`.
    case raises(type: String, text: String)
    /// The method does not exist: AttributeError.
    case missing
    /// The script's function is called with this. It may hold `{path}` and `{length}`.
    case callsBack(GuestValue)
  }

  /// A value that a call makes.
  public enum Product: String, Sendable, CaseIterable {
    case object, path, setting, number
    /// The fields of a time.
    case fields
    /// Data read from a file.
    case bytes, bytearray
    /// A file's size; whether the header counts depends on the model, or it always does.
    case sizeByModel, rawSize
    /// What `stream_read` has put into the script's buffer.
    case bytesRead
    /// What the module knows of itself or of its surroundings, of whatever type.
    case fact
  }

  /// What the script gets.
  public let effect: Effect
  /// How we know.
  public let provenance: Provenance
  /// Where the vendor's page prints it, such as `start, Return Value / -3`: a heading and an item of
  /// `Profiles/pages`. Nil where it does not.
  public let page: String?

  init(effect: Effect, provenance: Provenance, page: String? = nil) {
    (self.effect, self.provenance, self.page) = (effect, provenance, page)
  }

  /// The value to make, if one is to be made.
  var product: Product? { if case .makes(let product) = effect { product } else { nil } }
}

extension Outcome {
  /// What the script sees.
  ///
  /// - Parameter made: The value that the call has made, where it makes one.
  func answer(to call: Call, made: GuestValue?) -> Result<GuestValue, GuestException> {
    switch effect {
    case .returns(let value): .success(value)
    case .makes: .success(made ?? .none)
    case .missing: .failure(.noAttribute(call.method))
    case .callsBack: preconditionFailure("a call-back answers no call")
    case .raises(let type, "{mismatch}"):
      .failure(GuestException(type, call.complaint))
    case .raises(let type, let text):
      .failure(
        GuestException(type, Self.fill(text, for: call.arguments.first ?? .none)))
    }
  }

  /// Puts what the first argument is where the table's text leaves room for it: a device's number, a type, a
  /// length.
  package static func fill(_ text: String, for argument: GuestValue) -> String {
    let words = [
      "{device}": String(argument.integer ?? 0), "{type}": argument.typeName,
      "{length}": String(argument.items?.count ?? 0),
    ]
    for (place, word) in words {
      guard let start = text.indices.first(where: { text[$0...].hasPrefix(place) }) else {
        continue
      }
      return text[..<start] + word + text[start...].dropFirst(place.count)
    }
    return text
  }
}

/// One row: a precondition and what follows from it. A policy that has no such check has no outcome.
public struct OutcomeRow: Equatable, Sendable {
  /// The precondition's id, unique within the method.
  public let id: String
  /// The precondition in words.
  public let when: String
  /// By the vendor's page.
  public let documented: Outcome?
  /// By the firmware.
  public let observed: Outcome?

  /// What follows under a policy; nil if it has no such check.
  public func outcome(under policy: Policy) -> Outcome? {
    switch policy {
    case .documented: documented
    case .observed: observed
    }
  }
}

/// The rows of one method. They are looked at in order; the first that applies decides.
public struct MethodOutcomes: Equatable, Sendable {
  /// How scripts call it, such as `start(file_name, seconds)`.
  public let signature: String
  /// What its parameters take.
  package let takes: Signature
  /// Whether it asks how much script heap is free.
  package let asksHeap: Bool
  /// Whether the functions that it is given go with its object, when a script drops that.
  package let dropsFunctions: Bool
  /// In the order of the checks.
  public let rows: [OutcomeRow]
  /// What the function that the method is given is called back with: a row for each occasion. They
  /// have no order.
  public let callbacks: [OutcomeRow]
  /// The order of checks under the observed policy, where it differs.
  let observedOrder: [String]?

  /// The row of an id, of a call or a call-back.
  package func row(_ id: String) -> OutcomeRow? { allRows.first { $0.id == id } }

  /// The rows of calls, then those of call-backs.
  package var allRows: [OutcomeRow] { rows + callbacks }

  /// The rows of calls that exist under a policy, in its order.
  public func rows(under policy: Policy) -> [(id: String, outcome: Outcome)] {
    let ordered: [OutcomeRow]
    if policy == .observed, let observedOrder {
      ordered = observedOrder.compactMap { id in rows.first { $0.id == id } }
    } else {
      ordered = rows
    }
    return ordered.compactMap { row in row.outcome(under: policy).map { (row.id, $0) } }
  }

  /// Whether a policy has models without some feature have no such method.
  func canBeMissing(under policy: Policy) -> Bool {
    rows.contains { row in
      if case .missing? = row.outcome(under: policy)?.effect { true } else { false }
    }
  }

  /// The rows that refuse a call under a policy: all but the last, which is how it goes if nothing is in
  /// its way, and those where it makes its value all the same.
  func refusals(under policy: Policy) -> [(id: String, outcome: Outcome)] {
    rows(under: policy).dropLast().filter { $0.outcome.product == nil }
  }
}
