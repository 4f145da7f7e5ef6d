import EmulatedTime
import Glibc

/// A line over TCP, for one client at a time.
package final class TCPLine: SerialLine {
  /// What is spoken on it.
  package enum Form: Sendable { case raw, rfc2217 }

  private struct State {
    var client: Descriptor?
    var codec = TelnetCodec()
  }

  /// What is under way to the client.
  struct Writing {
    let form: Form
    private var sending = Sending()
    /// The rest of a TELNET sequence that the client has the beginning of: it comes before anything else.
    private var owed: [UInt8] = []

    init(form: Form) { self.form = form }

    /// Sends bytes; of those that are lost since the client does not read, none is half of a sequence.
    mutating func send(
      _ bytes: [UInt8], to client: Descriptor,
      by write: (ArraySlice<UInt8>) -> Descriptor.Outcome<Int>
    ) {
      let all = owed + bytes
      let unsent = sending.send(all, to: client, by: write).startIndex
      guard form == .rfc2217 else { return }
      owed =
        unsent < owed.count
        ? Array(owed[unsent...]) : TelnetCodec.rest(of: all[owed.count...], from: unsent)
    }
  }

  package let name: String
  private let listener: TCPListener
  private let form: Form
  private let thread: ListeningThread
  private let state = Monitor(State())
  /// Held while something is written, and while the client is closed; taken before ``state``.
  private let writing: Monitor<Writing>

  /// Listens.
  package init(_ place: HostAndPort, form: Form) throws(SerialLineError) {
    thread = try ListeningThread()
    listener = try TCPListener(place)
    self.form = form
    writing = Monitor(Writing(form: form))
    name = (form == .rfc2217 ? "rfc2217://" : "socket://") + listener.place.text
  }

  package func start(
    receive: @escaping @Sendable ([UInt8]) -> Void, hangUp: @escaping @Sendable () -> Void
  ) {
    thread.start { [self] in
      var client: Descriptor?
      while thread.awaitInput(of: [listener.descriptor] + (client.map { [$0] } ?? [])) {
        if let client { serve(client, receive, hangUp) }
        while let next = listener.accept() { welcome(next) }
        client = state.withLock { $0.client }
      }
    }
  }

  private func welcome(_ client: Descriptor) {
    let isAlone = state.withLock { state in
      guard state.client == nil else { return false }
      (state.client, state.codec) = (client, TelnetCodec())
      return true
    }
    guard !isAlone else { return }
    _ = client.writeAll(Array("port already in use\r\n".utf8), patience: .zero)
    // What it has sent already is taken, or the words could be lost in a reset.
    shutdown(client.number, Int32(SHUT_WR))
    _ = client.awaitReadiness(POLLIN, for: .milliseconds(100))
    _ = client.read()
    Glibc.close(client.number)
  }

  private func serve(
    _ client: Descriptor, _ receive: ([UInt8]) -> Void, _ hangUp: () -> Void
  ) {
    switch client.read() {
    case .done(let bytes):
      let (data, reply) = decode(bytes)
      // Ctrl-C must not wait behind a client that reads slowly.
      if !data.isEmpty { receive(data) }
      if !reply.isEmpty { pass(reply) }
    case .wouldWait: break
    case .ended:
      writing.withLock { writing in
        state.withLock { $0.client = nil }
        writing = Writing(form: form)
        Glibc.close(client.number)
      }
      hangUp()
    }
  }

  private func decode(_ bytes: [UInt8]) -> (data: [UInt8], reply: [UInt8]) {
    guard form == .rfc2217 else { return (bytes, []) }
    return state.withLock { $0.codec.receive(bytes) }
  }

  package func send(_ bytes: [UInt8]) {
    pass(form == .rfc2217 ? TelnetCodec.escaped(bytes) : bytes)
  }

  private func pass(_ bytes: [UInt8]) {
    writing.withLock { writing in
      guard let client = state.withLock({ $0.client }) else { return }
      writing.send(bytes, to: client, by: client.write)
    }
  }

  package func close() {
    thread.end()
    writing.withLock { _ in
      let client = state.withLock { state in
        defer { state.client = nil }
        return state.client
      }
      Glibc.close(listener.descriptor.number)
      if let client { Glibc.close(client.number) }
    }
  }
}
