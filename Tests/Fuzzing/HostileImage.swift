import FlashStorage

/// Does with an image whatever a user could: whatever it holds, nothing may trap, loop or allocate
/// without bound. What comes out is not judged.
public func useHostileImage(_ input: [UInt8]) {
  let image = SparseImage(input)
  _ = LittleFSInspection.recognise(image.bytes.span)
  inspect(image)
  guard let flash = try? RAMFlash(image.bytes, image.geometry, unerasedPrograms: .counted),
    let volume = try? LittleFSVolume(mounting: flash, openFileLimit: 2)
  else { return }
  readTree(of: volume)
  _ = try? volume.blockMap()
  change(volume)
  readTree(of: volume)
}

private func inspect(_ image: SparseImage) {
  guard let flash = try? RAMFlash(image.bytes, image.geometry),
    let inspection = try? LittleFSInspection(flash)
  else { return }
  for finding in inspection.findings { _ = finding.description }
  readTree(of: inspection.volume)
}

/// As much as fits into the flash: a hostile file may claim to be of any size.
private let readLimit = 64 * 1024

private func readTree(of volume: any Volume) {
  var waiting = ["/"]
  var visits = 0
  while let path = waiting.popLast(), visits < 200 {
    visits += 1
    for entry in (try? volume.entries(of: path)) ?? [] {
      let place = path == "/" ? "/\(entry.name)" : "\(path)/\(entry.name)"
      if entry.status.kind == .directory { waiting.append(place) } else { readFile(place, volume) }
    }
  }
  _ = try? volume.statistics()
}

private func readFile(_ path: String, _ volume: any Volume) {
  guard let handle = try? volume.open(path, .read) else { return }
  var buffer = [UInt8](repeating: 0, count: 1000)
  for _ in 0..<readLimit / buffer.count {
    var span = buffer.mutableSpan
    guard let count = try? volume.read(handle, into: &span), count > 0 else { break }
  }
  // The far end too.
  if let size = try? volume.size(of: handle) {
    _ = try? volume.seek(handle, to: max(size - 10, 0), from: .start)
    var span = buffer.mutableSpan
    _ = try? volume.read(handle, into: &span)
  }
  try? volume.close(handle)
}

private func change(_ volume: LittleFSVolume) {
  let entries = (try? volume.entries(of: "/")) ?? []
  if let handle = try? volume.open("/new", [.write, .create]) {
    let bytes = [UInt8](repeating: 7, count: 700)
    try? volume.write(handle, bytes.span)
    try? volume.close(handle)
  }
  try? volume.makeDirectory("/folder")
  for entry in entries.prefix(4) {
    let path = "/\(entry.name)"
    if let handle = try? volume.open(path, [.write, .append]) {
      let bytes = [UInt8](repeating: 8, count: 90)
      try? volume.write(handle, bytes.span)
      try? volume.close(handle)
    }
    try? volume.setAttribute(3, of: path, to: [1, 2, 3])
    try? volume.rename(path, to: "/folder/\(entry.name)")
    try? volume.remove("/folder/\(entry.name)")
  }
  try? volume.remove("/new")
  try? volume.repair()
}
