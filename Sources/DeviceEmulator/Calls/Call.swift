package import ModuleProfiles

/// One call that a script makes on a peripheral.
package struct Call {
  package let method: DeviceMethod
  package let signature: Signature
  /// Whether it is made on an object, which the interpreter counts among the arguments.
  package let isOnObject: Bool
  /// The object it is made on; nil for a constructor, and for a module's function.
  package let object: PeripheralID?
  /// In the order of the parameters.
  package let arguments: [GuestValue]
  /// Bytes of script heap that are free, as far as the caller knows.
  package let heapFree: Int

  /// How many arguments the interpreter counts beside those that the script wrote.
  private var own: Int { isOnObject ? 1 : 0 }

  /// Why the number of the arguments does not fit the method; nil if it does.
  package var countMismatch: String? { signature.countMismatch(arguments.count, own: own) }

  /// Why the arguments do not fit the method; nil if they do.
  package var mismatch: String? { signature.mismatch(arguments, own: own) }

  /// What the interpreter says of arguments that are refused, whether they fit or not.
  package var complaint: String { mismatch ?? signature.mismatchOfOneTooMany(own: own) }

  /// Whether the type of the argument at `index` does not fit; only where ``countMismatch`` is nil.
  package func hasWrongType(at index: Int) -> Bool {
    signature.misfit(of: arguments, at: index) != nil
  }

  /// Whether the first argument that does not fit is an integer that the module's interpreter of 32 bits cannot hand on;
  /// only where ``countMismatch`` is nil.
  package var overflows: Bool { signature.misfit(of: arguments) == .overflow }

  /// The number of the object; not for a constructor. The gate has seen that there is such an object.
  package var objectNumber: Int { object!.number }

  /// The integer at `index`; only where ``mismatch`` is nil.
  package func int(_ index: Int) -> Int { arguments[index].integer ?? 0 }

  /// The integer at `index`, or another where the argument was left out.
  package func int(_ index: Int, or other: Int) -> Int {
    index < arguments.count ? int(index) : other
  }

  /// The first bytes of what the argument at `index` holds, at most so many; likewise.
  package func bytes(_ index: Int, upTo count: Int) -> [UInt8] {
    Array((arguments[index].readableBytes ?? []).prefix(max(count, 0)))
  }

  /// The room of the buffer at `index`, but at most so many bytes; likewise.
  package func room(_ index: Int, upTo count: Int) -> Int {
    min(arguments[index].bufferRoom ?? 0, max(count, 0))
  }

  /// The string at `index`; likewise. It ends at the first NUL, as C code on the module sees it.
  package func string(_ index: Int) -> String {
    let text =
      arguments[index].string ?? String(decoding: arguments[index].bytes ?? [], as: UTF8.self)
    return String(text.prefix { $0 != "\0" })
  }
}

/// What a call is answered with.
package struct Reply: Sendable {
  /// What the script gets.
  package let result: Result<GuestValue, GuestException>
  /// The id of the row that was injected to refuse it; nil if none was.
  package let injectedRow: String?
  /// When the script gets it; nil for at once.
  package let due: Duration?
  /// What goes into a buffer of the script's; nil for nothing.
  package let fill: Fill?

  /// Bytes for the buffer that is the argument of a number.
  package struct Fill: Sendable {
    package let argument: Int
    package let bytes: [UInt8]

    package init(argument: Int, bytes: [UInt8]) { (self.argument, self.bytes) = (argument, bytes) }
  }

  package init(
    _ result: Result<GuestValue, GuestException>, injectedRow: String? = nil,
    due: Duration? = nil, fill: Fill? = nil
  ) {
    (self.result, self.injectedRow, self.due, self.fill) = (result, injectedRow, due, fill)
  }
}
