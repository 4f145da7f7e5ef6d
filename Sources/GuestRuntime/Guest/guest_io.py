# uio: the interpreter's streams, with files from the flash.
from kernel import native, open

_io = native("io")
BytesIO = _io.BytesIO
StringIO = _io.StringIO
IOBase = _io.IOBase
del _io, native
