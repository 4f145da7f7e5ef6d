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
  /// A name that an existing directory has not got.
  case vacant(Link)
}

/// A name in a directory.
struct Link: Hashable {
  let parent: NodeID
  let name: Name
}

/// Names, files and directories as values: what a volume ought to hold. Who calls has checked.
struct FileTree {
  static let root: NodeID = 0

  private var directories: [NodeID: [Name: Node]] = [root: [:]]
  private var files: [NodeID: FileContent] = [:]
  private var links: [NodeID: Link] = [:]
  private var nextID = 1

  // MARK: Looking

  func locate(_ path: VolumePath) throws(FlashError) -> Place {
    var node = Node.directory(Self.root)
    for (index, name) in path.names.enumerated() {
      guard case .directory(let parent) = node else { throw .notDirectory }
      guard let next = directory(parent)[name] else {
        guard index == path.names.count - 1 else { throw .notFound }
        return .vacant(Link(parent: parent, name: name))
      }
      node = next
    }
    return path.names.isEmpty ? .root : .taken(node)
  }

  func directory(_ id: NodeID) -> [Name: Node] { directories[id, default: [:]] }

  /// What a directory holds, in the order of the names.
  func entries(of id: NodeID) -> [(name: Name, node: Node)] {
    directory(id).map { ($0.key, $0.value) }.sorted { $0.name.string < $1.name.string }
  }

  func content(_ id: NodeID) -> FileContent { files[id, default: FileContent()] }

  func status(of node: Node) -> FileStatus {
    switch node {
    case .file(let id): FileStatus(kind: .file, size: content(id).size)
    case .directory: FileStatus(kind: .directory, size: 0)
    }
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

  mutating func addFile(at place: Link) -> NodeID {
    let id = takeID()
    files[id] = FileContent()
    link(.file(id), at: place)
    return id
  }

  mutating func addDirectory(at place: Link) {
    let id = takeID()
    directories[id] = [:]
    link(.directory(id), at: place)
  }

  mutating func remove(_ node: Node) {
    unlink(node)
    files[node.id] = nil
    directories[node.id] = nil
  }

  mutating func move(_ node: Node, to place: Link) {
    unlink(node)
    link(node, at: place)
  }

  mutating func move(_ node: Node, over target: Node) {
    guard let place = links[target.id] else { return }
    remove(target)
    move(node, to: place)
  }

  mutating func setContent(of id: NodeID, _ content: FileContent) { files[id] = content }

  private mutating func takeID() -> NodeID {
    defer { nextID += 1 }
    return nextID
  }

  private mutating func link(_ node: Node, at place: Link) {
    directories[place.parent]?[place.name] = node
    links[node.id] = place
  }

  private mutating func unlink(_ node: Node) {
    guard let place = links.removeValue(forKey: node.id) else { return }
    directories[place.parent]?[place.name] = nil
  }
}
