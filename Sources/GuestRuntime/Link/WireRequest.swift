import DeviceEmulator

/// What a guest asks, as `Docs/device-calls.md` has it.
package struct WireRequest {
  /// What the device need not keep any longer.
  enum Note: Equatable {
    /// The script has dropped the object of a handle.
    case dropped(UInt32)
    /// Nobody waits for a token any more.
    case abandoned(UInt32)
    /// The callback of a function has run.
    case returned(Int)
  }

  /// Steps taken since the last answer.
  let steps: UInt64
  /// Where the script makes the call; nil if no script does.
  let place: ScriptPlace?
  /// The number of the call's name, from 1.
  let call: Int
  /// The handle that the call is made on; 0 for none.
  let object: UInt32
  /// The largest free block of the heap in bytes, for a call that asks for it.
  let room: Int?
  /// 0 is the main thread.
  let thread: Int
  let notes: [Note]
  let arguments: [GuestValue]
  let keywords: [(name: String, value: GuestValue)]
  /// The functions among the arguments and keywords, wherever they stand.
  let functions: [Int]
  /// The bytes of each argument that is a str or bytes, as they came: a str need not be UTF-8.
  let texts: [ArraySlice<UInt8>]
}

/// A frame that is not as `Docs/device-calls.md` has it.
package struct MalformedFrame: Error, Equatable {
  /// What is wrong with it, as a clause.
  let message: String

  init(_ message: String) { self.message = message }
}

/// Reads a guest's requests. The guest is hostile: whatever the bytes are, there is a request or a clause that says
/// what is wrong.
package struct WireReader {
  static let frameLimit = 1 << 20
  static let headerSize = 36
  private static let nameLimit = 65535
  private static let depthLimit = 16
  private static let roomUnasked = UInt32.max

  /// The names that the guest has used, the first one of number 1.
  private(set) var names: [String] = []
  /// The class of the object of a handle; nil if there is no such object.
  private let className: (UInt32) -> String?

  private var bytes: [UInt8] = []
  private var at = 0
  private var functions: [Int] = []

  package init(className: @escaping (UInt32) -> String?) { self.className = className }

  /// The name of a number that a request has.
  func name(_ number: Int) -> String { names[number - 1] }

  /// Reads a frame, all of its bytes.
  package mutating func read(_ frame: [UInt8]) throws(MalformedFrame) -> WireRequest {
    (bytes, at, functions) = (frame, 4, [])
    let steps: UInt64 = try number()
    let line: UInt32 = try number()
    let file = Int(try number() as UInt16)
    let call = Int(try number() as UInt16)
    let object: UInt32 = try number()
    let room: UInt32 = try number()
    let thread: UInt16 = try number()
    let noteCount: UInt16 = try number()
    let argumentCount: UInt8 = try number()
    let keywordCount: UInt8 = try number()
    guard try number() as UInt16 == 0 else { throw MalformedFrame("the bytes 34 and 35 are not 0") }
    try takeName(file)
    try takeName(call)
    guard call > 0 else { throw MalformedFrame("the call has no name") }
    var notes: [WireRequest.Note] = []
    for _ in 0..<noteCount { notes.append(try note()) }
    var arguments: [GuestValue] = []
    var texts: [ArraySlice<UInt8>] = []
    for _ in 0..<argumentCount {
      let start = at
      arguments.append(try value(depth: 0))
      texts.append(bytes[min(start + 5, at)..<at])
    }
    var keywords: [(name: String, value: GuestValue)] = []
    for _ in 0..<keywordCount { keywords.append((try keyword(), try value(depth: 0))) }
    guard at == bytes.count else {
      throw MalformedFrame("\(bytes.count - at) bytes are left at its end")
    }
    return WireRequest(
      steps: steps,
      place: file == 0 ? nil : ScriptPlace(file: names[file - 1], line: Int(line)), call: call,
      object: object, room: room == Self.roomUnasked ? nil : Int(room), thread: Int(thread),
      notes: notes, arguments: arguments, keywords: keywords, functions: functions, texts: texts)
  }

  /// Takes the text of a name that is new.
  private mutating func takeName(_ number: Int) throws(MalformedFrame) {
    guard number > names.count else { return }
    guard number == names.count + 1, number <= Self.nameLimit else {
      throw MalformedFrame("the name \(number) comes after \(names.count) names")
    }
    names.append(try text(Int(self.number() as UInt16)))
  }

  private mutating func note() throws(MalformedFrame) -> WireRequest.Note {
    let kind: UInt8 = try number()
    let subject: UInt32 = try number()
    switch kind {
    case 1: return .dropped(subject)
    case 2: return .abandoned(subject)
    case 3: return .returned(Int(subject))
    default: throw MalformedFrame("there is no note of kind \(kind)")
    }
  }

  private mutating func keyword() throws(MalformedFrame) -> String {
    guard case .string(let name) = try value(depth: 0) else {
      throw MalformedFrame("a keyword's name is no str")
    }
    return name
  }

  // MARK: Values

  private mutating func value(depth: Int) throws(MalformedFrame) -> GuestValue {
    guard depth <= Self.depthLimit else {
      throw MalformedFrame("its values nest more than \(Self.depthLimit) deep")
    }
    let tag: UInt8 = try number()
    switch tag {
    case UInt8(ascii: "N"): return .none
    case UInt8(ascii: "F"): return .bool(false)
    case UInt8(ascii: "T"): return .bool(true)
    case UInt8(ascii: "i"): return .int(Int(try number() as Int64))
    case UInt8(ascii: "d"): return .double(Double(bitPattern: try number()))
    case UInt8(ascii: "s"): return .string(try text(count()))
    case UInt8(ascii: "b"): return .bytes(Array(bytes[try need(count())]))
    case UInt8(ascii: "w"): return .bytearray(Array(bytes[try need(count())]))
    case UInt8(ascii: "l"): return .list(try values(depth))
    case UInt8(ascii: "t"): return .tuple(try values(depth))
    case UInt8(ascii: "m"): return try dict(depth)
    case UInt8(ascii: "o"): return try object()
    case UInt8(ascii: "f"): return try function()
    case UInt8(ascii: "x"): return .other(type: try text(Int(number() as UInt8)))
    default: throw MalformedFrame("there is no value with the tag \(tag)")
    }
  }

  private mutating func values(_ depth: Int) throws(MalformedFrame) -> [GuestValue] {
    var values: [GuestValue] = []
    for _ in 0..<(try count()) { values.append(try value(depth: depth + 1)) }
    return values
  }

  /// No call takes one: only that it is a dict is of interest.
  private mutating func dict(_ depth: Int) throws(MalformedFrame) -> GuestValue {
    for _ in 0..<(try count()) {
      _ = try value(depth: depth + 1)
      _ = try value(depth: depth + 1)
    }
    return .other(type: "dict")
  }

  private mutating func object() throws(MalformedFrame) -> GuestValue {
    let handle = UInt32(try count())
    guard let name = className(handle) else {
      throw MalformedFrame("there is no object of the handle \(handle)")
    }
    return .other(type: String(name.split(separator: ".").last ?? ""))
  }

  private mutating func function() throws(MalformedFrame) -> GuestValue {
    let number = try count()
    functions.append(number)
    return .function(number)
  }

  // MARK: Bytes

  /// Passes over so many bytes, and gives where they are.
  private mutating func need(_ count: Int) throws(MalformedFrame) -> Range<Int> {
    guard count <= bytes.count - at else {
      throw MalformedFrame("it ends \(count - (bytes.count - at)) bytes too early")
    }
    defer { at += count }
    return at..<at + count
  }

  private mutating func number<Number: FixedWidthInteger & BitwiseCopyable>()
    throws(MalformedFrame) -> Number
  {
    let place = try need(MemoryLayout<Number>.size).lowerBound
    return unsafe Number(
      littleEndian: bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: place, as: Number.self))
  }

  private mutating func count() throws(MalformedFrame) -> Int { Int(try number() as UInt32) }

  private mutating func text(_ count: Int) throws(MalformedFrame) -> String {
    String(decoding: bytes[try need(count)], as: UTF8.self)
  }
}
