import DeviceEmulator

/// The commands of a line that begins with AT, in capitals and without blanks but for what stands between quotes.
struct ATLine {
  private(set) var commands: [Command] = []

  /// One command: its name, such as `+CSQ` or `E`, and what follows that.
  struct Command {
    let name: String
    let form: Form
  }

  enum Form: Equatable {
    case execute, read, test
    case write([String])
  }

  /// Nil for a line without AT.
  init?(_ line: [UInt8]) {
    let text = Self.normal(line)
    guard text.starts(with: "AT".utf8) else { return nil }
    var rest = text.dropFirst(2)
    while let command = Self.next(&rest) { commands.append(command) }
  }

  private static let quote = UInt8(ascii: "\"")
  private static let semicolon = UInt8(ascii: ";")

  private static func normal(_ line: [UInt8]) -> [UInt8] {
    var isQuoted = false
    var normal: [UInt8] = []
    for byte in line where byte >= UInt8(ascii: " ") {
      if byte == quote { isQuoted.toggle() }
      if isQuoted {
        normal.append(byte)
      } else if byte != UInt8(ascii: " ") {
        normal.append((97...122).contains(byte) ? byte - 32 : byte)
      }
    }
    return normal
  }

  /// Takes the next command off a line: an extended one up to a semicolon, a call with its number, or a letter and its
  /// number.
  private static func next(_ rest: inout ArraySlice<UInt8>) -> Command? {
    rest = rest.drop { $0 == semicolon }
    guard let first = rest.first else { return nil }
    let isLetter = (65...90).contains(first)
    var end = rest.endIndex
    if isLetter, first != UInt8(ascii: "D") {
      end = rest.dropFirst().firstIndex { !(48...57).contains($0) } ?? end
    } else {
      end = rest.dropFirst().firstIndexOutsideQuotes(of: semicolon) ?? end
    }
    // The semicolon is part of a call.
    if first == UInt8(ascii: "D"), end < rest.endIndex { end += 1 }
    defer { rest = rest[end...] }
    return isLetter ? basic(rest[..<end]) : extended(rest[..<end])
  }

  private static func basic(_ text: ArraySlice<UInt8>) -> Command {
    let value = String(decoding: text.dropFirst(), as: UTF8.self)
    return Command(
      name: String(decoding: text.prefix(1), as: UTF8.self),
      form: value.isEmpty ? .execute : .write([value]))
  }

  private static func extended(_ text: ArraySlice<UInt8>) -> Command {
    let name = text.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "=") }
    let form: Form? =
      switch String(decoding: text[name.endIndex...], as: UTF8.self) {
      case "": .execute
      case "?": .read
      case "=?": .test
      case let rest where rest.hasPrefix("="): .write(parameters(text[name.endIndex...]))
      default: nil
      }
    // What follows a question mark makes a name that no command has.
    return Command(
      name: String(decoding: form == nil ? text : name, as: UTF8.self), form: form ?? .execute)
  }

  /// What stands between commas after the `=`, without quotes.
  private static func parameters(_ text: ArraySlice<UInt8>) -> [String] {
    var parameters: [[UInt8]] = [[]]
    var isQuoted = false
    for byte in text.dropFirst() {
      if byte == quote {
        isQuoted.toggle()
      } else if byte == UInt8(ascii: ","), !isQuoted {
        parameters.append([])
      } else {
        parameters[parameters.count - 1].append(byte)
      }
    }
    return parameters.map { String(decoding: $0, as: UTF8.self) }
  }
}

extension ArraySlice<UInt8> {
  fileprivate func firstIndexOutsideQuotes(of byte: UInt8) -> Int? {
    var isQuoted = false
    for index in indices {
      if self[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
      if self[index] == byte, !isQuoted { return index }
    }
    return nil
  }
}
