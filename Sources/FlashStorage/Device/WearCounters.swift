/// How often the blocks of a device were read, programmed and erased.
public struct WearCounters: Equatable, Sendable {
  /// What one block has been through.
  public struct Block: Equatable, Sendable {
    /// Reads, of whatever length.
    public var reads = 0
    /// Programs, of however many units.
    public var programs = 0
    /// Erases, which is what wears a block out.
    public var erases = 0

    /// Nothing yet.
    public init() {}
  }

  /// By block number.
  public var blocks: [Block]
  /// Programs of places that were not erased, which could not set the bits that were clear: the work
  /// of a careless file system, counted where a device does not refuse them.
  public var unerasedPrograms = 0

  /// Counters at 0.
  public init(blockCount: Int) { blocks = Array(repeating: Block(), count: blockCount) }
}
