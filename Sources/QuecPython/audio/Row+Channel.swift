import DeviceEmulator
import ModuleProfiles

extension Row<AudioModule> {
  /// That the model lacks a channel.
  static func noChannel(
    orFault fault: Fault.What? = nil,
    _ channel: @escaping @Sendable (inout AudioModule, Call) -> AudioChannel
  ) -> Row {
    Row.when(orFault: fault) { !$2.profile.record.channels.contains(channel(&$0, $1)) }
      .lackingChannel
  }

  /// A precondition that holds where the model has no such channel.
  var lackingChannel: Row {
    lacking { _, _, board in "\(board.profile.name) has \(board.profile.channelWords) only" }
  }
}

extension ModuleProfile {
  fileprivate var channelWords: String {
    let numbers = record.channels.map(\.rawValue).sorted().map { String($0) }
    guard let last = numbers.last, numbers.count > 1 else {
      return numbers.first.map { "channel \($0)" } ?? "no channel"
    }
    return "channels \(numbers.dropLast().joined(separator: ", ")) and \(last)"
  }
}
