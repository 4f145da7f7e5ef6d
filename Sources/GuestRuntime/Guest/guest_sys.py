# sys, as the modules' firmware answers.
from kernel import native, print_exception, streams

_sys = native("sys")
argv = []
byteorder = _sys.byteorder
exit = _sys.exit
implementation = ("micropython", (1, 13, 0))
maxsize = 0x7FFFFFFF
modules = _sys.modules
path = _sys.path
platform = "linux"
stderr = _sys.stderr
stdin = streams or _sys.stdin
stdout = streams or _sys.stdout
version = "3.4.0"
version_info = (3, 4, 0)
del _sys, native, streams
