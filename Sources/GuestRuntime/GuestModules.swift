/// The guest's Python, compiled in: the kernel and the modules that scripts import.
let guestModules: KeyValuePairs<String, [UInt8]> = [
  "audio": PackageResources.audio_py,
  "console": PackageResources.console_py,
  "example": PackageResources.example_py,
  "files": PackageResources.files_py,
  "guest_io": PackageResources.guest_io_py,
  "guest_machine": PackageResources.guest_machine_py,
  "guest_micropython": PackageResources.guest_micropython_py,
  "guest_os": PackageResources.guest_os_py,
  "guest_select": PackageResources.guest_select_py,
  "guest_sys": PackageResources.guest_sys_py,
  "guest_thread": PackageResources.guest_thread_py,
  "guest_time": PackageResources.guest_time_py,
  "guest_vfs": PackageResources.guest_vfs_py,
  "help": PackageResources.help_py,
  "imports": PackageResources.imports_py,
  "kernel": PackageResources.kernel_py,
  "misc": PackageResources.misc_py,
  "osTimer": PackageResources.osTimer_py,
  "qpyemu": PackageResources.qpyemu_py,
]

/// The source of a guest module; nil if there is none of that name.
func guestModuleSource(_ name: String) -> String? {
  guestModules.first { $0.key == name }.map { String(decoding: $0.value, as: UTF8.self) }
}
