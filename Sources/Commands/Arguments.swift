import ModuleProfiles

/// The words of a command line; each command eats its own and then says that it is done.
struct Arguments {
  private var words: [String]
  /// The options that have been asked for, for a suggestion when one is unknown.
  private var known: [String] = []

  init(_ words: [String]) { self.words = words }

  /// Whether a word without a value, such as `--help`, is there.
  mutating func flag(_ name: String) -> Bool {
    known.append(name)
    guard let index = words.firstIndex(of: name) else { return false }
    words.remove(at: index)
    return true
  }

  /// The value of `--name value` or `--name=value`; nil if the option is not there.
  mutating func option(_ name: String) throws(UsageError) -> String? {
    known.append(name)
    if let index = words.firstIndex(where: { $0.hasPrefix(name + "=") }) {
      return try Self.full(String(words.remove(at: index).dropFirst(name.count + 1)), name)
    }
    guard let index = words.firstIndex(of: name) else { return nil }
    // A value that looks like an option can still be given as --name=value.
    guard index + 1 < words.count, !words[index + 1].hasPrefix("--") else {
      throw UsageError("\(name) needs a value")
    }
    words.remove(at: index)
    return try Self.full(words.remove(at: index), name)
  }

  /// A word that says something; an empty one comes of a shell's variable that is not set.
  private static func full(_ word: String, _ name: String) throws(UsageError) -> String {
    guard !word.isEmpty else { throw UsageError("\(name) is empty") }
    return word
  }

  /// The values of an option that may be repeated.
  mutating func options(_ name: String) throws(UsageError) -> [String] {
    var values: [String] = []
    while let value = try option(name) { values.append(value) }
    return values
  }

  /// The word that says what a command is to do; it comes first.
  mutating func action(_ choices: [String], of command: String) throws(UsageError) -> String {
    guard let word = words.first else {
      throw UsageError("<\(choices.joined(separator: " | "))> is missing")
    }
    guard choices.contains(word) else {
      throw UsageError(
        "\(command) can \(choices.joined(separator: ", ")), not \(word)"
          + didYouMean(word, in: choices))
    }
    return words.removeFirst()
  }

  /// The next word that is no option.
  ///
  /// - Parameter what: How the usage line calls it.
  mutating func positional(_ what: String) throws(UsageError) -> String {
    try refuseUnknownOptions()
    guard !words.isEmpty else { throw UsageError("<\(what)> is missing") }
    return try Self.full(words.removeFirst(), "<\(what)>")
  }

  /// The next word that is no option, or nil if there is none.
  mutating func optionalPositional() throws(UsageError) -> String? {
    try refuseUnknownOptions()
    return words.isEmpty ? nil : words.removeFirst()
  }

  /// All words that are left.
  mutating func rest() throws(UsageError) -> [String] {
    try refuseUnknownOptions()
    defer { words = [] }
    return words
  }

  /// Refuses what nobody has asked for.
  func finish() throws(UsageError) {
    try refuseUnknownOptions()
    if let word = words.first { throw UsageError("unexpected \"\(word)\"") }
  }

  private func refuseUnknownOptions() throws(UsageError) {
    guard let word = words.first(where: { $0.hasPrefix("-") && $0 != "-" }) else { return }
    let name = String(word.prefix { $0 != "=" })
    if known.contains(name) { throw UsageError("\(name) is given twice") }
    throw UsageError("there is no option \(name)\(didYouMean(name, in: known))")
  }
}

/// A command line that makes no sense, in a clause.
struct UsageError: Error, Equatable {
  let message: String

  init(_ message: String) { self.message = message }
}

/// `; did you mean X?`, or nothing if no candidate is close.
func didYouMean(_ word: String, in candidates: some Sequence<String>) -> String {
  nearest(word, in: candidates).map { "; did you mean \($0)?" } ?? ""
}

/// A number of bytes such as `4096`, `256k` or `1m`; nil if it is none.
func byteCount(_ text: String) -> Int? {
  let units: [Character: Int] = ["k": 1024, "m": 1024 * 1024]
  let unit = text.last.flatMap { units[$0] }
  guard let count = Int(unit == nil ? text[...] : text.dropLast()),
    case (let bytes, false) = count.multipliedReportingOverflow(by: unit ?? 1)
  else { return nil }
  return bytes
}
