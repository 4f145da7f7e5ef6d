/// How to make or mount a littlefs.
public struct LittleFSOptions: Sendable {
  /// The format to make.
  public var version = LittleFSVersion.v11
  /// How often a metadata pair of littlefs 2 is rewritten before it moves, to spread the wear: 16 or
  /// more; nil for never. MicroPython takes 100.
  public var blockCycles: Int? = 100
  /// Where the allocator starts, so that wear spreads over restarts too; nil: derived from what is on
  /// flash.
  public var firstAllocation: Int?
  /// The fewest ``blockCycles`` that are accepted. With less than 16, moving pairs wears the flash more
  /// than it spares; tests move them all the time.
  package var minimumBlockCycles = 16

  /// The defaults, which are the modules'.
  public init() {}
}
