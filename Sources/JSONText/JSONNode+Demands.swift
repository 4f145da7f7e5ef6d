/// What a reader demands of a text; an error says where it is otherwise.
extension JSONNode {
  /// The member's value.
  public func member(_ key: String) throws(JSONError) -> JSONNode {
    guard let member = self[key] else {
      throw JSONError(message: "\"\(key)\" is missing here", offset: offset)
    }
    return member
  }

  /// The string.
  public func text() throws(JSONError) -> String {
    guard let string else { throw JSONError(message: "a string belongs here", offset: offset) }
    return string
  }

  /// The array's elements.
  public func elements() throws(JSONError) -> [JSONNode] {
    guard let array else { throw JSONError(message: "an array belongs here", offset: offset) }
    return array
  }

  /// The object's members.
  public func members() throws(JSONError) -> [JSONMember] {
    guard let object else { throw JSONError(message: "an object belongs here", offset: offset) }
    return object
  }

  /// The integer.
  public func integer() throws(JSONError) -> Int {
    guard let int else { throw JSONError(message: "an integer belongs here", offset: offset) }
    return int
  }

  /// The number, whether it was written as an integer or not.
  public func number() throws(JSONError) -> Double {
    guard let double else { throw JSONError(message: "a number belongs here", offset: offset) }
    return double
  }
}
