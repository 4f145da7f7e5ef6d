import CPCRE2

/// A regular expression, in the syntax of PCRE2, whose search ends soon whatever it and the text are.
@safe final class Pattern: Sendable {
  /// Why there is no such expression.
  struct Malformed: Error {
    let message: String
  }

  /// A search took more steps or memory than one may; nobody knows whether there is a match.
  struct TooCostly: Error {}

  /// Steps of a search: a second or so.
  private static let stepLimit: UInt32 = 10_000_000
  /// Memory of a search in KiB.
  private static let memoryLimit: UInt32 = 64 << 10

  /// As it was written.
  let text: String
  // What is compiled is not changed any more, and may be used by several threads.
  nonisolated(unsafe) private let code: OpaquePointer

  /// - Parameter text: `^` and `$` are the ends of lines.
  init(_ text: String) throws(Malformed) {
    self.text = text
    var (reason, offset): (Int32, Int) = (0, 0)
    let bytes = Array(text.utf8)
    let context = unsafe pcre2_compile_context_create_8(nil)
    defer { unsafe pcre2_compile_context_free_8(context) }
    // A console ends its lines with a carriage return and a line feed.
    unsafe pcre2_set_newline_8(context, UInt32(PCRE2_NEWLINE_ANYCRLF))
    let options = UInt32(PCRE2_MULTILINE) | UInt32(PCRE2_UTF) | UInt32(PCRE2_UCP)
    guard
      let code = unsafe pcre2_compile_8(bytes, bytes.count, options, &reason, &offset, context)
    else {
      throw Malformed(message: "\(Self.words(for: reason)) at byte \(offset)")
    }
    unsafe self.code = code
  }

  deinit { unsafe pcre2_code_free_8(code) }

  /// Whether it matches somewhere in a text.
  func matches(_ text: String) throws(TooCostly) -> Bool {
    guard let context = unsafe pcre2_match_context_create_8(nil),
      let found = unsafe pcre2_match_data_create_8(1, nil)
    else { throw TooCostly() }
    defer {
      unsafe pcre2_match_context_free_8(context)
      unsafe pcre2_match_data_free_8(found)
    }
    unsafe pcre2_set_match_limit_8(context, Self.stepLimit)
    unsafe pcre2_set_heap_limit_8(context, Self.memoryLimit)
    let bytes = Array(text.utf8)
    let result = unsafe pcre2_match_8(code, bytes, bytes.count, 0, 0, found, context)
    guard result >= 0 || result == PCRE2_ERROR_NOMATCH else { throw TooCostly() }
    return result >= 0
  }

  private static func words(for reason: Int32) -> String {
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = unsafe pcre2_get_error_message_8(reason, &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(Int(count), 0)), as: UTF8.self)
  }
}
