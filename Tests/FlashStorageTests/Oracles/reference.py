# The reference implementations of littlefs behind a line protocol, for tests in Swift.
#
# Runs in MicroPython (vfs.VfsLfs1, vfs.VfsLfs2) and in CPython (littlefs-python). Each line on standard
# input is a command with its arguments; each gets one line: "ok", perhaps with values, or "err" with an
# errno. Paths, bytes and lists of values are hexadecimal ("-" for none), so that a line has no surprises.

import binascii
import sys

RDONLY, WRONLY, RDWR, CREAT, EXCL, TRUNC, APPEND = 1, 2, 3, 0x100, 0x200, 0x400, 0x800


class Refusal(Exception):
    """An errno of the reference."""


class Flash:
    """A flash in memory, as a block device of MicroPython and as a context of littlefs-python."""

    def __init__(self, block_size, block_count):
        self.block_size = block_size
        self.block_count = block_count
        self.bytes = bytearray(b"\xff" * (block_size * block_count))

    def load(self, path):
        with open(path, "rb") as file:
            file.readinto(self.bytes)

    def save(self, path):
        with open(path, "wb") as file:
            file.write(self.bytes)

    def _erase(self, block):
        start = block * self.block_size
        self.bytes[start : start + self.block_size] = b"\xff" * self.block_size

    # MicroPython

    def readblocks(self, block, buffer, offset=0):
        start = block * self.block_size + offset
        memoryview(buffer)[:] = memoryview(self.bytes)[start : start + len(buffer)]

    def writeblocks(self, block, buffer, offset=0):
        start = block * self.block_size + offset
        self.bytes[start : start + len(buffer)] = buffer

    def ioctl(self, operation, argument):
        if operation == 4:
            return self.block_count
        if operation == 5:
            return self.block_size
        if operation == 6:
            self._erase(argument)
        return 0

    # littlefs-python

    def read(self, config, block, offset, size):
        start = block * self.block_size + offset
        return self.bytes[start : start + size]

    def prog(self, config, block, offset, data):
        start = block * self.block_size + offset
        self.bytes[start : start + len(data)] = data
        return 0

    def erase(self, config, block):
        self._erase(block)
        return 0

    def sync(self, config):
        return 0


class Interpreter:
    """littlefs 1 or 2 of MicroPython."""

    MODES = {
        RDONLY: "rb",
        RDWR: "r+b",
        WRONLY | CREAT | TRUNC: "wb",
        RDWR | CREAT | TRUNC: "w+b",
        WRONLY | CREAT | APPEND: "ab",
        RDWR | CREAT | APPEND: "a+b",
        WRONLY | CREAT | EXCL: "xb",
    }

    def __init__(self, version, flash, read_size, program_size):
        import vfs

        self.flash = flash
        blocks = (flash.block_count + 63) // 64 * 64
        if version == 1:
            self.kind = vfs.VfsLfs1
            self.sizes = {"readsize": read_size, "progsize": program_size, "lookahead": blocks}
        else:
            self.kind = vfs.VfsLfs2
            self.sizes = {"readsize": read_size, "progsize": program_size, "lookahead": blocks // 8}

    def format(self):
        self._call(lambda: self.kind.mkfs(self.flash, **self.sizes))

    def mount(self):
        sizes = self.sizes
        if self.kind.__name__ == "VfsLfs2":
            sizes = dict(sizes)
            sizes["mtime"] = False
        self.volume = self._call(lambda: self.kind(self.flash, **sizes))

    def _call(self, body):
        try:
            return body()
        except OSError as error:
            raise Refusal(error.errno)

    def open(self, path, flags):
        return self._call(lambda: self.volume.open(path, self.MODES[flags]))

    def read(self, file, count):
        return self._call(lambda: file.read(count))

    def write(self, file, data):
        return self._call(lambda: file.write(data))

    def seek(self, file, offset, origin):
        return self._call(lambda: file.seek(offset, origin))

    def sync(self, file):
        self._call(file.flush)

    def close(self, file):
        self._call(file.close)

    def mkdir(self, path):
        self._call(lambda: self.volume.mkdir(path))

    def remove(self, path):
        self._call(lambda: self.volume.remove(path))

    def rename(self, old, new):
        self._call(lambda: self.volume.rename(old, new))

    def stat(self, path):
        status = self._call(lambda: self.volume.stat(path))
        is_directory = status[0] & 0x4000 != 0
        return is_directory, 0 if is_directory else status[6]

    def list(self, path):
        entries = self._call(lambda: list(self.volume.ilistdir(path)))
        return [(name, kind & 0x4000 != 0, size) for name, kind, _, size in entries]

    def attributes(self, path):
        return {}

    def free(self):
        return self._call(lambda: self.volume.statvfs("/"))[3]


class Library:
    """littlefs 2 of littlefs-python."""

    def __init__(self, flash, read_size, program_size, cycles, disk_version):
        from littlefs import LittleFSError, lfs

        self.lfs = lfs
        self.Error = LittleFSError
        self.options = dict(
            context=flash,
            block_size=flash.block_size,
            block_count=flash.block_count,
            read_size=read_size,
            prog_size=program_size,
            cache_size=min(flash.block_size, 4 * max(read_size, program_size)),
            lookahead_size=(flash.block_count + 63) // 64 * 8,
            block_cycles=cycles,
        )
        # A volume of version 2.0 becomes 2.1 at the first change.
        self.config = lfs.LFSConfig(**self.options)
        self.disk_version = disk_version
        self.volume = lfs.LFSFilesystem()

    def _call(self, function, *arguments):
        try:
            return function(self.volume, *arguments)
        except self.Error as error:
            raise Refusal(-error.code)

    def format(self):
        config = self.lfs.LFSConfig(disk_version=self.disk_version, **self.options)
        self._call(self.lfs.format, config)

    def mount(self):
        self.volume = self.lfs.LFSFilesystem()
        self._call(self.lfs.mount, self.config)

    def open(self, path, flags):
        return self._call(self.lfs.file_open, path, self.lfs.LFSFileFlag(flags))

    def read(self, file, count):
        return self._call(self.lfs.file_read, file, count)

    def write(self, file, data):
        return self._call(self.lfs.file_write, file, data)

    def seek(self, file, offset, origin):
        return self._call(self.lfs.file_seek, file, offset, origin)

    def truncate(self, file, size):
        return self._call(self.lfs.file_truncate, file, size)

    def sync(self, file):
        self._call(self.lfs.file_sync, file)

    def close(self, file):
        self._call(self.lfs.file_close, file)

    def mkdir(self, path):
        self._call(self.lfs.mkdir, path)

    def remove(self, path):
        self._call(self.lfs.remove, path)

    def rename(self, old, new):
        self._call(self.lfs.rename, old, new)

    def stat(self, path):
        status = self._call(self.lfs.stat, path)
        return status.type == 2, status.size if status.type == 1 else 0

    def list(self, path):
        directory = self._call(self.lfs.dir_open, path)
        entries = []
        while True:
            entry = self._call(self.lfs.dir_read, directory)
            if not entry:
                break
            if entry.name not in (".", ".."):
                size = entry.size if entry.type == 1 else 0
                entries.append((entry.name, entry.type == 2, size))
        self._call(self.lfs.dir_close, directory)
        return entries

    def getattr(self, path, kind):
        return self._call(self.lfs.getattr, path, kind)

    def setattr(self, path, kind, value):
        self._call(self.lfs.setattr, path, kind, value)

    def removeattr(self, path, kind):
        self._call(self.lfs.removeattr, path, kind)

    def attributes(self, path):
        found = {}
        for kind in range(4):
            try:
                found[kind] = self.getattr(path, kind)
            except Refusal:
                pass
        return found

    def free(self):
        return self.volume.block_count - self._call(self.lfs.fs_size)

    def grow(self, block_count):
        self._call(self.lfs.fs_grow, block_count)

    def repair(self):
        self._call(self.lfs.fs_mkconsistent)


class Session:
    """Carries out commands."""

    def __init__(self):
        self.files = {}

    def geometry(self, version, read_size, program_size, block_size, block_count, cycles):
        """Chooses the sizes; the version is 10 times the major plus the minor number."""
        self.flash = Flash(int(block_size), int(block_count))
        sizes = int(read_size), int(program_size)
        if sys.implementation.name == "micropython":
            self.reference = Interpreter(int(version) // 10, self.flash, *sizes)
        else:
            disk_version = 0x20000 if version == "20" else 0x20001
            self.reference = Library(self.flash, *sizes, int(cycles), disk_version)

    def load(self, path):
        self.flash.load(text(path))

    def save(self, path):
        self.flash.save(text(path))

    def format(self):
        self.reference.format()

    def mount(self):
        self.files = {}
        self.reference.mount()

    def open(self, number, path, flags):
        self.files[number] = self.reference.open(text(path), int(flags))

    def read(self, number, count):
        return data(self.reference.read(self.files[number], int(count)))

    def write(self, number, value):
        self.reference.write(self.files[number], bytes_of(value))

    def seek(self, number, offset, origin):
        return self.reference.seek(self.files[number], int(offset), int(origin))

    def truncate(self, number, size):
        self.reference.truncate(self.files[number], int(size))

    def sync(self, number):
        self.reference.sync(self.files[number])

    def close(self, number):
        self.reference.close(self.files.pop(number))

    def mkdir(self, path):
        self.reference.mkdir(text(path))

    def remove(self, path):
        self.reference.remove(text(path))

    def rename(self, old, new):
        self.reference.rename(text(old), text(new))

    def stat(self, path):
        is_directory, size = self.reference.stat(text(path))
        return "%s %d" % ("d" if is_directory else "f", size)

    def list(self, path):
        entries = self.reference.list(text(path))
        return " ".join(
            "%s:%s:%d" % (data(name.encode()), "d" if is_directory else "f", size)
            for name, is_directory, size in entries
        )

    def getattr(self, path, kind):
        return data(self.reference.getattr(text(path), int(kind)))

    def setattr(self, path, kind, value):
        self.reference.setattr(text(path), int(kind), bytes_of(value))

    def removeattr(self, path, kind):
        self.reference.removeattr(text(path), int(kind))

    def grow(self, block_count):
        self.reference.grow(int(block_count))

    def repair(self):
        self.reference.repair()

    def free(self):
        return self.reference.free()

    def tree(self):
        """Everything, directories before what they hold, each directory in its own order."""
        items = []
        waiting = ["/"]
        while waiting:
            path = waiting.pop()
            children = []
            for name, is_directory, size in self.reference.list(path):
                place = path.rstrip("/") + "/" + name
                items.append(self.item(place, is_directory, size))
                if is_directory:
                    children.append(place)
            waiting += reversed(children)
        return " ".join(items)

    def item(self, path, is_directory, size):
        checksum = 0
        if not is_directory:
            file = self.reference.open(path, RDONLY)
            content = self.reference.read(file, size + 1)
            self.reference.close(file)
            size = len(content)
            checksum = binascii.crc32(content)
        attributes = sorted(self.reference.attributes(path).items())
        return ":".join(
            [data(path.encode()), "d" if is_directory else "f", str(size), str(checksum)]
            + ["%d=%s" % (kind, data(value)) for kind, value in attributes]
        )


def text(word):
    return bytes_of(word).decode()


def bytes_of(word):
    return b"" if word == "-" else binascii.unhexlify(word)


def data(value):
    return binascii.hexlify(value).decode() if value else "-"


def main():
    session = Session()
    for line in sys.stdin:
        words = line.split()
        try:
            answer = getattr(session, words[0])(*words[1:])
            print("ok" if answer is None or answer == "" else "ok %s" % answer)
        except Refusal as refusal:
            print("err", refusal.args[0])
        if hasattr(sys.stdout, "flush"):
            sys.stdout.flush()


main()
