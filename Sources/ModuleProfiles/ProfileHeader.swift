/// What a profile file says about itself.
struct ProfileHeader: Sendable {
  var schema = ""
  var name: LocatedName?
  /// A base for others, not a model.
  var isAbstract = false
  var extends: LocatedName?
  var aliases: [LocatedName] = []
  /// Where the facts come from, by the beginnings of their paths.
  var sources: [String: FactSource] = [:]
}

struct LocatedName: Sendable {
  let text: String
  let offset: Int
}

struct FactSource: Sendable {
  var provenance = Provenance.unknown
  var source = ""
  let offset: Int
}
