import DeviceEmulator
import ModuleProfiles

/// A case as a script for the module's interpreter, which prints the last answer or call-back as a line
/// of JSON.
package struct GuestScript {
  private let cell: Cell
  private var lines: [String] = []
  /// The modules that are imported already.
  private var imported: Set<String> = []
  /// The classes of which there are objects.
  private var constructed: Set<Substring> = []
  /// How many files are held open.
  private var openCount = 0

  /// The script of a case.
  package static func text(of cell: Cell) -> String {
    var script = GuestScript(cell: cell)
    script.write()
    return script.lines.joined(separator: "\n") + "\n"
  }

  /// Why no script can run a case; nil if one can.
  static func obstacle(to cell: Cell) -> String? {
    cell.test.needsSwift
      ? "no script can leave so exact a heap, keep call-backs waiting, change the world or outlive a reset"
      : nil
  }

  private init(cell: Cell) { self.cell = cell }

  private mutating func write() {
    lines.append("# \(cell.id)")
    need(cell.method.moduleName)
    if cell.test.steps.contains(where: { $0.usesCallback }) {
      lines += ["heard = []", "def hear(value):", "    heard.append(value)"]
    }
    for step in cell.test.steps.dropLast() { take(step) }
    if cell.isOfCallback { tellHeard() } else { answer(cell.test.steps.last!) }
  }

  private mutating func need(_ module: String) {
    if imported.insert(module).inserted { lines.append("import \(module)") }
  }

  // MARK: Steps

  private mutating func take(_ step: Step) {
    switch step {
    case .call(let method, let arguments): take(method, arguments)
    case .wait(let milliseconds):
      need("utime")
      lines.append("utime.sleep_ms(\(milliseconds))")
    case .write(let path, let content):
      lines += [
        "with open(\(path.pythonLiteral), 'wb') as file:",
        "    file.write(\(content.expression(on: cell.profile)))",
      ]
    case .makeFolder(let path):
      need("uos")
      lines.append("uos.mkdir(\(path.pythonLiteral))")
    case .open(let path, let mode):
      openCount += 1
      lines.append("open\(openCount) = open(\(path.pythonLiteral), \(mode.pythonLiteral))")
    case .takeTimers: takeTimers()
    case .fill(let mount): fill(mount)
    case .inject(let fault):
      need("qpyemu")
      lines.append("qpyemu.fault(\(fault.description.pythonLiteral))")
    case .change: break  // No script can bring it about.
    case .leaveHeap(let bytes): leaveHeap(bytes)
    case .modem(let key, let value):
      need("qpyemu")
      lines.append("qpyemu.modem(\(key.pythonLiteral), \(value.text))")
    }
  }

  private mutating func take(_ method: DeviceMethod, _ arguments: [CaseValue]) {
    prepare(method, arguments)
    let expression = expression(method, arguments)
    guard method.isConstructor else { return lines.append(expression) }
    let isFirst = constructed.insert(method.className).inserted
    lines.append(
      isFirst ? "\(object(of: method)) = \(expression)" : "second = \(expression)")
  }

  /// Makes what a call needs: an object for a method to be called on, a buffer under a name.
  private mutating func prepare(_ method: DeviceMethod, _ arguments: [CaseValue]) {
    need(method.moduleName)
    if method.isOnObject, !constructed.contains(method.className) {
      take(method.constructor, method.standardObject)
    }
    for case .buffer(let count) in arguments { lines.append("buffer = bytearray(\(count))") }
  }

  /// The variable that holds the first object of a method's class.
  private func object(of method: DeviceMethod) -> String {
    let name = method.className.lowercased()
    return name == method.moduleName ? "one" : name
  }

  private func expression(_ method: DeviceMethod, _ arguments: [CaseValue]) -> String {
    let function =
      method.isOnObject
      ? "\(object(of: method)).\(method.scriptName)" : method.pathInScript
    let list = arguments.enumerated().map { index, argument in
      (method.neededName(at: index, under: cell.policy).map { "\($0)=" } ?? "")
        + argument.expression(on: cell.profile)
    }
    return "\(function)(\(list.joined(separator: ", ")))"
  }

  private mutating func takeTimers() {
    need("osTimer")
    lines += [
      "timers = [osTimer()]", "while timers[-1].start(3600000, 1, print) == 0:",
      "    timers.append(osTimer())",
    ]
  }

  private mutating func fill(_ mount: String) {
    need("uos")
    lines += [
      "block = bytes(uos.statvfs(\(mount.pythonLiteral))[0])",
      "with open('\(mount)/full.bin', 'wb') as file:", "    try:", "        while True:",
      "            file.write(block)", "    except OSError:", "        pass",
      "size = len(block) // 8", "number = 0", "while True:", "    number += 1",
      "    try:", "        with open('\(mount)/full%d' % number, 'wb') as file:",
      "            file.write(block[:size])", "    except OSError:",
      "        if size == 0:", "            break", "        size //= 2",
    ]
  }

  private mutating func leaveHeap(_ bytes: Int) {
    need("gc")
    lines += [
      "hog = None", "for size in (8192, 256, 32):", "    gc.collect()", "    try:",
      "        while gc.mem_free() > \(bytes) + 2 * size:",
      "            hog = hog, bytearray(size)",
      "            gc.collect()", "    except MemoryError:", "        pass",
    ]
  }

  // MARK: The answer

  private mutating func tellHeard() {
    take(cell.test.steps.last!)
    need("ujson")
    lines += ["print(ujson.dumps({'value': heard[-1]}))", "raise SystemExit"]
  }

  private mutating func answer(_ step: Step) {
    guard case .call(let method, let arguments) = step else { return take(step) }
    prepare(method, arguments)
    lines += [
      "error = None", "try:", "    value = \(expression(method, arguments))",
      "except Exception as raised:", "    error = raised",
    ]
    if cell.test.steps.contains(where: { $0.usesHeap }) { lines.append("hog = None") }
    let told = telling(method, arguments)
    need("ujson")
    lines += [
      "if error:", "    told = {'raises': [type(error).__name__, str(error)]}", "else:",
      "    told = \(told)", "print(ujson.dumps(told))", "raise SystemExit",
    ]
  }

  /// The expression that puts `value` into words.
  private mutating func telling(_ method: DeviceMethod, _ arguments: [CaseValue]) -> String {
    if method.isConstructor {
      let isOther =
        constructed.contains(method.className) ? "int(value is not \(object(of: method)))" : "0"
      return "{'value': value} if type(value) in (int, bool, str) else {'object': \(isOther)}"
    }
    if arguments.contains(where: { $0.isBuffer }) {
      need("ubinascii")
      return "{'filled': ubinascii.hexlify(buffer[:value]).decode()} if value >= 0 "
        + "else {'value': value}"
    }
    if method == "Record.getData" {
      need("ubinascii")
      return "{'value': value} if type(value) is int "
        + "else {type(value).__name__: ubinascii.hexlify(value).decode()}"
    }
    return "{'value': value}"
  }
}

extension CaseValue {
  fileprivate var isBuffer: Bool { if case .buffer = self { true } else { false } }
}

extension Step {
  fileprivate var usesCallback: Bool {
    guard case .call(_, let arguments) = self else { return false }
    return arguments.contains(.callback)
  }

  fileprivate var usesHeap: Bool { if case .leaveHeap = self { true } else { false } }
}
