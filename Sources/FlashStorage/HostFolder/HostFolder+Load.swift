extension HostFolder {
  /// Reads the folder into an empty volume.
  func load(into state: inout VolumeState) throws(VolumeError) {
    var waiting: [(path: [String], id: NodeID)] = [([], FileTree.root)]
    while let (path, id) = waiting.popLast() {
      let folder = try read(path) { () throws(HostFailure) in try root.folder(at: path) }
      for name in try read(path, { () throws(HostFailure) in try folder.names() }) {
        guard let name else {
          throw VolumeError(
            .unsuitable, "'\(place(path))' holds a name that is not UTF-8; rename or remove it")
        }
        if path.isEmpty, name == Self.unfinishedSync {
          if access == .readWrite {
            try read([name]) { () throws(HostFailure) in try folder.remove(name) }
          }
          continue
        }
        let vacancy = Vacancy(parent: id, name: Name(string: name), endsInName: true)
        let newPath = path + [name]
        let status = try read(newPath) { () throws(HostFailure) in try folder.status(name) }
        switch status.kind {
        case .folder:
          try check(vacancy, newPath, nil, state)
          waiting.append((newPath, state.tree.addDirectory(at: vacancy)))
        case .file:
          try check(vacancy, newPath, status.size, state)
          let content = try read(newPath) { () throws(HostFailure) in
            try FileContent(of: folder.file(name), size: status.size)
          }
          state.tree.setContent(of: state.tree.addFile(at: vacancy), content)
        case .other(let what):
          throw VolumeError(
            .unsuitable,
            "'\(place(newPath))' is \(what); a flash folder holds only files and folders")
        }
      }
    }
  }

  private func check(
    _ vacancy: Vacancy, _ path: [String], _ size: Int?, _ state: VolumeState
  ) throws(VolumeError) {
    let blocks = size.map(BlockCounts.blockCount(forSize:)) ?? BlockCounts.pairBlockCount
    do throws(FlashError) {
      try state.check(vacancy, blocks: blocks)
    } catch .noSpace {
      throw VolumeError(
        .doesNotFit,
        """
        '\(place(path))'\(size.map { " (\($0) bytes)" } ?? "") does not fit into the volume: \
        \(state.freeBlockCount) of \(state.blockCount) blocks of \(BlockCounts.blockSize) bytes are left
        """)
    } catch {
      throw VolumeError(.unsuitable, "'\(place(path))' cannot be on a volume: \(error)")
    }
  }

  private func read<Result: ~Copyable>(
    _ path: [String], _ body: () throws(HostFailure) -> Result
  ) throws(VolumeError) -> Result {
    do throws(HostFailure) {
      return try body()
    } catch {
      throw VolumeError(.hostFailure, "cannot read '\(place(path))': \(error.text)")
    }
  }

  private func place(_ path: [String]) -> String { ([self.path] + path).joined(separator: "/") }
}

extension FileContent {
  /// Reads a host file of `size` bytes.
  fileprivate init(of file: borrowing HostDescriptor, size: Int) throws(HostFailure) {
    self.init()
    var buffer = [UInt8](repeating: 0, count: Self.chunkSize)
    while self.size < size {
      let count = try file.read(into: &buffer)
      guard count > 0 else { return }
      write(buffer.span.extracting(0..<min(count, size - self.size)), at: self.size)
    }
  }
}
