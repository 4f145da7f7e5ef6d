import DeviceEmulator
import FlashStorage
import ModuleProfiles

/// Calls, and files.
extension ATCommand {
  static let calls: [String: ATCommand] = [
    "D": ATCommand(
      write: { _, board, parameters throws(Stop) in
        // Without the semicolon it is a call for data.
        guard parameters[0].hasSuffix(";") else { throw .error }
        let number = String(parameters[0].dropLast())
        guard board.change({ $0.dial(number) }) else { throw .noCarrier }
        return []
      }, needs: "voiceCall"),
    "A": ATCommand(
      execute: { _, board, _ throws(Stop) in
        guard board.change({ $0.answerCall() }) else { throw .noCarrier }
        return []
      }, needs: "voiceCall"),
    "H": ATCommand(execute: hangingUp, write: hangingUp, needs: "voiceCall"),
    "+CHUP": ATCommand(execute: hangingUp, needs: "voiceCall"),
    "+CLCC": ATCommand(
      execute: { _, board, _ in
        board.world.calls.map { call in
          "+CLCC: \(call.id),\(call.isIncoming ? 1 : 0),\(call.state.rawValue),0,0,\"\(call.number)\","
            + "\(call.number.typeOfNumber)"
        }
      }, needs: "voiceCall"),
  ]

  private static let hangingUp: Body = { _, board, _ in
    _ = board.change { $0.endCalls() }
    return []
  }

  static let files: [String: ATCommand] = [
    "+QFLST": ATCommand(
      execute: { _, board, _ in board.storedFiles.map(\.line) },
      write: { _, board, parameters throws(Stop) in
        let name = parameters[0]
        return board.storedFiles.filter { ["*", "UFS", $0.name, "UFS:\($0.name)"].contains(name) }
          .map(\.line)
      }),
    "+QFLDS": ATCommand(
      execute: { _, board, _ in
        let files = board.storedFiles
        return ["+QFLDS: \(files.reduce(0) { $0 + $1.size }),\(files.count)"]
      },
      write: { _, board, parameters throws(Stop) in
        guard parameters[0] == "UFS",
          let room = try? board.files.statistics(of: ScriptFiles.userRoot)
        else { throw .equipment(.wrongParameters) }
        return [
          "+QFLDS: \(room.freeBlockCount * room.blockSize),\(room.blockCount * room.blockSize)"
        ]
      }),
  ]
}

extension Board {
  fileprivate struct StoredFile {
    let name: String
    let size: Int

    var line: String { "+QFLST: \"UFS:\(name)\",\(size)" }
  }

  /// The files in the own folder of the volume that AT commands call UFS.
  fileprivate var storedFiles: [StoredFile] {
    let entries = (try? files.entries(of: ScriptFiles.userRoot)) ?? []
    return entries.filter { $0.status.kind == .file }.map {
      StoredFile(name: $0.name, size: $0.status.size)
    }
  }
}
