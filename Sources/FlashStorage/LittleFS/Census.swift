/// Who uses which block, and what is wrong with that.
struct Census {
  /// How many owners of a block are told; of a hostile image it could be all files, for each block.
  private static let namedOwnerLimit = 4

  private(set) var uses: [BlockUse]
  private(set) var findings: [Finding] = []

  init(blockCount: Int) { uses = Array(repeating: .free, count: blockCount) }

  /// Notes that something uses a block. A block that two things use is damage.
  mutating func note(_ block: Int, _ use: BlockUse) {
    guard uses.indices.contains(block) else { return }
    switch uses[block] {
    case .free: uses[block] = use
    case use: break
    case .contested(let names):
      if names.count < Self.namedOwnerLimit, !names.contains(use.owner) {
        uses[block] = .contested(names + [use.owner])
      }
    case let other: uses[block] = .contested([other.owner, use.owner])
    }
  }

  mutating func note(_ finding: Finding) { findings.append(finding) }

  /// Turns the contested blocks into findings.
  mutating func reportContested() {
    for (block, use) in uses.enumerated() {
      guard case .contested(let names) = use else { continue }
      findings.append(
        Finding(
          .damage, blocks: [block], "block \(block) belongs to \(names.joined(separator: " and "))")
      )
    }
  }
}

extension BlockUse {
  fileprivate var owner: String {
    switch self {
    case .free: "nothing"
    case .superblock: "the superblock"
    case .directory(let path): "the directory '\(path.printable)'"
    case .file(let path), .open(let path): "the file '\(path.printable)'"
    case .leftOver: "what a loss of power left"
    case .contested(let names): names.joined(separator: " and ")
    }
  }
}

extension LittleFS {
  /// Looks at all blocks. Nothing is changed and damage stops nothing.
  func census() -> Census {
    var census = Census(blockCount: disk.blockCount)
    for pair in store.superblockOnly {
      for block in [pair.first, pair.second] { census.note(block, .superblock) }
    }
    store.root.visit { path, entry in
      switch entry.content {
      case .inline: break
      case .blocks(let list): count(list, of: path, in: &census)
      case .directory(let directory): count(directory, at: path, in: &census)
      }
    }
    countOpenFiles(in: &census)
    countLeftOver(in: &census)
    census.reportContested()
    return census
  }

  private func count(_ list: BlockList, of path: String, in census: inout Census) {
    do throws(FlashError) {
      let list = try disk.load(list)
      var used = BlockSet()
      list.mark(in: &used)
      for block in used { census.note(block, .file(path: path)) }
      try checkPointers(of: list, path, in: &census)
    } catch {
      census.note(
        Finding(.damage, blocks: [list.head], "the file '\(path.printable)': \(error)"))
    }
  }

  private func checkPointers(
    of list: BlockList, _ path: String, in census: inout Census
  ) throws(FlashError) {
    for index in 0...disk.layout.index(of: list.size - 1) {
      let block = list[index]
      let bytes = try disk.read(block, count: BlockListLayout.dataOffset(index))
      for exponent in 0..<BlockListLayout.pointerCount(index) {
        let found = bytes.pointer(exponent)
        let target = list[index - (1 << exponent)]
        guard found != target else { continue }
        census.note(
          Finding(
            .damage, blocks: [block],
            """
            the file '\(path.printable)': block \(block) points to block \(found) where block \(target) should \
            be, \(1 << exponent) before it
            """))
      }
    }
  }

  private func count(_ directory: Directory, at path: String, in census: inout Census) {
    for pair in directory.pairs {
      for block in [pair.blocks.first, pair.blocks.second] {
        census.note(block, block < 2 && path == "/" ? .superblock : .directory(path: path))
      }
    }
  }

  private func countOpenFiles(in census: inout Census) {
    for file in openFiles {
      var used = BlockSet()
      file.mark(in: &used)
      for block in used where census.uses[block] == .free {
        census.note(block, .open(path: file.entry.path))
      }
    }
  }

  private func countLeftOver(in census: inout Census) {
    var used = BlockSet()
    store.markMetadata(in: &used)
    for block in used where census.uses.indices.contains(block) && census.uses[block] == .free {
      census.note(block, .leftOver)
    }
  }
}
