# The guest's side of the device-call protocol: see Docs/device-calls.md.
#
# It is run before the script, in a namespace of its own. It connects to the device, puts the
# module's flash in place of the host's files, lets scripts import what a module has and nothing
# else, and hands call-backs to the interpreter. Rules live on the other side of the socket.
#
# A script can get at this namespace through a function's `__globals__`. So what reaches the host is
# held by closures alone, which nothing can look into.
import _thread
import builtins
import gc
import io
import json
import os
import socket
import struct
import sys
import micropython

try:
    import vfs
except ImportError:
    vfs = os  # Before MicroPython 1.23, as in Ubuntu 24.04, mounting was a part of os.

VERSION = 1  # Of the protocol.
MAIN = 0  # The number of the main thread.
EVENTS = -1  # Stands for the thread that waits for call-backs.
INTERRUPTED = 130
ENOENT = 2
HEAD_LIMIT = 65536
PAYLOAD_LIMIT = 1048576
FAILED, NUMBER, NOTHING = 1, 2, 3  # Kinds of answers; 0 is a value in JSON.

pack = struct.pack
unpack_from = struct.unpack_from
get_ident = _thread.get_ident


# The link: one connection a thread, one request at a time.


def connector(socket, endpoint):
    address = b"\x01\x00\x00" + endpoint.encode()

    def connect():
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        made.connect(address)
        return made.write, made.readinto, made.close

    return connect


def killer(system):
    def die():
        # The device is gone: so is the module.
        system("kill -9 $PPID")

    return die


connect = connector(socket, endpoint)
die = killer(os.system)


class Link:
    def __init__(self, thread, *alone):
        self.write, self.readinto, self.close = connect()
        self.header = bytearray(12)
        self.is_busy = False
        self.is_torn = False  # Whether Ctrl-C has left an answer behind.
        self.deeper = None
        self.thread = thread
        try:
            self.call("hello", (VERSION, thread) + alone)
        except BaseException:
            self.close()
            raise

    def call(self, name, arguments=(), on=None, heap=None):
        return self.exchange(request(name, arguments, on, heap))

    def exchange(self, frame):
        if self.is_busy:
            # A call-back may run between a request and its answer, and Ctrl-C may have left an
            # answer behind: such a call gets a connection of its own.
            deeper = self.deeper
            if deeper is None or deeper.is_torn:
                self.deeper = Link(self.thread)
                close_all(deeper)
            return self.deeper.exchange(frame)
        self.is_busy = True
        header = self.header
        try:
            self.write(frame)
            if self.readinto(header) != 12:
                die()
            kind = header[8]
            if kind == NUMBER:
                self.is_busy = False
                return unpack_from("<I", header)[0]
            if kind == NOTHING:
                self.is_busy = False
                return None
            head = self.receive(unpack_from("<I", header)[0])
            payload = self.receive(unpack_from("<I", header, 4)[0])
        except OSError:
            die()
        except KeyboardInterrupt:
            self.is_torn = True
            raise
        self.is_busy = False
        value = json.loads(head)
        if kind == FAILED:
            kind, text = value
            if kind == "Place":
                throw_place()
            raise OSError(int(text)) if kind == "OSError" else exception(kind)(text)
        return revive(value, payload) if type(value) is dict else value

    def receive(self, length):
        if not length:
            return b""
        buffer = bytearray(length)
        if self.readinto(buffer) != length:
            die()
        return buffer


def close_all(link):
    while link is not None:
        link.close()
        link = link.deeper


class Place(BaseException):
    """Is thrown out of a call so that its traceback shows where the script makes the call."""


def throw_place():
    place = Place()

    def tell(*_):
        print_exception(place)
        die()

    Link.exchange = tell  # If the script catches it, its next call tells, and is its last.
    raise place


def request(name, arguments=(), on=None, heap=None):
    """The frame of a call."""
    head = '{"call":"' + name
    head += '"' if on is None else '","on":%d' % on
    if heap is not None:
        head += ',"heap":%d' % heap
    if not arguments:
        head = (head + "}").encode()
        return pack("<III", len(head), 0, 0) + head
    payload = []
    head += ',"args":' + json.dumps([describe(a, payload) for a in arguments]) + "}"
    head = head.encode()
    payload = b"".join(payload)
    if len(head) > HEAD_LIMIT or len(payload) > PAYLOAD_LIMIT:
        raise ValueError("argument too long")
    return pack("<III", len(head), len(payload), 0) + head + payload


def describe(value, payload):
    """A value as JSON can say it; bytes go into the payload."""
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if kind is int:
        if value >> 63 not in (0, -1):
            raise OverflowError("overflow converting long int to machine word")
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
    if "bytes" in value:
        return bytes(payload)
    if "bytearray" in value:
        return payload
    if "filled" in value:
        return value["filled"], payload
    return (value["object"],)


functions = []  # What the device may call back, under the number it knows it by.
listening = []  # The connection of the thread that waits for call-backs, as soon as it runs.


def register(function):
    for number in range(len(functions)):
        if functions[number] is function:
            return number
    if not listening:
        start_events()
    functions.append(function)
    return len(functions) - 1


# Of threads other than the main thread. Since only one of the script's threads runs at a time, two
# cannot change it at once.
links = {}
main_ident = get_ident()
# As long as the main thread holds one of these, Ctrl-C waits (InterruptGuard). A call-back may run within
# what `calm` is for, so it has a lock of its own.
calm, shield = _thread.allocate_lock(), _thread.allocate_lock()


def link():
    ident = get_ident()
    if ident != main_ident:
        return links[ident]
    return main_link or Link(MAIN)


def call(name, *arguments):
    return link().exchange(request(name, arguments))


def fail(what, error):
    """Ends the run: the host does not give the interpreter what it needs, which is no fault of the script."""
    call("host.fail", "the host has no room for %s of the interpreter: error %d" % (what, error.args[0]))


def wait(name, *arguments):
    """A call that waits. When a call-back is due it comes back early, with how to go on waiting."""
    while True:
        answer = link().exchange(request(name, arguments))
        if type(answer) is not list:
            return answer
        arguments = answer


def method(name):
    """A peripheral's method."""
    return lambda self, *arguments: link().exchange(request(name, arguments, self._number))


def method_minding_heap(name):
    """A method that needs to know how much room the script has left."""

    def invoke(self, *arguments):
        gc.collect()
        return link().exchange(request(name, arguments, self._number, gc.mem_free()))

    return invoke


# Threads and call-backs.


def run_thread(own, function, arguments, keywords):
    ident = get_ident()
    try:
        own.exchange(BEGIN)
        links[ident] = own
        function(*arguments, **keywords)
    except SystemExit:
        pass
    except BaseException as error:
        print("Unhandled exception in thread started by", function)
        print_exception(error)
    finally:
        if ident in links:
            del links[ident]
        own.close()


def thread_starters(start):
    def start_thread(function, arguments, keywords):
        number = call("thread.start")
        try:
            start(run_thread, (Link(number), function, arguments, keywords))
        except OSError as error:
            fail("another thread", error)
        except Exception:  # And not Ctrl-C, after which the thread may be there.
            call("thread.drop", number)
            raise RuntimeError("can't create thread")
        call("thread.await", number)
        return number

    def start_events():
        own = Link(EVENTS)
        try:
            start(deliver_events, (own,))
        except OSError as error:
            fail("another thread", error)
        except Exception:
            own.close()
            raise
        call("thread.await", EVENTS)

    return start_thread, start_events


start_thread, start_events = thread_starters(_thread.start_new_thread)


def deliver_events(own):
    listening.append(own)
    # The loop takes no heap: the script may have used it up, and its objects are to have the same
    # addresses in every run.
    frame = request("event.next")
    write, readinto, header = own.write, own.readinto, own.header
    schedule = micropython.schedule
    while True:
        try:
            write(frame)
            if readinto(header) != 12:
                die()
            schedule(run_callback, None)
        except (OSError, RuntimeError):  # The latter if the interpreter takes no more.
            die()


BEGIN = request("thread.begin")
TAKE = request("event.take")
TOLD = request("event.done")


def run_callback(_):
    try:
        with shield:
            number, arguments = link().exchange(TAKE)
        functions[number](*arguments)
    except KeyboardInterrupt as error:
        print_exception(error)
        if streams is None:
            die()  # The interpreter would let the script go on.
    except BaseException as error:
        print_exception(error)
    finally:
        with shield:
            link().exchange(TOLD)


# Files: the module's volumes in place of the host's.


def load(part, names):
    """Runs a part of the kernel that is not needed in every run."""
    exec(compile(call("module.source", part), "kernel.py", "exec"), names)


def contents(path):
    number = call("file.open", flash.path(path), "r")
    parts = []
    try:
        while not parts or parts[-1]:
            parts.append(call("file.read", number, 16384))
    finally:
        call("file.close", number)
    return b"".join(parts)


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
        if path in self.importing:
            return io.BytesIO(self.importing[path])
        if path.startswith("/.firmware/"):
            return io.BytesIO(call("module.file", path))
        if "open_file" not in files:
            load("files", files)
        return files["open_file"](self.path(path), mode)

    def stat(self, path):
        if self.importing and "/" not in path:
            if path not in self.importing:
                raise OSError(ENOENT)
            return (0x8000, 0, 0, 0, 0, 0, len(self.importing[path]), 0, 0, 0)
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


def marker(host):
    def mark():
        """An object of the interpreter's own that closes its descriptor when it is collected."""
        try:
            return host.open("/dev/null", "rb")
        except OSError as error:
            fail("another open file", error)

    def is_open(descriptor):
        try:
            host.stat("/proc/self/fd/%d" % descriptor)
            return True
        except OSError:
            return False

    return mark, is_open


flash = Flash()
files = {"call": call, "collect": gc.collect, "IOBase": io.IOBase}  # The namespace of files.py.
files["mark"], files["is_open"] = marker(vfs.VfsPosix())


def opener(open):
    def open_flash(path, mode="r", *more, **options):
        if type(path) is not str:
            raise TypeError("can't convert '%s' object to str implicitly" % type(path).__name__)
        return open(path, mode)

    return open_flash


open_flash = opener(open)

# Imports. Their rules are in imports.py, which many short scripts never need.

modules = sys.modules
paths = sys.path
kernel_names = globals()
own_names = set()  # Of the guest modules, by their own names.


def importer(native_import):
    made = []

    def import_module(*arguments):
        if not made:
            load("imports", kernel_names)
            made.append(make_importer(native_import))
        return made[0](*arguments)

    return import_module


class Boot:
    """A module that the boot script has left in the script's namespace, imported when it is used."""

    def __init__(self, name):
        self._name = name

    def __getattr__(self, name):
        return getattr(import_module(self._name), name)


def need_help():
    if "explain" not in kernel_names:
        load("help", kernel_names)


def give_help(*objects):
    need_help()
    explain(objects)


# Tracebacks: as on the module, where the device's own functions have no lines.

streams = None  # In place of the interpreter's own, where the script is at a console.
reserve = bytearray(2048)  # Room to say what is wrong when the script has used up its heap.
write_exception = sys.print_exception
console = sys.stdout


def print_exception(error, stream=None):
    global reserve
    reserve = None
    for line in description(error).split("\n")[:-1]:
        if not is_own(line):
            (stream or console).write(line + "\n")
    try:
        reserve = bytearray(2048)
    except MemoryError:
        pass


def description(error):
    text = io.StringIO()
    write_exception(error, text)
    try:
        return text.getvalue()
    except UnicodeError:
        # It quotes code, which may have any bytes.
        text = io.BytesIO()
        write_exception(error, text)
        return "".join([chr(byte) if byte < 128 else "?" for byte in text.getvalue()])


def is_own(line):
    if not line.startswith('  File "'):
        return False
    name = line[8 : line.find('"', 8)]
    return name == "kernel.py" or (name.endswith(".py") and name[:-3] in own_names)


# The script.


def execute(path):
    """Runs a file of the flash in the namespace of `__main__`."""
    exec(compile(contents(path), path, "exec"), main_names)


def run(path):
    try:
        execute(path)
        wait("run.idle")
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


import_module = importer(builtins.__import__)
exception = (lambda builtins: lambda name: getattr(builtins, name))(builtins)
for name in ("sys", "__file__"):
    main_names.pop(name, None)
for name in ("misc", "uos", "ujson"):  # The module's boot script leaves these behind.
    main_names[name] = Boot(name)
main_names["gc"] = gc
main_link = Link(MAIN)
vfs.umount("/")
vfs.mount(flash, "/")
paths[:] = [""]
builtins.open = open_flash
builtins.__import__ = import_module
mount, umount = vfs.mount, vfs.umount
builtins.help = give_help
if not script:
    load("console", kernel_names)
    builtins.input = read_line
leave = sys.exit
del _thread, builtins, connector, importer, killer, marker, name, opener, os, socket, struct, sys, vfs
del thread_starters
gc.collect()
leave(run(script) if script else serve())
