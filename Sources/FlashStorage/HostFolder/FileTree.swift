/// Number of a file or directory in a ``FileTree``; survives renaming.
typealias NodeID = Int

/// A file or a directory.
enum Node: Equatable {
  case file(NodeID)
  case directory(NodeID)

  var id: NodeID {
    switch self {
    case .file(let id), .directory(let id): id
    }
  }
}

/// What a path leads to.
enum Place {
  case root
  case taken(Node)
  case vacant(Vacancy)
}

/// A name that an existing directory has not got.
struct Vacancy {
  let parent: NodeID
  let name: Name
  let endsInName: Bool
}

/// A file: what is on flash, without what handles have not synced.
struct File {
  var content = FileContent()
  /// Counts syncs, so that a handle knows whether its base is still what is on flash.
  var version = 0
  var openCount = 0
}

/// A directory as littlefs v1 stores it: a chain of metadata pairs.
///
/// A new entry goes to the end of the last pair, or into a new pair if it does not fit there; a gap
/// in an earlier pair stays. A pair whose last entry goes is freed, but not the first.
struct CountedDirectory {
  private struct Pair {
    var entries: [(name: Name, node: Node)] = []
    var size = BlockCounts.directoryOverhead
  }

  private var pairs = [Pair()]
  private var nodes: [Name: Node] = [:]

  var isEmpty: Bool { nodes.isEmpty }
  var blockCount: Int { BlockCounts.pairBlockCount * pairs.count }
  var entries: [(name: Name, node: Node)] { pairs.flatMap(\.entries) }

  subscript(name: Name) -> Node? { nodes[name] }

  /// Blocks that one more entry costs.
  func growth(adding name: Name) -> Int {
    fits(name) ? 0 : BlockCounts.pairBlockCount
  }

  mutating func append(_ name: Name, _ node: Node) {
    if !fits(name) { pairs.append(Pair()) }
    pairs[pairs.count - 1].entries.append((name, node))
    pairs[pairs.count - 1].size += BlockCounts.entrySize(name)
    nodes[name] = node
  }

  /// Lets an existing name stand for another node.
  mutating func replace(_ name: Name, with node: Node) {
    guard let (pair, index) = find(name) else { return }
    pairs[pair].entries[index].node = node
    nodes[name] = node
  }

  mutating func remove(_ name: Name) {
    guard let (pair, index) = find(name) else { return }
    pairs[pair].entries.remove(at: index)
    pairs[pair].size -= BlockCounts.entrySize(name)
    if pair > 0, pairs[pair].entries.isEmpty { pairs.remove(at: pair) }
    nodes[name] = nil
  }

  private func fits(_ name: Name) -> Bool {
    pairs[pairs.count - 1].size + BlockCounts.entrySize(name) <= BlockCounts.blockSize
  }

  private func find(_ name: Name) -> (pair: Int, index: Int)? {
    guard nodes[name] != nil else { return nil }
    for pair in pairs.indices {
      if let index = pairs[pair].entries.firstIndex(where: { $0.name == name }) {
        return (pair, index)
      }
    }
    return nil
  }
}

/// The names, files and directories of a volume, and the blocks they take. Knows no handles and no
/// limits: who calls has checked.
struct FileTree {
  static let root: NodeID = 0

  private(set) var usedBlockCount = BlockCounts.emptyBlockCount
  private var directories = [root: CountedDirectory()]
  private var files: [NodeID: File] = [:]
  private var links: [NodeID: (parent: NodeID, name: Name)] = [:]
  private var nextID = 1

  // MARK: Looking

  func locate(_ path: VolumePath) throws(FlashError) -> Place {
    var node = Node.directory(Self.root)
    for (index, name) in path.names.enumerated() {
      guard case .directory(let parent) = node else { throw .notDirectory }
      guard let next = directory(parent)[name] else {
        guard index == path.names.count - 1 else { throw .notFound }
        return .vacant(Vacancy(parent: parent, name: name, endsInName: path.endsInName))
      }
      node = next
    }
    return path.names.isEmpty ? .root : .taken(node)
  }

  func directory(_ id: NodeID) -> CountedDirectory { directories[id, default: CountedDirectory()] }

  func file(_ id: NodeID) -> File { files[id, default: File()] }

  func status(of node: Node) -> FileStatus {
    switch node {
    case .file(let id): FileStatus(kind: .file, size: file(id).content.size)
    case .directory: FileStatus(kind: .directory, size: 0)
    }
  }

  /// The names from the root to a node.
  func path(of id: NodeID) -> [Name] {
    var names: [Name] = []
    var id = id
    while let link = links[id] {
      names.append(link.name)
      id = link.parent
    }
    return names.reversed()
  }

  /// Whether `id` is `directory` or lies below it.
  func isInside(_ id: NodeID, _ directory: NodeID) -> Bool {
    var id: NodeID? = id
    while let current = id {
      if current == directory { return true }
      id = links[current]?.parent
    }
    return false
  }

  // MARK: Changing

  mutating func addFile(at vacancy: Vacancy) -> NodeID {
    let id = takeID()
    files[id] = File()
    link(.file(id), at: vacancy)
    return id
  }

  @discardableResult
  mutating func addDirectory(at vacancy: Vacancy) -> NodeID {
    let id = takeID()
    directories[id] = CountedDirectory()
    usedBlockCount += BlockCounts.pairBlockCount
    link(.directory(id), at: vacancy)
    return id
  }

  mutating func remove(_ node: Node) {
    unlink(node)
    discard(node)
  }

  mutating func move(_ node: Node, to vacancy: Vacancy) {
    let old = links[node.id]
    link(node, at: vacancy)
    if let old { dropName(old.name, in: old.parent) }
  }

  mutating func move(_ node: Node, over target: Node) {
    guard let place = links[target.id] else { return }
    unlink(node)
    discard(target)
    directories[place.parent]?.replace(place.name, with: node)
    links[node.id] = place
  }

  mutating func setContent(of id: NodeID, _ content: FileContent) {
    usedBlockCount +=
      BlockCounts.blockCount(forSize: content.size)
      - BlockCounts.blockCount(forSize: file(id).content.size)
    files[id]?.content = content
    files[id]?.version += 1
  }

  mutating func countOpen(_ id: NodeID, by difference: Int) { files[id]?.openCount += difference }

  private mutating func takeID() -> NodeID {
    defer { nextID += 1 }
    return nextID
  }

  private mutating func link(_ node: Node, at vacancy: Vacancy) {
    usedBlockCount += directory(vacancy.parent).growth(adding: vacancy.name)
    directories[vacancy.parent]?.append(vacancy.name, node)
    links[node.id] = (vacancy.parent, vacancy.name)
  }

  private mutating func unlink(_ node: Node) {
    guard let link = links.removeValue(forKey: node.id) else { return }
    dropName(link.name, in: link.parent)
  }

  private mutating func dropName(_ name: Name, in parent: NodeID) {
    usedBlockCount -= directory(parent).blockCount
    directories[parent]?.remove(name)
    usedBlockCount += directory(parent).blockCount
  }

  private mutating func discard(_ node: Node) {
    links[node.id] = nil
    switch node {
    case .file(let id):
      usedBlockCount -= BlockCounts.blockCount(forSize: file(id).content.size)
      files[id] = nil
    case .directory(let id):
      usedBlockCount -= directory(id).blockCount
      directories[id] = nil
    }
  }
}
