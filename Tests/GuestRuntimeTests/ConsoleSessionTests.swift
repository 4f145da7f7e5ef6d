import AudioEngine
import DeviceEmulator
import EmulatedTime
import ModuleProfiles
import Testing

@testable import GuestRuntime

/// Two console sessions of real modules that were published, typed again.
@Suite("Published console sessions of real modules")
struct ConsoleSessionTests {
  @Test("2021: a recording is stopped after 13.5 s, and its call-back prints behind the new prompt")
  func stoppedRecording() throws {
    let desk = try ConsoleDesk(policy: .observed)
    try desk.shows(">>> ")
    _ = try desk.enter("import audio")
    _ = try desk.enter("record = audio.Record()")
    desk.type("def told(args): print(args[0], args[1], args[2])\r\r")
    try desk.shows(">>> ")
    #expect(try desk.enter("record.end_callback(told)").hasSuffix("\r\n0\r\n>>> "))
    #expect(try desk.enter("record.start('record_test.wav', 40)").hasSuffix("\r\n0\r\n>>> "))
    #expect(try desk.enter("record.isBusy()").hasSuffix("\r\n1\r\n>>> "))
    desk.clock.advance(by: .seconds(13.5))
    #expect(try desk.enter("record.stop()").hasSuffix("\r\n0\r\n>>> "))
    try desk.shows("U:/record_test.wav 216000 3\r\n")
    #expect(try desk.enter("record.getSize('record_test.wav')").hasSuffix("\r\n216044\r\n>>> "))
    let header = try desk.enter("record.getData('record_test.wav', 0, 44)")
    #expect(
      header.hasSuffix(
        #"b'RIFF$\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00@\x1f\x00\x00\x80>\x00\x00\x02\x00\x10\x00"#
          + #"data\x00\x00\x00\x00'"# + "\r\n>>> "), "\(header)")
    #expect(try desk.enter("record.Delete('record_test.wav')").hasSuffix("\r\n0\r\n>>> "))
    #expect(try desk.enter("record.exists('record_test.wav')").hasSuffix("\r\nFalse\r\n>>> "))
  }

  /// The vendor's sample with its call of a function that does not exist put right.
  private static let sample = """
    import utime
    import audio
    flag = 1
    aud = audio.Audio(0)
    tts = audio.TTS(0)
    aud.setVolume(11)
    aud.setCallback(lambda event: print('event', event))
    def record_callback(args):
        global flag
        print('file_name:{}'.format(args[0]))
        print('file_size:{}'.format(args[1]))
        print('record_sta:{}'.format(args[2]))
        if args[2] == 3:
            print('The recording is over, play it')
            aud.play(1, 0, record.getFilePath('recordfile.amr'))
            flag = 0
    record = audio.Record()
    record.end_callback(record_callback)
    record.start('recordfile.amr', 10)
    while 1:
        if flag:
            pass
        else:
            break
    """

  @Test("2023: the corrected sample records AMR with DTX, and plays it once the prompt is back")
  func recordedAndPlayed() throws {
    let desk = try ConsoleDesk(files: ["/usr/sample.py": Self.sample])
    try desk.shows(">>> ")
    let device = desk.device
    desk.clock.schedule(at: .seconds(2)) {
      device.changeMicrophone(to: SilenceMicrophone())  // Whoever spoke falls silent.
    }
    _ = try desk.enter("import example")
    desk.type("example.exec('/usr/sample.py')\r")
    try desk.shows("file_name:U:/recordfile.amr\r\nfile_size:0\r\nrecord_sta:0\r\n")
    let end = try desk.shows("The recording is over, play it\r\n>>> ")
    let size = try #require(
      end.split(separator: "\r\n").first { $0.hasPrefix("file_size:") }
        .flatMap { Int($0.dropFirst("file_size:".count)) })
    #expect(end.hasPrefix("file_name:U:/recordfile.amr\r\n"))
    #expect(size > 2 * 1600 && size < 10 * 1600 && size % 32 != 0)
    try desk.shows("event 0\r\n")
    desk.clock.advance(by: .seconds(10))
    try desk.shows("event 7\r\n")
  }
}
