import JSONText

extension ProfileLibrary {
  /// All that is wrong with one profile file: its JSON, keys, types, ranges and spellings, the
  /// bases it extends, what it leaves unsaid, facts without a source and sources without a fact.
  ///
  /// The other profiles of its folder count too, and go before the library's of the same name, so
  /// a file and its base can be edited together.
  ///
  /// - Returns: The problems in the order of the text; none if the file is fine.
  /// - Throws: ``ProfileError`` if the file cannot be read.
  public func lint(file path: String) throws(ProfileError) -> [ProfileProblem] {
    guard let file = ProfileFile(hostPath: path) else {
      throw ProfileError(.unreadable, "a profile is called NAME.json, not \(path)")
    }
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let neighbours = try Self.hostFiles(in: folder)
    let names = Set(neighbours.map(\.key))
    let library = ProfileLibrary(files: neighbours + files.filter { !names.contains($0.key) })
    return try library.lint(file)
  }

  /// All that is wrong with the profiles of the library, and between them: a name or an alias that
  /// two of them claim.
  ///
  /// - Throws: ``ProfileError`` if a file cannot be read.
  public func lint() throws(ProfileError) -> [ProfileProblem] {
    var problems: [ProfileProblem] = []
    var claims: [String: ProfileFile] = [:]
    for file in files {
      if let other = claims.updateValue(file, forKey: file.key) {
        problems.append(
          JSONSource(name: file.path, bytes: []).problem(
            "\(other.path) has the same name: rename one of them", at: 0))
      }
    }
    for file in files {
      problems += try lint(file).filter { $0.file == file.path }  // Its bases have their own turn.
      guard let parsed = try? file.parse() else { continue }
      for alias in parsed.header.aliases {
        guard let other = claims.updateValue(file, forKey: lookupKey(alias.text)) else { continue }
        let message = "\"\(alias.text)\" already means \(other.path)"
        problems.append(parsed.problem(message, at: alias.offset))
      }
    }
    return problems
  }

  private func lint(_ file: ProfileFile) throws(ProfileError) -> [ProfileProblem] {
    do throws(ProfileError) {
      return lint(try file.parse())
    } catch  where error.kind == .invalidFile {
      return error.problems
    }
  }

  private func lint(_ file: ParsedProfile) -> [ProfileProblem] {
    var chain = [file]
    var problems = file.problems
    var isWhole = true
    do throws(ProfileError) {
      chain = try self.chain(to: file)
    } catch {
      isWhole = false
      problems += error.problems
      if error.problems.isEmpty { problems.append(file.problem(error.description, at: 0)) }
    }
    let (profile, reading) = read(chain)
    problems += reading.problems.filter { $0.file == file.file.path }
    if isWhole { problems += missingFacts(of: file, chain: chain, facts: reading.facts) }
    if isWhole { problems += contradictions(in: profile, of: file) }
    problems += unsourced(file, reading)
    return problems.sorted { ($0.file, $0.line, $0.column) < ($1.file, $1.line, $1.column) }
  }

  /// Facts of the file that none of its sources covers, and sources that cover no fact of it.
  private func unsourced(_ file: ParsedProfile, _ reading: ProfileReading) -> [ProfileProblem] {
    let (sources, facts) = (file.header.sources, reading.facts)
    var problems: [ProfileProblem] = []
    var used = Set(reading.refused.compactMap(sources.covering))
    for fact in facts.values where fact.file == file.file.path {
      if let key = sources.covering(fact.path) {
        used.insert(key)
      } else {
        let message =
          "\"\(fact.path)\" has no source: add it, or what it is part of, to \"sources\""
        problems.append(file.problem(message, at: fact.offset))
      }
    }
    for (key, source) in sources where !used.contains(key) {
      let hint = suggestion(for: key, in: facts.keys.sorted())
      problems.append(
        file.problem("the source \"\(key)\" covers nothing in this file\(hint)", at: source.offset))
    }
    return problems
  }
}
