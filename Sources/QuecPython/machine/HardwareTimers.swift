import DeviceEmulator
import ModuleProfiles

/// The timers of `machine.Timer`.
struct HardwareTimers: Peripheral {
  static let count = 4

  fileprivate struct Timer {
    /// The number of the timer that it has started last; nil if it has stopped that.
    var running: Int?
    /// Whether a script has constructed it.
    var isMade = false
    /// Whether it was started, and not deleted since.
    var isStarted = false
    /// Whether it was started, and not stopped since.
    var isHeld = false
  }

  fileprivate var timers = [Timer](repeating: Timer(), count: count)

  init(on board: inout Board) {}

  func objectCount(of className: Substring) -> Int { Self.count }

  fileprivate mutating func start(_ call: TimerStart, on board: inout Board) {
    stop(call.timer, on: &board)
    (timers[call.timer].isStarted, timers[call.timer].isHeld) = (true, true)
    // The firmware takes what cannot be called, and calls nothing.
    guard call.call.function != nil else { return }
    timers[call.timer].running = board.startTimer(.milliseconds(call.period), call.call)
  }

  fileprivate mutating func stop(_ number: Int, on board: inout Board) {
    board.stopTimer(timers[number].running)
    (timers[number].running, timers[number].isHeld) = (nil, false)
  }
}

/// What a call asks a timer to do.
private struct TimerStart {
  let timer: Int
  /// In milliseconds.
  let period: Int
  let call: TimerCall

  /// Reads the arguments of `start`, from an index on.
  init(_ timer: Int, _ call: Call, from first: Int) {
    self.timer = timer
    period = call.timerPeriod(from: first)
    self.call = TimerCall(
      isPeriodic: call.int(first) == 1, function: call.arguments[first + 2].function,
      arguments: [.object(PeripheralID(timer, of: "Timer"))])
  }
}

extension Call {
  /// The period in milliseconds that `mode`, `period`, `callback`, `tick_hz` and `freq` come to, from an index on.
  fileprivate func timerPeriod(from first: Int) -> Int {
    if case .double(let hertz) = arguments[first + 4], hertz > 0 {
      return Int(min(1000 / hertz, Double(UInt32.max)))
    }
    if let hertz = arguments[first + 4].integer, hertz > 0 { return 1000 / hertz }
    let ticks = int(first + 1)
    return ticks < 0 ? unsigned(first + 1) : ticks * 1000 / max(1, int(first + 3))
  }
}

/// What stands behind each row of `Timer.json`.
extension HardwareTimers {
  static let methods: [String: MethodRows<HardwareTimers>] = [
    "Timer.init": makingTimer, "Timer.start": startingTimer,
    "Timer.stop": [
      "never": .when { !$0.timers[$1.objectNumber].isStarted },
      "ok": .act { timers, call, board in timers.stop(call.objectNumber, on: &board) },
    ],
    "Timer.__del__": [
      "never": .when { !$0.timers[$1.objectNumber].isStarted },
      "ok": .act { timers, call, board in
        timers.stop(call.objectNumber, on: &board)
        timers.timers[call.objectNumber] = HardwareTimers.Timer()
      },
    ],
  ]

  private static let makingTimer: MethodRows<HardwareTimers> = [
    "number": .when { !(0..<HardwareTimers.count).contains($1.int(0)) },
    "ok": .make { timers, call, _, board in
      let number = call.int(0)
      let isFirst = !timers.timers[number].isMade
      timers.timers[number].isMade = true
      // It starts at once if it is told its period, and looks at that only the first time.
      let isToldPeriod = call.int(2) >= 0 || call.arguments[5] != .none
      if isFirst, isToldPeriod {
        timers.start(TimerStart(number, call, from: 1), on: &board)
      }
      return .done(.object(PeripheralID(number)))
    },
  ]

  private static let startingTimer: MethodRows<HardwareTimers> = [
    "period": .when { !(1...Int(Int32.max)).contains($1.timerPeriod(from: 0)) },
    "callable": .when { $1.arguments[2].function == nil },
    // The firmware's timer keeps its period until it is stopped, also when it has served.
    "running": .when { timers, call in timers.timers[call.objectNumber].isHeld }.then(
      .act { timers, call, board in
        guard let running = timers.timers[call.objectNumber].running else { return }
        board.timers.change(running, to: TimerStart(call.objectNumber, call, from: 0).call)
      }),
    "timer": .when(orFault: .timer) { timers, call, board in
      !board.timers.hasFree
        && !board.timers.isRunning(timers.timers[call.objectNumber].running)
    },
    "ok": .act { timers, call, board in
      timers.start(TimerStart(call.objectNumber, call, from: 0), on: &board)
    },
  ]
}
