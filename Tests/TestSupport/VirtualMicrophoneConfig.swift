import Glibc

/// The ALSA devices of the tests: no sound card is needed, alsa-lib is the real one.
///
/// alsa-lib keeps its configuration, and tests run side by side in one process, so all devices are
/// defined at once, before the first is opened.
public enum VirtualMicrophoneConfig {
  /// Every device, by its ALSA name. `DIR` stands for ``folder``.
  ///
  /// The options are described in `Tests/VirtualMicrophone/pcm_qpyemumic.c` and `pcm_qpyemuspeaker.c`.
  private static let devices: KeyValuePairs<String, String> = [
    "mic": "type qpyemumic",
    "mic_ramp": "type qpyemumic pattern ramp",
    "mic_hash": "type qpyemumic pattern hash hint { show on description \"Virtual microphone\" }",
    "mic_zeros": "type qpyemumic pattern zeros",
    "mic_infile": "type qpyemumic infile \"DIR/hash.raw\"",
    "mic_stereo": "type qpyemumic pattern hash channels 2",
    "mic_s24": "type qpyemumic pattern hash format S24_LE",
    "mic_s24_packed": "type qpyemumic pattern hash format S24_3LE",
    "mic_s32_stereo": "type qpyemumic pattern hash format S32_LE channels 2",
    "mic_float": "type qpyemumic pattern hash format FLOAT_LE",
    "mic_u8": "type qpyemumic pattern hash format U8",
    "mic_double": "type qpyemumic format FLOAT64_LE",
    "mic_48000": "type qpyemumic pattern hash rates [ 48000 ] channels 2",
    "mic_44100_48000": "type qpyemumic pattern hash rates [ 44100 48000 ]",
    "mic_plug": "type plug slave.pcm mic_48000",
    "mic_10x": "type qpyemumic speed 10",
    "mic_overrun": "type qpyemumic pattern ramp xrun_at 2000",
    "mic_suspend": "type qpyemumic pattern ramp suspend_at 2000",
    "mic_resume": "type qpyemumic pattern ramp suspend_at 2000 resumable true",
    "mic_unplugged": "type qpyemumic pattern ramp nodev_at 2000",
    "mic_stall": "type qpyemumic pattern ramp stall_at 2000",
    "mic_mute": "type qpyemumic stall_at 0",
    "mic_eager": "type qpyemumic pattern hash eager true",
    "file_hash": """
    type file slave.pcm "null" file "/dev/null" infile "DIR/hash.raw" format "raw"
    """,
    "speaker": "type qpyemuspeaker file \"DIR/heard.raw\"",
    "file_out": "type file slave.pcm \"null\" file \"DIR/out.raw\" format \"raw\"",
  ]

  /// How many frames `mic_infile` loops and `file_hash` has: ``hash(_:)`` from frame 0.
  public static let fileFrames = 40_000

  /// What `pattern hash` has at a frame.
  public static func hash(_ frame: Int) -> Int16 {
    Int16(truncatingIfNeeded: (UInt32(truncatingIfNeeded: frame) &* 2_654_435_761) >> 16) / 2
  }

  /// What `pattern ramp` has at a frame.
  public static func ramp(_ frame: Int) -> Int16 { Int16(1 + frame % 30_000) }

  /// Where the configuration and the files are, and where `file_out` and `speaker` write.
  public static let folder = buildFolder + "/qpyemumic-\(getpid())"

  /// Makes the devices known to alsa-lib in this process and its children; call it first.
  public static func install() { _ = installed }

  private static let installed: Void = {
    mkdir(folder, 0o755)
    let frames = (0..<fileFrames).map { hash($0).littleEndian }
    frames.withUnsafeBytes { write($0, to: "\(folder)/hash.raw") }

    var text = "</usr/share/alsa/alsa.conf>\n"
    for type in ["qpyemumic", "qpyemuspeaker"] {
      text +=
        "pcm_type.\(type) { lib \"\(buildFolder)/libasound_module_pcm_qpyemumic.so\" }\n"
    }
    for (name, options) in devices {
      let parts = options.split(separator: "DIR", omittingEmptySubsequences: false)
      text += "pcm.\(name) { \(parts.joined(separator: folder)) }\n"
    }
    text.utf8CString.dropLast().withUnsafeBytes { write($0, to: "\(folder)/asound.conf") }
    setenv("ALSA_CONFIG_PATH", "\(folder)/asound.conf", 1)
    atexit {
      for name in ["hash.raw", "asound.conf", "out.raw", "heard.raw"] {
        unlink("\(VirtualMicrophoneConfig.folder)/\(name)")
      }
      rmdir(VirtualMicrophoneConfig.folder)
    }
  }()

  /// The folder of the build products: the plugin and the programs.
  public static let buildFolder: String = {
    guard let path = realpath("/proc/self/exe", nil) else { preconditionFailure("no /proc") }
    defer { free(path) }
    let program = String(cString: path)
    return program.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
  }()

  private static func write(_ bytes: UnsafeRawBufferPointer, to path: String) {
    guard let file = fopen(path, "wb") else { preconditionFailure("cannot write \(path)") }
    fwrite(bytes.baseAddress, 1, bytes.count, file)
    fclose(file)
  }
}
