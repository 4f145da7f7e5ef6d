import DeviceEmulator
import FlashStorage
import JSONText

/// What the firmware does about data when its power comes on: it dials by two files on the flash, of which scripts write
/// the first themselves and `dataCall.setApn` the second.
extension Board {
  private static let settings = "/usr/system_config.json"
  private static let userContext = "/usr/user_apn.json"

  /// Has the modem's power come on.
  mutating func powerOnModem() {
    let contexts = contextsAtPowerOn()
    world.powerOn(dialling: contexts)
  }

  /// What calls have said; else the user's context, or without one the first.
  private mutating func contextsAtPowerOn() -> Set<Int> {
    let told = memory.contexts.filter { $0.value.dialsAtPowerOn != nil }
    guard told.isEmpty else { return Set(told.filter { $0.value.dialsAtPowerOn! }.keys) }
    guard json(Self.settings)?["datacallFlag"]?.int != 0 else { return [] }
    guard (try? files.status(of: Self.userContext)) != nil else { return [1] }
    guard let file = json(Self.userContext), let (id, context) = DataContext.read(file) else {
      return []
    }
    memory[context: id].take(context)
    return [id]
  }

  private func json(_ path: String) -> JSONNode? {
    (try? files.contents(of: path)).flatMap { try? JSONNode(parsing: $0) }
  }

  /// Has a context dialled at power-on in place of the first.
  func keepForPowerOn(_ id: Int, _ context: DataContext) throws(FlashError) {
    let text = JSONNode.object(context.members(of: id)).jsonText()
    let file = try files.open(Self.userContext, mode: "w")
    try files.write(file, Array(text.utf8).span)
    try files.close(file)
  }
}

extension DataContext {
  /// As the file has it, where numbers are strings.
  fileprivate func members(of id: Int) -> [(String, JSONNode)] {
    [
      ("pdp", "\(id)"), ("iptype", "\(ipType)"), ("apn", accessPoint), ("user", user),
      ("password", password), ("authtype", "\(authentication)"),
    ].map { ($0, .string($1)) }
  }

  fileprivate static func read(_ file: JSONNode) -> (id: Int, DataContext)? {
    func number(_ key: String) -> Int? { file[key]?.string.flatMap { Int($0) } ?? file[key]?.int }
    guard let id = number("pdp"), (1...8).contains(id), let ipType = number("iptype"),
      let authentication = number("authtype"), let accessPoint = file["apn"]?.string,
      let user = file["user"]?.string, let password = file["password"]?.string
    else { return nil }
    return (
      id,
      DataContext(
        ipType: ipType, accessPoint: accessPoint, user: user, password: password,
        authentication: authentication)
    )
  }
}
