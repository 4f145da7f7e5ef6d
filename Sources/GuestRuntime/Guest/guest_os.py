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


class _Names(tuple):
    def __getattr__(self, name):
        for field in uname():
            if field.startswith(name + "="):
                return field[len(name) + 1 :]
        raise AttributeError(name)

    def __repr__(self):
        return "(%s)" % ", ".join("%s=%r" % tuple(field.split("=", 1)) for field in uname())


def uname2():
    return _Names([field.split("=", 1)[1] for field in uname()])


def urandom(count):
    return call("module.random", count)
