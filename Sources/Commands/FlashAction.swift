/// One of the things that `qpyemu flash` can do.
protocol FlashAction {
  init(_ arguments: inout Arguments, host: Host) throws

  func run(_ console: Console) throws -> ExitCode
}
