// swift-tools-version: 6.2
import PackageDescription

let base: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]
let safe = base + [.strictMemorySafety()]

/// One floor of the house: a library target that imports only what stands below it.
func floor(
  _ name: String, on below: [Target.Dependency], resources: [Resource] = []
) -> Target {
  .target(name: name, dependencies: below, resources: resources, swiftSettings: safe)
}

func tests(_ name: String, of targets: [Target.Dependency], resources: [Resource] = []) -> Target {
  .testTarget(
    name: name, dependencies: targets + ["TestSupport"], resources: resources, swiftSettings: base)
}

/// The data of the vendor modules, by their folders: the table and the cases of each class, or Python source.
let vendorData = [
  "audio": [
    "Record.json", "RecordCases.json", "Audio.json", "AudioCases.json", "TTS.json", "TTSCases.json",
  ],
  "sim": ["sim.json", "simCases.json"], "net": ["net.json", "netCases.json"],
  "modem": ["modem.json", "modemCases.json"], "dataCall": ["dataCall.json", "dataCallCases.json"],
  "sms": ["sms.json", "smsCases.json"],
  "voiceCall": ["voiceCall.json", "voiceCallCases.json"],
  "cellLocator": ["cellLocator.json", "cellLocatorCases.json"],
  "wifilocator": ["wifilocator.json", "wifilocatorCases.json"],
  "wifiScan": ["wifiScan.json", "wifiScanCases.json"],
  "atcmd": ["atcmd.json", "atcmdCases.json"],
  "checkNet": ["checkNet.py"],
  "machine": [
    "Pin.json", "PinCases.json", "ExtInt.json", "ExtIntCases.json", "Timer.json", "TimerCases.json",
    "RTC.json", "RTCCases.json", "I2C.json", "I2CCases.json", "SPI.json", "SPICases.json",
    "UART.json", "UARTCases.json", "WDT.json", "WDTCases.json", "LCD.json", "LCDCases.json",
    "machine.json",
    "machineCases.json",
  ],
  "misc": [
    "Power.json", "PowerCases.json", "PowerKey.json", "PowerKeyCases.json", "ADC.json",
    "ADCCases.json", "PWM.json", "PWMCases.json", "USB.json", "USBCases.json",
  ],
  "osTimer": ["osTimer.json", "osTimerCases.json"], "pm": ["pm.json", "pmCases.json"],
  "fota": ["fota.json", "fotaCases.json"],
  "app_fota": ["app_fota.py", "app_fota_download.json", "app_fota_downloadCases.json"],
  "SecureData": ["SecureData.json", "SecureDataCases.json"],
  "log": ["log.py"], "queue": ["queue.py"], "sys_bus": ["sys_bus.py"], "ql_fs": ["ql_fs.py"],
  "base64": ["base64.py"], "hmac": ["hmac.py"], "hmacSha1": ["hmacSha1.py"],
].flatMap { folder, files in
  files.map { Resource.embedInCode("\(folder)/\($0)") }
}

let package = Package(
  name: "qpyemu",
  products: [
    .executable(name: "qpyemu", targets: ["qpyemu"]),
    // With what a program that uses it also imports: microphones, clocks, profiles.
    .library(
      name: "DeviceEmulator",
      targets: ["QuecPython", "DeviceEmulator", "AudioEngine", "EmulatedTime", "ModuleProfiles"]),
    .library(name: "AudioEngine", targets: ["AudioEngine"]),
    .library(name: "FlashStorage", targets: ["FlashStorage"]),
    .library(name: "FlashFuzzing", type: .static, targets: ["FlashFuzzing"]),
    .library(name: "FrameFuzzing", type: .static, targets: ["FrameFuzzing"]),
    .library(name: "asound_module_pcm_qpyemumic", type: .dynamic, targets: ["VirtualMicrophone"]),
    .library(name: "flash_reference", type: .dynamic, targets: ["CFlashReference"]),
  ],
  targets: [
    .executableTarget(name: "qpyemu", dependencies: ["Commands"], swiftSettings: safe),
    floor(
      "Commands",
      on: [
        "Conformance", "GuestRuntime", "QuecPython", "DeviceEmulator", "ALSABackend",
        "ModuleProfiles",
        "AudioEngine",
        "FlashStorage", "EmulatedTime", "JSONText", "SerialLines", "CLinux", "CPCRE2",
      ]),
    floor(
      "Conformance",
      on: [
        "GuestRuntime", "QuecPython", "DeviceEmulator", "ModuleProfiles", "AudioEngine",
        "FlashStorage",
        "EmulatedTime", "JSONText", "SerialLines", "CLinux",
      ],
      resources: [.embedInCode("Page")]),
    floor(
      "GuestRuntime",
      on: [
        "QuecPython", "DeviceEmulator", "ModuleProfiles", "FlashStorage", "EmulatedTime",
        "JSONText", "CLinux",
      ]),
    floor(
      "QuecPython",
      on: [
        "DeviceEmulator", "ModuleProfiles", "JSONText", "AudioEngine", "FlashStorage",
        "EmulatedTime",
      ],
      resources: vendorData),
    floor(
      "DeviceEmulator",
      on: ["ModuleProfiles", "JSONText", "AudioEngine", "FlashStorage", "EmulatedTime"]),
    floor("ModuleProfiles", on: ["JSONText", "BundledProfiles"]),
    .target(
      name: "BundledProfiles", path: "Profiles",
      exclude: ["profile.schema.json", "scenario.schema.json", "case.schema.json", "pages"],
      resources: [
        .embedInCode("models"), .embedInCode("reference"),
      ],
      swiftSettings: safe),
    floor("ALSABackend", on: ["AudioEngine", "CALSA"]),
    floor("AudioEngine", on: ["COpenCoreAMRNB", "CVOAMRWBEnc", "CSpeexDSP"]),
    floor("FlashStorage", on: []),
    floor("SerialLines", on: ["EmulatedTime", "CLinux"]),
    floor("EmulatedTime", on: []),
    floor("JSONText", on: []),
    .target(name: "CLinux"),
    .systemLibrary(name: "CALSA", pkgConfig: "alsa", providers: [.apt(["libasound2-dev"])]),
    .systemLibrary(name: "COpenCoreAMRNB", providers: [.apt(["libopencore-amrnb-dev"])]),
    .systemLibrary(name: "CVOAMRWBEnc", providers: [.apt(["libvo-amrwbenc-dev"])]),
    .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
    .systemLibrary(
      name: "CSpeexDSP", pkgConfig: "speexdsp", providers: [.apt(["libspeexdsp-dev"])]),

    .target(
      name: "VirtualMicrophone", dependencies: ["CALSA"], path: "Tests/VirtualMicrophone",
      cSettings: [.define("PIC")]),
    .target(
      name: "ModelTable", dependencies: ["ModuleProfiles"], path: "Tests/ModelTable",
      swiftSettings: base),
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: base),
    .executableTarget(
      name: "Benchmarks",
      dependencies: [
        "Conformance", "GuestRuntime", "QuecPython", "DeviceEmulator", "ModuleProfiles",
        "AudioEngine",
        "EmulatedTime", "COpenCoreAMRNB", "CAllocations", "CRoundTrip", "FlashStorage",
        "TestSupport",
      ],
      path: "Tests/Benchmarks",
      exclude: [
        "CAllocations", "CFlashReference", "CRoundTrip", "reference_bench.py", "serial_bench.py",
      ],
      swiftSettings: base),
    .target(name: "CAllocations", path: "Tests/Benchmarks/CAllocations"),
    .target(name: "CFlashReference", path: "Tests/Benchmarks/CFlashReference"),
    .target(name: "CRoundTrip", path: "Tests/Benchmarks/CRoundTrip"),
    // What the fuzzer does with its inputs, for Scripts/fuzz and for the test that repeats them.
    .target(
      name: "FlashFuzzing", dependencies: ["FlashStorage"], path: "Tests/Fuzzing",
      exclude: ["Entries", "Corpus"], swiftSettings: base),
    .target(
      name: "FrameFuzzing", dependencies: ["GuestRuntime"], path: "Tests/FrameFuzzing",
      swiftSettings: base),
    tests("EmulatedTimeTests", of: ["EmulatedTime"]),
    tests(
      "FlashStorageTests", of: ["FlashStorage", "FlashFuzzing"],
      resources: [.embedInCode("Oracles")]),
    tests("JSONTextTests", of: ["JSONText"]),
    tests("SerialLinesTests", of: ["SerialLines"]),
    tests("AudioEngineTests", of: ["AudioEngine"]),
    tests("ALSABackendTests", of: ["ALSABackend", "AudioEngine"]),
    tests("ModuleProfilesTests", of: ["ModuleProfiles"]),
    tests(
      "DeviceEmulatorTests",
      of: [
        "QuecPython", "DeviceEmulator", "AudioEngine", "EmulatedTime", "FlashStorage", "JSONText",
        "ModuleProfiles", "ModelTable",
      ]),
    tests("GuestRuntimeTests", of: ["GuestRuntime", "FrameFuzzing"]),
    tests(
      "ConformanceTests",
      of: [
        "Conformance", "GuestRuntime", "QuecPython", "DeviceEmulator", "ModuleProfiles", "JSONText",
        "ModelTable",
      ]),
    // A small device in C, which starts the interpreter of Sources/MicroPythonPort in its own tests.
    .executableTarget(
      name: "StubDevice", path: "Tests/MicroPythonPortTests/Stub"),
    .testTarget(
      name: "MicroPythonPortTests", dependencies: ["StubDevice"],
      path: "Tests/MicroPythonPortTests",
      exclude: ["Stub", "Language"], swiftSettings: base),
    tests("CommandsTests", of: ["Commands", "FlashStorage", "FlashFuzzing", "JSONText"]),
  ]
)
