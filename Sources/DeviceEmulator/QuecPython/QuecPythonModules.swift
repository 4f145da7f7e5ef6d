/// The vendor modules of QuecPython.
let quecPythonModules: [any Peripheral.Type] = [AudioModule.self]
