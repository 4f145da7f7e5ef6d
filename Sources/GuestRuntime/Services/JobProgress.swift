/// How far the work of a run is.
struct JobProgress {
  /// The number of the console's job that the interpreter does; nil if it does none.
  var job: Int?
  /// Whether the script has been handed over.
  var isBegun = false
  /// Whether the script has come to its end, so that the run ends once nothing can call it back.
  var isDone = false
}
