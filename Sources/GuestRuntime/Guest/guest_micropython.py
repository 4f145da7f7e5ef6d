# micropython: the interpreter's own, but Ctrl-C comes from the module's console.
from kernel import call, native

_native = native("micropython")
for _name in dir(_native):
    if _name[0] != "_":
        globals()[_name] = getattr(_native, _name)
del _name, _native, native


def kbd_intr(byte):
    call("console.interrupts", byte)
