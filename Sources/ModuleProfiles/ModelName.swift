/// A module's name as the vendor builds it: two letters, a number, and a letter that names the platform
/// (vendor naming, as in the profiles); what follows is a variant, as in `EC600N-CNLA`.
struct ModelName: Equatable {
  let letters: String
  let number: String
  /// Nil if the name ends with its number.
  let platform: Character?

  /// Nil for a name that is built in another way.
  init?(_ name: String) {
    let name = name.uppercased()
    let letters = name.prefix { ("A"..."Z").contains($0) }
    let number = name[letters.endIndex...].prefix { ("0"..."9").contains($0) }
    let rest = name[number.endIndex...]
    let goesOnWithNumber = rest.dropFirst().first.map { ("0"..."9").contains($0) } ?? false
    guard letters.count == 2, (2...3).contains(number.count), !goesOnWithNumber else { return nil }
    (self.letters, self.number) = (String(letters), String(number))
    platform = rest.first.flatMap { ("A"..."Z").contains($0) ? $0 : nil }
  }

  /// Whether a name may be a slip for another one: no slip changes the platform, nor the letters of a name
  /// that is whole, for that may well be a module without a profile.
  static func canBeSlip(_ name: String, for other: String) -> Bool {
    guard let slip = ModelName(name) else { return true }
    guard let other = ModelName(other) else { return false }
    guard slip.platform != nil else {
      return slip.letters == other.letters && slip.number == other.number
    }
    return slip.platform == other.platform && slip.letters == other.letters
  }
}

/// The shortest profile with which a module runs that has none; who knows the module completes it.
///
/// - Parameters:
///   - name: May stand in JSON and in the name of a file.
///   - base: What models on its platform extend, if there are any.
func shortProfile(_ name: String, extending base: String?) -> String {
  let platform =
    base == nil
    ? #""platform": "unknown", "volumes": {"usr": {"blockCount": 127}, "bak": {"blockCount": 49}}, "#
    : ""
  return
    #"{"name": "\#(name)", "extends": "\#(base ?? "QuecPython")", "series": "\#(name)", \#(platform)"#
    + #""record": {"channels": ["earpiece"]}, "identity": {"firmware": "\#(name)", "#
    + #""sysname": "\#(name)", "nodename": "\#(name)", "machine": "\#(name) with QUECTEL"}}"#
}

extension ModuleProfile {
  /// The name after `a` or `an`, as it is spoken: an EC200U, a BG95.
  public var nameWithArticle: String {
    let isSpelt = name.prefix(2).count { $0.isUppercase } == 2
    let vowels = isSpelt ? "AEFHILMNORSX" : "AEIOU"
    return (vowels.contains(name.uppercased().prefix(1)) ? "an " : "a ") + name
  }
}
