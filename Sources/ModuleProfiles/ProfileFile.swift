import JSONText

/// A profile file, not yet read.
struct ProfileFile: Sendable {
  enum Place: Sendable {
    case bundled([UInt8])
    case host
  }

  /// The name of the file without ".json"; the profile must have the same.
  let name: String
  /// What lookups compare.
  let key: String
  /// Where users find it.
  let path: String
  let place: Place

  /// Some thirty times the longest bundled profile.
  static let byteLimit = 64 << 10

  init(name: String, path: String, place: Place) {
    self.name = name
    key = lookupKey(name)
    self.path = path
    self.place = place
  }

  /// A file on the host; nil if its name is not that of a profile.
  init?(hostPath path: String) {
    let name = path.split(separator: "/").last ?? ""
    guard name.hasSuffix(".json"), !name.hasPrefix(".") else { return nil }
    self.init(name: String(name.dropLast(5)), path: path, place: .host)
  }

  /// Reads the file and what it says about itself; problems of the text are thrown, problems of
  /// the header are kept in the result.
  func parse() throws(ProfileError) -> ParsedProfile {
    let bytes =
      switch place {
      case .bundled(let bytes): bytes
      case .host: try readHostFile(path, limit: Self.byteLimit)
      }
    let source = JSONSource(name: path, bytes: bytes)
    do throws(JSONError) {
      return ParsedProfile(file: self, source: source, root: try source.parse())
    } catch {
      throw ProfileError([source.problem(error.message, at: error.offset)])
    }
  }
}

/// A profile file whose JSON and header have been read.
struct ParsedProfile: Sendable {
  let file: ProfileFile
  let source: JSONSource
  let root: JSONNode
  let header: ProfileHeader
  let problems: [ProfileProblem]

  init(file: ProfileFile, source: JSONSource, root: JSONNode) {
    self.file = file
    self.source = source
    self.root = root
    var reading = ProfileReading()
    header = reading.readHeader(root, of: source)
    if root.object != nil, root["name"] == nil {
      reading.report("\"name\" is missing: it should be \"\(file.name)\"", at: root.offset)
    } else if let name = header.name, name.text != file.name {
      reading.report(
        "\"name\" must be that of the file, \"\(file.name)\", not \"\(name.text)\"",
        at: name.offset)
    }
    problems = reading.problems
  }

  /// A problem in this file.
  func problem(_ message: String, at offset: Int) -> ProfileProblem {
    source.problem(message, at: offset)
  }
}

/// A name as lookups compare it: `EC600N-CNLC`, `ec600n_cnlc` and `EC600NCNLC` are the same.
func lookupKey(_ name: String) -> String {
  String(
    decoding: name.utf8.lazy.filter { !"-_ ".utf8.contains($0) }.map { byte in
      (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }, as: UTF8.self)
}
