import DeviceEmulator

/// One connection of the guest: takes its frames, one after the other, and answers them.
struct GuestConnection {
  /// The version of the protocol that ``GuestServices`` answers.
  static let protocolVersion = 1

  private var channel: FrameChannel
  private let services: GuestServices
  /// The last request that came without a payload: a script that polls sends the same head again.
  private var last: (head: [UInt8], request: GuestRequest)?

  init(_ socket: StreamSocket, _ services: GuestServices) {
    channel = FrameChannel(socket)
    self.services = services
  }

  /// Builds the tables that answers need; otherwise the first one does.
  static func prepare() {
    let call = FrameChannel.Frame(
      head: Array(#"{"call":"file.open","args":["",0]}"#.utf8), payload: [])
    _ = try? GuestRequest.read(call)
  }

  /// Serves it to its end.
  ///
  /// - Throws: ``HostFailure`` if the host cannot give what the device needs.
  mutating func serve() throws(HostFailure) {
    guard let frame = nextFrame(), let caller = greet(frame) else { return }
    defer { if caller.isOwner { services.scheduler.endThread(caller.thread) } }
    while let frame = nextFrame(), try answer(frame, of: caller) {}
  }

  /// The next frame; nil at the end, or after an answer that says what is wrong with it.
  private mutating func nextFrame() -> FrameChannel.Frame? {
    do throws(FrameChannel.Malformed) {
      return try channel.read()
    } catch {
      reply(.failure(.malformed(error.message)))
      return nil
    }
  }

  /// Takes the first frame, which says whose connection it is.
  private mutating func greet(_ frame: FrameChannel.Frame) -> GuestScheduler.Caller? {
    do throws(GuestException) {
      let (thread, alone) = try hello(GuestRequest.read(frame))
      guard let caller = services.scheduler.claim(thread, alone: alone) else {
        throw .malformed("there is no thread \(thread)")
      }
      return reply(.success(.none)) ? caller : nil
    } catch {
      reply(.failure(error))
      return nil
    }
  }

  private func hello(
    _ request: GuestRequest
  ) throws(GuestException) -> (thread: Int, alone: Bool) {
    guard request.name == "hello", (2...3).contains(request.arguments.count),
      let version = request.arguments[0].integer, let thread = request.arguments[1].integer
    else {
      throw .malformed("a connection begins with hello, the protocol's version and a thread")
    }
    guard version == Self.protocolVersion else {
      throw .malformed(
        "the guest speaks version \(version) of the protocol, the device \(Self.protocolVersion)")
    }
    return (thread, request.arguments.count == 3)
  }

  /// Answers a frame; false if the connection is over.
  private mutating func answer(
    _ frame: FrameChannel.Frame, of caller: GuestScheduler.Caller
  ) throws(HostFailure) -> Bool {
    let request: GuestRequest
    do throws(GuestException) {
      request = try read(frame)
    } catch {
      return reply(.failure(error))
    }
    guard let answer = try services.answer(request, from: caller) else { return false }
    guard
      caller.thread == GuestScheduler.eventThread
        || services.scheduler.prepareAnswer(to: caller.thread)
    else {
      return false
    }
    return reply(answer)
  }

  private mutating func read(_ frame: FrameChannel.Frame) throws(GuestException) -> GuestRequest {
    if let last, last.head == frame.head, frame.payload.isEmpty { return last.request }
    let request = try GuestRequest.read(frame)
    if frame.payload.isEmpty { last = (frame.head, request) }
    return request
  }

  @discardableResult
  private mutating func reply(_ answer: Result<GuestValue, GuestException>) -> Bool {
    switch answer {
    case .success(.none): return channel.writeNothing()
    case .success(.int(let number)) where UInt32(exactly: number) != nil:
      return channel.write(number: UInt32(number))
    case .success(let value): return reply(.value, value)
    case .failure(let exception):
      return reply(.exception, .list([.string(exception.type), .string(exception.text)]))
    }
  }

  private mutating func reply(_ kind: FrameChannel.Kind, _ value: GuestValue) -> Bool {
    var head: [UInt8] = []
    var payload: [UInt8] = []
    value.append(to: &head, &payload)
    return channel.write(kind, head: head, payload: payload)
  }
}
