/// What may be chosen for a run.
package struct GuestOptions: Sendable {
  /// What is run.
  package var work: Work
  /// Module heap in bytes; nil for the profile's.
  package var heapBytes: Int?
  /// Host time after which the run is ended.
  package var timeout: Duration?
  /// What everything random in the run derives from.
  package var seed: UInt64
  /// A descriptor that gets what a script prints; nil for standard output.
  package var console: Int32?
  /// What scripts import as if it were part of the firmware.
  package var modules = FirmwareModules()
  /// Whether the script may wait for what never comes.
  package var isEndless = false
  /// Device time after which the run is ended.
  package var limit: Duration?
  /// Whether the interpreter may run without its filter, where the host forbids that.
  package var isUnconfined = false

  package init(
    _ work: Work, heapBytes: Int? = nil, timeout: Duration? = nil, seed: UInt64 = 0,
    console: Int32? = nil, modules: FirmwareModules = FirmwareModules()
  ) {
    self.work = work
    self.heapBytes = heapBytes
    self.timeout = timeout
    self.seed = seed
    self.console = console
    self.modules = modules
  }

  /// What the interpreter is for.
  package enum Work: Sendable {
    /// A script, by its path on the module's flash.
    case script(String)
    /// The module's console, which begins with `/usr/main.py` if there is one.
    case console(ModuleConsole)
  }
}

extension GuestOptions.Work {
  var script: String? { if case .script(let path) = self { path } else { nil } }

  var console: ModuleConsole? { if case .console(let console) = self { console } else { nil } }
}
