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
  /// Those whose objects a script has finalised: who makes such an object again gets another one.
  private var retired: Set<UInt32> = []
  private var last: UInt32 = 0

  /// What the handle stands for; nil if it stands for nothing.
  subscript(handle: UInt32) -> Subject? {
    get { subjects[handle] }
    set {
      subjects[handle] = newValue
      if newValue == nil { retired.remove(handle) }
    }
  }

  /// A handle for an object: for one of a peripheral the one that it has, if it has one.
  mutating func handle(for subject: Subject) -> UInt32 {
    if case .peripheral = subject,
      let known = subjects.first(where: { $0.value == subject && !retired.contains($0.key) })
    {
      return known.key
    }
    last += 1
    subjects[last] = subject
    return last
  }

  /// The object of a handle is not the one of its kind any more.
  mutating func retire(_ handle: UInt32) { if subjects[handle] != nil { retired.insert(handle) } }

  /// The full name of an object's class.
  func className(of handle: UInt32, in modules: VendorModules) -> String? {
    switch subjects[handle] {
    case .peripheral(let name, _)?: modules.fullName(of: name)
    case .file?: "File"
    case nil: nil
    }
  }
}
