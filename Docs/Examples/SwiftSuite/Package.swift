// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "SwiftSuite",
  dependencies: [
    // A checkout of the emulator; this example stands inside of one.
    .package(name: "qpyemu", path: "../../..")
  ],
  targets: [
    .testTarget(
      name: "VoiceNoteTests",
      dependencies: [.product(name: "DeviceEmulator", package: "qpyemu")])
  ]
)
