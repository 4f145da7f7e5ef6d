# The guest's side of the device-call protocol: see Docs/device-calls.md.
#
# It is run before the script, in a namespace of its own. It connects to the device, puts the
# module's flash in place of the host's files, lets scripts import what a module has and nothing
# else, and hands call-backs to the interpreter. Rules live on the other side of the socket.
import _thread
import builtins
import gc
import io
import json
import os
import random
import socket
import struct
import sys
import time
import micropython
import vfs

MAIN = 0  # The number of the main thread.
EVENTS = -1  # The number of the thread that waits for call-backs.
INTERRUPTED = 130
ENOENT = 2
EBADF = 9


# The link: one connection a thread, one request at a time.


class Link:
    def __init__(self, endpoint, thread):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(b"\x01\x00\x00" + endpoint.encode())
        self.thread = thread
        self.header = bytearray(12)
        self.is_busy = False
        self.deeper = None
        self.call("hello", (thread,))

    def call(self, name, arguments=(), on=None, heap=None):
        head = '{"call":"' + name + '"'
        if on is not None:
            head += ',"on":%d' % on
        if heap is not None:
            head += ',"heap":%d' % heap
        payload = b""
        if arguments:
            payload = []
            head += ',"args":' + json.dumps([describe(a, payload) for a in arguments])
            payload = b"".join(payload)
        return self.exchange((head + "}").encode(), payload)

    def exchange(self, head, payload):
        if self.is_busy:
            # A call-back may run between a request and its answer, and Ctrl-C may have left an
            # answer behind: such a call gets a connection of its own.
            if self.deeper is None:
                self.deeper = Link(endpoint, self.thread)
            return self.deeper.exchange(head, payload)
        self.is_busy = True
        self.socket.write(struct.pack("<III", len(head), len(payload), 0) + head + payload)
        length, extra, raises = struct.unpack("<III", self.read(12, self.header))
        head = self.read(length, bytearray(length))
        payload = self.read(extra, bytearray(extra)) if extra else b""
        self.is_busy = False
        if raises:
            kind, text = json.loads(head)
            if kind == "OSError":
                raise OSError(int(text))
            raise getattr(builtins, kind)(text)
        if length < 10 and head[0] < 58:
            return int(head)  # An integer is the common answer, and quicker read so.
        return revive(json.loads(head), payload)

    def read(self, length, buffer):
        got = self.socket.readinto(buffer) if length else 0
        if got != length:
            die()
        return buffer

    def close(self):
        self.socket.close()


def die():
    # The device is gone: so is the module.
    os.system("kill -9 $PPID")


def describe(value, payload):
    """A value as JSON can say it; bytes go into the payload."""
    kind = type(value)
    if value is None or kind is bool or kind is int or kind is str:
        return value
    if kind is float:
        return value if value - value == 0 else {"type": "float"}
    if kind is bytes:
        payload.append(value)
        return {"bytes": len(value)}
    if kind is bytearray:
        return {"buffer": len(value)}
    if callable(value):
        return {"function": register(value)}
    return {"type": kind.__name__}


def revive(value, payload):
    if type(value) is dict:
        if "bytes" in value:
            return bytes(payload)
        if "bytearray" in value:
            return payload
        if "filled" in value:
            return value["filled"], payload
        return (value["object"],)
    return value


functions = []


def register(function):
    for number in range(len(functions)):
        if functions[number] is function:
            return number
    functions.append(function)
    return len(functions) - 1


links = {}
links_lock = _thread.allocate_lock()
main_ident = _thread.get_ident()


def link():
    ident = _thread.get_ident()
    if ident == main_ident:
        return main_link
    with links_lock:
        return links[ident]


def call(name, *arguments):
    return link().call(name, arguments)


def wait(name, *arguments):
    """A call that waits: it comes back early when a call-back is due, and is then made again."""
    while True:
        left = link().call(name, arguments)
        if left is True or left is False:
            return left
        arguments = left if type(left) is list else (left,)


# Threads and call-backs.


def run_thread(number, function, arguments, keywords):
    ident = _thread.get_ident()
    own = Link(endpoint, number)
    with links_lock:
        links[ident] = own
    try:
        function(*arguments, **keywords)
    except SystemExit:
        pass
    except BaseException as error:
        print_exception(error)
    finally:
        with links_lock:
            del links[ident]
        own.close()


def start_thread(function, arguments, keywords):
    number = call("thread.start")
    _thread.start_new_thread(run_thread, (number, function, arguments, keywords))
    return number


def deliver_events():
    own = Link(endpoint, EVENTS)
    while True:
        own.call("event.next")
        micropython.schedule(run_callback, None)


def run_callback(_):
    event = main_link.call("event.take")
    try:
        functions[event[0]](*event[1])
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BaseException as error:
        print_exception(error)
    finally:
        main_link.call("event.done")


# Files: the module's volumes in place of the host's.


class File(io.IOBase):
    def __init__(self, number, is_binary):
        self.number = number
        self.is_binary = is_binary
        self.ahead = b""

    def take(self, count):
        """Bytes from the device, what was read ahead first; None reads to the end."""
        if self.number is None:
            raise OSError(EBADF)
        if count is not None and count <= len(self.ahead):
            taken, self.ahead = self.ahead[:count], self.ahead[count:]
            return taken
        parts = [self.ahead]
        left = None if count is None else count - len(self.ahead)
        self.ahead = b""
        while left is None or left > 0:
            part = call("file.read", self.number, 4096 if left is None else min(left, 4096))
            if not part:
                break
            parts.append(part)
            if left is not None:
                left -= len(part)
        return b"".join(parts)

    def read(self, count=-1):
        data = self.take(None if count is None or count < 0 else count)
        if self.is_binary:
            return data
        # A character that the count cuts in two is read to its end.
        while data and self.is_cut(data):
            more = self.take(1)
            if not more:
                break
            data += more
        return data.decode()

    def is_cut(self, data):
        for back in range(1, min(4, len(data)) + 1):
            byte = data[-back]
            if byte & 0xC0 != 0x80:
                need = 1 if byte < 0x80 else 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
                return need > back
        return False

    def readline(self, limit=-1):
        while True:
            end = self.ahead.find(b"\n") + 1
            if 0 <= limit and (end == 0 or end > limit) and len(self.ahead) >= limit:
                end = limit
            if end or limit == 0:
                break
            more = call("file.read", self.number, 256)
            if not more:
                end = len(self.ahead)
                break
            self.ahead += more
        line = self.take(end)
        return line if self.is_binary else line.decode()

    def readlines(self):
        return list(self)

    def __iter__(self):
        return self

    def __next__(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def readinto(self, buffer):
        data = self.take(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def write(self, data):
        if type(data) is str:
            if self.is_binary:
                raise TypeError("a bytes-like object is required")
            data = data.encode()
        self.forget_ahead()
        view = memoryview(data)
        for start in range(0, len(view), 16384):
            call("file.write", self.number, bytes(view[start : start + 16384]))
        return len(view)

    def forget_ahead(self):
        if self.number is None:
            raise OSError(EBADF)
        if self.ahead:
            call("file.seek", self.number, -len(self.ahead), 1)
            self.ahead = b""

    def seek(self, offset, origin=0):
        self.forget_ahead()
        return call("file.seek", self.number, offset, origin)

    def tell(self):
        self.forget_ahead()
        return call("file.seek", self.number, 0, 1)

    def flush(self):
        if self.number is not None:
            call("file.sync", self.number)

    def close(self):
        if self.number is not None:
            number, self.number = self.number, None
            call("file.close", number)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def ioctl(self, request, argument):
        if request == 4:  # Close.
            self.close()
        elif request == 1:  # Flush.
            self.flush()
        return 0


class Flash:
    """The module's file tree. Guest modules are importable from it, but are no files of it."""

    def __init__(self):
        self.folder = "/"
        self.importing = {}

    def mount(self, readonly, mkfs):
        pass

    def umount(self):
        pass

    def path(self, path):
        return path if path.startswith("/") else self.folder + "/" + path

    def open(self, path, mode):
        source = self.importing.get(path.lstrip("/"))
        if source is not None:
            return io.BytesIO(source.encode())
        return File(call("file.open", self.path(path), mode), "b" in mode)

    def stat(self, path):
        source = self.importing.get(path.lstrip("/"))
        if source is not None:
            return (0x8000, 0, 0, 0, 0, 0, len(source), 0, 0, 0)
        kind, size = call("fs.stat", self.path(path))
        return (kind, 0, 0, 0, 0, 0, size, 0, 0, 0)

    def statvfs(self, path):
        size, count, free, limit = call("fs.statvfs", self.path(path))
        return (size, size, count, free, free, 0, 0, 0, 0, limit)

    def ilistdir(self, path):
        for name, kind, size in call("fs.list", self.path(path)):
            yield (name, kind, 0, size)

    def mkdir(self, path):
        call("fs.mkdir", self.path(path))

    def rmdir(self, path):
        call("fs.remove", self.path(path))

    def remove(self, path):
        call("fs.remove", self.path(path))

    def rename(self, old, new):
        call("fs.rename", self.path(old), self.path(new))

    def chdir(self, path):
        self.folder = call("fs.folder", self.path(path))

    def getcwd(self):
        return self.folder


flash = Flash()
host_open = open


def open_flash(path, mode="r", *more, **options):
    if type(path) is not str:
        raise TypeError("can't convert '%s' object to str implicitly" % type(path).__name__)
    return host_open(path, mode)


# Imports: what a module has, and nothing of the host.

# Names that scripts import, and the guest module behind each; its own name is one that the
# interpreter has no module for.
GUEST = {
    "_thread": "guest_thread",
    "audio": "audio",
    "example": "example",
    "io": "guest_io",
    "machine": "guest_machine",
    "os": "guest_os",
    "osTimer": "osTimer",
    "sys": "guest_sys",
    "time": "guest_time",
    "uio": "guest_io",
    "uos": "guest_os",
    "usys": "guest_sys",
    "utime": "guest_time",
}
# Modules of the interpreter that a module has as well.
NATIVE = (
    "array binascii cmath collections errno gc hashlib heapq json math micropython random re struct"
).split()

# Modules of the interpreter that reach past the module into the host.
HOST = (
    "_asyncio asyncio btree builtins cryptolib deflate ffi framebuf jni platform select socket ssl"
    " termios tls uctypes vfs websocket"
).split()

native_import = builtins.__import__


def native(name):
    return native_import(name, None, None, None, 0)


def import_module(name, names=None, values=None, wanted=None, level=0):
    plain = name.split(".")[0]
    if level == 0:
        if plain in GUEST:
            module = guest_module(GUEST[plain])
            return getattr(module, "_itself", module)
        bare = plain[1:] if plain[0] == "u" and plain not in NATIVE else plain
        if bare in NATIVE:
            return native(bare)
        if plain == "kernel" and flash.importing:
            return kernel
        if bare in HOST or plain in HOST:
            raise ImportError("no module named '%s'" % name)
    return native_import(name, names, values, wanted, level)


def guest_module(name):
    if name in sys.modules:
        return sys.modules[name]
    flash.importing[name + ".py"] = call("module.source", name)
    path = sys.path[:]
    sys.path[:] = [""]
    try:
        return native(name)
    finally:
        sys.path[:] = path
        del flash.importing[name + ".py"]


# Tracebacks: as on the module, where the device's own functions have no lines.


def print_exception(error, stream=None):
    text = io.StringIO()
    sys.print_exception(error, text)
    lines = [line for line in text.getvalue().split("\n") if not is_own(line)]
    (stream or sys.stdout).write("\n".join(lines))


def is_own(line):
    if not line.startswith('  File "'):
        return False
    name = line[8 : line.find('"', 8)]
    return name == "kernel.py" or (name.endswith(".py") and name[:-3] in own_names)


own_names = set(GUEST.values())


# The script.


def execute(path):
    """Runs a file of the flash in the namespace of `__main__`."""
    with open_flash(path) as file:
        source = file.read()
    exec(compile(source, path, "exec"), main_names)


def run(path):
    try:
        execute(path)
        while not wait("run.idle"):
            pass
        return 0
    except SystemExit as stop:
        return exit_code(stop)
    except KeyboardInterrupt as error:
        print_exception(error)
        return INTERRUPTED
    except BaseException as error:
        print_exception(error)
        return 1


def exit_code(stop):
    value = stop.args[0] if stop.args else None
    if value is None:
        return 0
    if type(value) is int or type(value) is bool:
        return int(value) & 0xFF
    print(value)
    return 1


def start(script):
    vfs.umount("/")
    vfs.mount(flash, "/")
    sys.path[:] = [""]
    builtins.open = open_flash
    builtins.__import__ = import_module
    _thread.start_new_thread(deliver_events, ())
    for name in ("gc", "uos", "ujson"):  # The module's boot script leaves these behind.
        main_names[name] = import_module(name)
    random.seed(call("module.seed"))
    gc.collect()
    sys.exit(run(script))


class kernel:
    """What guest modules import from here; no script can."""


kernel.call = call
kernel.flash = flash
kernel.link = link
kernel.native = native
kernel.open = open_flash
kernel.execute = execute
kernel.print_exception = print_exception
kernel.start_thread = start_thread
kernel.wait = wait

for name in ("sys", "__file__"):
    main_names.pop(name, None)
main_link = Link(endpoint, MAIN)
start(script)
