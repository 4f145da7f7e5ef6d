/// The name of something that scripts call on a device: a class and its method, such as `Record.start`.
///
/// `init` is the constructor: where it is missing, the class itself is. `init_` is a method that
/// scripts call `init`. Which methods there are is for the outcome tables to say.
public struct DeviceMethod: Hashable, Sendable, ExpressibleByStringLiteral {
  /// Such as `Record.start`.
  public let rawValue: String
  /// Whether it makes an object.
  public let isConstructor: Bool
  /// The class: "Record".
  public let className: Substring
  // A device looks methods up at each call, so the text is hashed once.
  private let hash: Int

  /// Names the method of a text.
  public init(_ name: String) {
    rawValue = name
    // By bytes: Swift programs name a method at each call.
    isConstructor = name.utf8.suffix(5).elementsEqual(".init".utf8)
    className = name[..<(name.utf8.firstIndex(of: UInt8(ascii: ".")) ?? name.endIndex)]
    hash = name.hashValue
  }

  public init(stringLiteral name: String) { self.init(name) }

  public static func == (one: DeviceMethod, other: DeviceMethod) -> Bool {
    one.hash == other.hash && one.rawValue == other.rawValue
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(hash) }

  /// The method's own name: "start".
  public var functionName: Substring { rawValue.drop { $0 != "." }.dropFirst() }
  /// What scripts call the method: "start", and "init" for `init_`.
  public var scriptName: Substring {
    functionName == "init_" ? "init" : functionName
  }
  /// The constructor of the method's class.
  public var constructor: DeviceMethod { DeviceMethod("\(className).init") }
}
