/// `qpyemu flash`: flash images as files of the host.
struct Flash: Command {
  static let name = "flash"
  static let summary = "make flash images, look into them, change and check them"
  static let help = """
    usage: qpyemu flash new IMAGE --profile NAME [--volume usr|bak] [--fs littlefs1|littlefs2]
                                  [--size BYTES]
           qpyemu flash ls IMAGE [/path] [--recursive] [--json]
           qpyemu flash cat IMAGE /path
           qpyemu flash put IMAGE HOSTFILE /path
           qpyemu flash get IMAGE /path [HOSTFILE]
           qpyemu flash rm IMAGE /path [--recursive]
           qpyemu flash import IMAGE FOLDER [/path]
           qpyemu flash export IMAGE FOLDER [/path]
           qpyemu flash fsck IMAGE [--json]
           qpyemu flash stats IMAGE [--svg FILE] [--json]

    An image is the flash of one volume, byte for byte: what "run --flash IMAGE" keeps, what a module's
    partition holds, what littlefs tools make. Version and sizes are read from it.

    new makes an empty one, of the size and format that the model's volume has; it does not overwrite.
    ls lists a folder. cat writes a file to standard output as it is. put copies a file of the host into
    the image and makes the folders that are missing; a path that ends in / keeps the file's name. get
    copies a file out, rm removes a file or an empty folder. import copies what a host folder holds,
    export the other way round. A file that is there already is replaced.

    fsck names what is wrong with an image and exits with 1 if anything is. stats shows how full the
    image is, which file owns which block, and how often each block was erased (from IMAGE.wear, which
    the emulator keeps beside its images); --svg draws it into a file. ls, cat, get, export, fsck and
    stats change nothing, and read what can be read of a damaged image; export then names what it had to
    leave out and ends with 65.

    exit codes: 1 damage found, 64 usage, 65 bad image or profile, 66 missing input, 74 the host failed

    examples: qpyemu flash new usr.img --profile EC600N
              qpyemu flash put usr.img main.py /app/main.py
              qpyemu flash ls usr.img /app
              qpyemu flash stats usr.img --svg usr.svg
    """

  private static var actions: KeyValuePairs<String, any FlashAction.Type> {
    [
      "new": NewImage.self, "ls": ListFolder.self, "cat": PrintFile.self, "put": PutFile.self,
      "get": GetFile.self, "rm": RemovePath.self, "import": ImportFolder.self,
      "export": ExportFolder.self, "fsck": CheckImage.self, "stats": ShowStatistics.self,
    ]
  }

  private let action: any FlashAction

  init(_ arguments: inout Arguments, host: Host) throws {
    let word = try arguments.action(Self.actions.map { $0.key }, of: Self.name)
    let type = Self.actions.first { $0.key == word }!.value
    action = try type.init(&arguments, host: host)
    try arguments.finish()
  }

  func run(_ console: Console) throws -> ExitCode { try action.run(console) }
}
