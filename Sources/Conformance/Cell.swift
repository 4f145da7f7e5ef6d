package import DeviceEmulator
package import ModuleProfiles
import QuecPython

/// One case on one model under one policy: what is checked, and what is expected.
package struct Cell: Sendable {
  package let test: Case
  package let profile: ModuleProfile
  package let policy: Policy
  package let expectation: Expectation
  /// How the expectation is known.
  package let provenance: Provenance
  /// Where it was read.
  package let source: String
  /// The row's precondition in words.
  package let when: String

  /// Names it for ever: `Record.start.timer/taken@EC200U+documented`.
  package var id: String { "\(test.name)@\(profile.name)+\(policy.rawValue)" }

  package var method: DeviceMethod { test.row.method }

  /// Whether the last call-back counts, and not the answer of the last step.
  var isOfCallback: Bool { if case .callback = expectation { true } else { false } }
}

extension Cell {
  /// The id of rows that a profile makes: a method that the model treats in a way of its own.
  static let profileRow = "profile"

  /// All cells of some models under some policies.
  package static func all(
    _ profiles: [ModuleProfile], _ policies: [Policy] = Policy.allCases,
    cases: [Case] = Case.bundled, outcomes: OutcomeTable = OutcomeTables.quecPython.whole
  ) -> [Cell] {
    profiles.flatMap { profile in
      policies.flatMap { policy in
        cases.compactMap { Cell($0, on: profile, under: policy, outcomes) }
          + overrides(of: profile, policy, outcomes)
      }
    }
  }

  /// Nil where the case cannot come about.
  init?(_ test: Case, on profile: ModuleProfile, under policy: Policy, _ outcomes: OutcomeTable) {
    guard test.condition.holds(on: profile, under: policy), test.isPossible(on: profile),
      test.methods.allSatisfy({ profile.availability(of: $0) == .works }),
      let row = outcomes.methods[test.row.method]?.row(test.row.row),
      let outcome = row.outcome(under: policy)
    else { return nil }
    self.test = test
    self.profile = profile
    self.policy = policy
    provenance = test.provenance ?? outcome.provenance
    source = outcomes.source(of: provenance, for: test.row.method.className)
    when = row.when
    expectation = Expectation(outcome, of: test, on: profile)
  }

  /// The methods that a profile says do not simply work, each as a case of its own.
  private static func overrides(
    of profile: ModuleProfile, _ policy: Policy, _ outcomes: OutcomeTable
  ) -> [Cell] {
    outcomes.order.compactMap { method in
      guard profile.firstChannel != nil || method.standardObject.isEmpty else { return nil }
      guard let expectation = Expectation(profile.availability(of: method)) else { return nil }
      let fact = profile.source(of: "methods.\(method.rawValue)")
      let test = Case(
        row: RowID(method, profileRow), cause: "called",
        condition: Condition(features: [], lackedFeatures: [], policy: nil),
        steps: [.call(method, method.isConstructor ? [.firstChannel] : [])], made: nil,
        provenance: nil, needsSwift: false)
      return Cell(
        test: test, profile: profile, policy: policy, expectation: expectation,
        provenance: fact?.provenance ?? .unknown, source: fact?.source ?? "",
        when: "the model treats it in a way of its own")
    }
  }
}

/// What a case must come to.
package enum Expectation: Equatable, Sendable, CustomStringConvertible {
  /// The last step is answered like this.
  case answer(Answer)
  /// This is what the script is called back with last.
  case callback(GuestValue)
  /// There is no such method: AttributeError, in whatever words.
  case missing
  /// The case does not say which value or text, and the table cannot know it: no answer will do.
  case unstated(String)

  init(_ outcome: Outcome, of test: Case, on profile: ModuleProfile) {
    switch outcome.effect {
    case .returns(let value): self = .answer(.success(value))
    case .missing: self = .missing
    case .callsBack(let value): self = .callback(value.filled(test.made?.places ?? [:]))
    case .raises(let type, let text):
      let filled = text == "{mismatch}" ? test.made?.text : test.fill(text, on: profile)
      self = filled.map { .answer(.failure(GuestException(type, $0))) } ?? .unstated(type)
    case .makes(let product):
      self =
        product.value(test.made, on: profile).map { .answer(.success($0)) }
        ?? .unstated(product.rawValue)
    }
  }

  /// Nil for a method that works.
  init?(_ availability: Availability) {
    switch availability {
    case .works: return nil
    case .missing: self = .missing
    case .answers(let status): self = .answer(.success(.int(status)))
    }
  }

  /// Whether an answer is the expected one.
  package func isMet(by answer: Answer) -> Bool {
    switch (self, answer) {
    case (.answer(let expected), _): expected.withoutTuples == answer.withoutTuples
    case (.callback(let expected), _):
      answer.withoutTuples == .success(expected.withoutTuples)
    case (.missing, .failure(let exception)): exception.type == "AttributeError"
    case (.missing, .success), (.unstated, _): false
    }
  }

  /// What came, in the words of ``description``.
  func words(for answer: Answer) -> String {
    if case .callback = self { "call-back \(answer.text)" } else { answer.text }
  }

  package var description: String {
    switch self {
    case .answer(let answer): answer.text
    case .callback(let value): words(for: .success(value))
    case .missing: "AttributeError"
    case .unstated(let what): "something that the case does not state (\(what))"
    }
  }
}

extension Case {
  /// Puts what the first argument is where the table's text leaves room for it.
  fileprivate func fill(_ text: String, on profile: ModuleProfile) -> String? {
    guard case .call(_, let arguments)? = steps.last else { return nil }
    return Outcome.fill(text, for: arguments.first?.value(on: profile) ?? .none)
  }
}

extension Made {
  fileprivate var text: String? {
    if case .plain(.string(let text)) = self { text } else { nil }
  }

  fileprivate var places: [String: GuestValue]? {
    if case .places(let places) = self { places } else { nil }
  }
}

extension Outcome.Product {
  /// The value that a call makes, of the kind that the table names; nil if the case states none.
  fileprivate func value(_ made: Made?, on profile: ModuleProfile) -> GuestValue? {
    switch (self, made) {
    case (.object, .object(let number)?): .object(PeripheralID(number))
    case (.path, .plain(let value)?), (.setting, .plain(let value)?),
      (.number, .plain(let value)?), (.fact, .plain(let value)?), (.fields, .plain(let value)?):
      value
    case (.fact, .identity("firmware")?): .string(profile.identity.firmware)
    case (.fact, .identity?): .string(profile.identity.nodename)
    case (.bytes, .data(let data)?): data.value(on: profile).bytes.map { .bytes($0) }
    case (.bytearray, .data(let data)?): data.value(on: profile).bytes.map { .bytearray($0) }
    case (.rawSize, .size(let audio, let header)?): .int(audio + header)
    case (.sizeByModel, .size(let audio, let header)?):
      .int(audio + (profile.record.sizeCountsHeader ? header : 0))
    case (.bytesRead, .filled(let bytes)?): .filled(bytes)
    default: nil
    }
  }
}
