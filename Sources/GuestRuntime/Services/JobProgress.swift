/// How far the work of a run is: which job the interpreter does, and how the run ends when nothing goes on any more.
struct JobProgress {
  /// The number of the console's job that the interpreter does; nil if it does none.
  var job: Int?
  /// Whether the script has been handed over.
  var isBegun = false
  /// How the run ends once nothing can call the script back; nil as long as the script itself runs.
  var ending: GuestEnding?
}
