/// A line that a console talks over, with a client at its other end now and then.
package protocol SerialLine: Sendable {
  /// How a client finds it, such as a pseudoterminal's path.
  var name: String { get }

  /// Starts to listen, on a thread of the line's own.
  ///
  /// - Parameters:
  ///   - receive: Gets what a client sends, in order.
  ///   - hangUp: Hears that the client has gone; the line stays, and takes the next one.
  func start(
    receive: @escaping @Sendable ([UInt8]) -> Void, hangUp: @escaping @Sendable () -> Void)

  /// Sends bytes to the client. Without one they are lost, as on a serial port; a client that takes nothing
  /// for a second loses what comes until it takes something again. One call at a time.
  func send(_ bytes: [UInt8])

  /// Ends the line; once.
  func close()
}

/// Why a line cannot be had, in a sentence.
package struct SerialLineError: Error, Equatable, Sendable {
  package let message: String

  package init(_ message: String) { self.message = message }
}
