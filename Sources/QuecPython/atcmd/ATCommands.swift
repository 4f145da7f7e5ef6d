import DeviceEmulator
import ModuleProfiles

/// What one port has set, and how it answers.
struct ATSession: Sendable {
  var echoes = true
  /// 0 for no reasons of failures, 1 for numbers, 2 for words.
  var errorMode = 1
  /// Whether messages are texts, and not PDUs.
  var isTextMode = false
  /// How much is told of registration, by the command that sets it.
  var registrationModes: [String: Int] = [:]
  /// Who gets the message whose text is waited for.
  var receiver: String?

  /// Runs the commands of a line up to the first that fails.
  mutating func run(_ line: ATLine, on board: inout Board) -> ATResponse {
    var response = ATResponse()
    for command in line.commands {
      do throws(ATCommand.Stop) {
        response.lines += try ATCommand.perform(command, &self, &board)
      } catch {
        finish(&response, with: error)
        return response
      }
    }
    return response
  }

  private func finish(_ response: inout ATResponse, with stop: ATCommand.Stop) {
    switch stop {
    case .error: response.result = .error
    case .noCarrier: response.result = .noCarrier
    case .prompt: response.result = .prompt
    case .message(let number): response.result = .message(number)
    case .equipment(let failure):
      response.result =
        errorMode == 0 ? .error : .equipment(failure, inWords: errorMode == 2)
    case .act(let action, let notices): (response.action, response.notices) = (action, notices)
    }
  }
}

/// One AT command: what its forms do. A form that it has not is an error; the test form every extended command has.
struct ATCommand: Sendable {
  /// What does something, and gives lines of information.
  typealias Body = @Sendable (inout ATSession, inout Board, [String]) throws(Stop) -> [String]

  /// Why nothing more of a line is done.
  enum Stop: Error {
    case error, noCarrier, prompt
    case equipment(ATFailure)
    case message(Int)
    case act(ATChannel.Action, then: [String])
  }

  /// What follows the name in the answer to the test form; nil for nothing.
  var test: String?
  var read: Body?
  var execute: Body?
  var write: Body?
  /// The vendor module without which the model has no such command either.
  var needs: String?

  static func perform(
    _ command: ATLine.Command, _ session: inout ATSession, _ board: inout Board
  ) throws(Stop) -> [String] {
    guard let entry = table[command.name], entry.isHad(by: board.profile) else { throw .error }
    switch command.form {
    case .test:
      guard command.name.count > 1 else { throw .error }
      return entry.test.map { ["\(command.name): \($0)"] } ?? []
    case .execute: return try entry.run(entry.execute, [], &session, &board)
    case .read: return try entry.run(entry.read, [], &session, &board)
    case .write(let parameters): return try entry.run(entry.write, parameters, &session, &board)
    }
  }

  private func isHad(by profile: ModuleProfile) -> Bool { needs.map { !profile.lacks($0) } ?? true }

  private func run(
    _ body: Body?, _ parameters: [String], _ session: inout ATSession, _ board: inout Board
  ) throws(Stop) -> [String] {
    guard let body else { throw .error }
    return try body(&session, &board, parameters)
  }

  /// A body that only tells what the board knows.
  static func tells(_ fact: @escaping @Sendable (Board) -> String) -> Body {
    { _, board, _ in [fact(board)] }
  }

  /// A command that is only executed, and tells what the board knows.
  static func fact(_ fact: @escaping @Sendable (Board) -> String) -> ATCommand {
    ATCommand(execute: tells(fact))
  }

  /// All of them, by their names.
  static let table: [String: ATCommand] = [general, network, messages, calls, files].reduce(
    into: [:]
  ) { $0.merge($1) { $1 } }

  // MARK: The module

  private static let general: [String: ATCommand] = [
    "E": ATCommand(
      execute: { session, _, _ in
        session.echoes = false
        return []
      },
      write: { session, _, parameters throws(Stop) in
        session.echoes = try parameters.number(0, in: 0...1, or: .error) == 1
        return []
      }),
    "I": .fact {
      "Quectel\r\n\($0.profile.identity.nodename)\r\nRevision: \($0.profile.identity.firmware)"
    },
    "+CGMI": .fact { _ in "Quectel" }, "+CGMM": .fact(\.profile.identity.nodename),
    "+CGMR": .fact(\.profile.identity.firmware), "+CGSN": .fact(\.serialNumber),
    "+GSN": .fact(\.serialNumber),
    "+CMEE": ATCommand(
      test: "(0-2)", read: { session, _, _ in ["+CMEE: \(session.errorMode)"] },
      write: { session, _, parameters throws(Stop) in
        session.errorMode = try parameters.number(0, in: 0...2)
        return []
      }),
    "+CCLK": ATCommand(
      read: tells { "+CCLK: \"\($0.localTime.clockText)\"" },
      write: { _, board, parameters throws(Stop) in
        guard let time = LocalTime(clockText: parameters[0], zone: board.calendar.zone) else {
          throw .equipment(.wrongParameters)
        }
        board.calendar.set(to: time.unixTime, by: board.clock)
        return []
      }),
    "+QPOWD": ATCommand(
      test: "(0,1)", execute: powerDown,
      write: { session, board, parameters throws(Stop) in
        _ = try parameters.number(0, in: 0...1, or: .error)
        return try powerDown(&session, &board, [])
      }),
    "+QRST": ATCommand(
      execute: restart,
      write: { session, board, parameters throws(Stop) in
        _ = try parameters.number(0, in: 1...1, or: .error)
        return try restart(&session, &board, [])
      }),
  ]

  private static let powerDown: Body = { _, _, _ throws(Stop) in
    throw .act(.powerDown, then: ["POWERED DOWN"])
  }

  private static let restart: Body = { _, _, _ throws(Stop) in throw .act(.restart, then: []) }
}

extension [String] {
  /// The number at a place.
  ///
  /// - Parameters:
  ///   - standard: What it is where it is left out; nil where it may not be.
  ///   - stop: How the command ends where there is no such number.
  func number(
    _ index: Int, in range: ClosedRange<Int>, standard: Int? = nil,
    or stop: ATCommand.Stop = .equipment(.wrongParameters)
  ) throws(ATCommand.Stop) -> Int {
    let text = indices.contains(index) ? self[index] : ""
    guard let number = text.isEmpty ? standard : Int(text), range.contains(number) else {
      throw stop
    }
    return number
  }

  /// The text at a place; empty where it is left out.
  func text(_ index: Int) -> String { indices.contains(index) ? self[index] : "" }
}

extension LocalTime {
  /// As AT+CCLK has it: `25/01/01,08:00:00+32`, with the zone in quarters of an hour.
  var clockText: String {
    let fields = fields
    func two(_ index: Int) -> String { String(String(100 + fields[index] % 100).dropFirst()) }
    return "\(two(0))/\(two(1))/\(two(2)),\(two(4)):\(two(5)):\(two(6))+32"
  }

  /// Nil for a text that is none such.
  init?(clockText: String, zone: Int) {
    var numbers: [Int] = []
    for part in clockText.prefix(17).split(whereSeparator: { "/,:".contains($0) }) {
      guard let number = Int(part) else { return nil }
      numbers.append(number)
    }
    guard numbers.count == 6 else { return nil }
    let fields = [
      2000 + numbers[0], numbers[1], numbers[2], 0, numbers[3], numbers[4], numbers[5], 0,
    ]
    self.init(fields: fields, zone: zone)
  }
}
