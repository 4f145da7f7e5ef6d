import DeviceEmulator

/// The objects of the device that the guest has, by their handles.
struct GuestHandles {
  /// An object that a script has.
  enum Subject: Equatable {
    /// Of a peripheral: its class, such as `Record`.
    case peripheral(String, PeripheralID)
    /// An open file, by its number.
    case file(Int)
  }

  private var subjects: [UInt32: Subject] = [:]
  private var last: UInt32 = 0

  /// What the handle stands for; nil if it stands for nothing.
  subscript(handle: UInt32) -> Subject? {
    get { subjects[handle] }
    set { subjects[handle] = newValue }
  }

  /// A handle for an object: for one of a peripheral the one that it has, if it has one.
  mutating func handle(for subject: Subject) -> UInt32 {
    if case .peripheral = subject, let known = subjects.first(where: { $0.value == subject }) {
      return known.key
    }
    last += 1
    subjects[last] = subject
    return last
  }

  /// The full name of an object's class.
  func className(of handle: UInt32, in modules: VendorModules) -> String? {
    switch subjects[handle] {
    case .peripheral(let name, _)?: modules.fullName(of: name)
    case .file?: "File"
    case nil: nil
    }
  }
}
