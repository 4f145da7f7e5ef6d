/// What a block is used for.
public enum BlockUse: Equatable, Sendable {
  /// Nothing.
  case free
  /// The first pair, which says what the volume is.
  case superblock
  /// A part of a directory.
  case directory(path: String)
  /// A part of a file.
  case file(path: String)
  /// What an open file has written and not synced, or sees though its name has gone on.
  case open(path: String)
  /// A pair that a loss of power has left, until the repair.
  case leftOver
  /// Used by more than one thing.
  case contested([String])
}
