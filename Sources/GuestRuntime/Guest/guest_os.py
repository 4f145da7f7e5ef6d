# uos: the file tree of the module, and nothing of the host.
from kernel import call, mount, native, umount

_os = native("os")
chdir = _os.chdir
getcwd = _os.getcwd
ilistdir = _os.ilistdir
listdir = _os.listdir
mkdir = _os.mkdir
remove = _os.remove
rename = _os.rename
rmdir = _os.rmdir
stat = _os.stat
statvfs = _os.statvfs
unlink = remove
del _os, native


def uname():
    return tuple(call("module.uname"))


def urandom(count):
    return call("module.random", count)
