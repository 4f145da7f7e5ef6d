# The kernel's imports: what a module has, and nothing of the host. Runs in the kernel's namespace, at
# the first import.

# Names that scripts import, and the guest module behind each; its own name is one that the
# interpreter has no module for.
GUEST = {
    "_thread": "guest_thread",
    "audio": "audio",
    "example": "example",
    "io": "guest_io",
    "machine": "guest_machine",
    "micropython": "guest_micropython",
    "os": "guest_os",
    "osTimer": "osTimer",
    "misc": "misc",
    "qpyemu": "qpyemu",
    "select": "guest_select",
    "sys": "guest_sys",
    "time": "guest_time",
    "uio": "guest_io",
    "uos": "guest_os",
    "uselect": "guest_select",
    "usys": "guest_sys",
    "utime": "guest_time",
}
if streams:
    GUEST["vfs"] = "guest_vfs"  # Tools at the console look for it.
# Modules of the interpreter that a module has as well, also under their names with a u.
NATIVE = (
    "__main__ array binascii cmath collections errno gc hashlib heapq json math random re struct"
).split()

lent = []  # What guest modules get to import as `kernel`, while they are imported.
bodies = []  # The names of the modules of the flash whose bodies run: the innermost last.


def make_importer(native_import):
    def native(name):
        return native_import(name, None, None, None, 0)

    def guest_module(name):
        if name in modules:
            return modules[name]
        flash.importing[name + ".py"] = call("module.source", name)
        path = paths[:]
        paths[:] = [""]
        # In a folder that a tool has mounted, the flash is not asked.
        os = native("os")
        folder = os.getcwd()
        is_away = folder != flash.folder
        if is_away:
            os.chdir("/")
        lent.append(Lent(native))
        try:
            module = native(name)
            tell_lacks(module, name)
            return module
        finally:
            lent.pop()
            if is_away:
                os.chdir(folder)
            paths[:] = path
            del flash.importing[name + ".py"]

    def flash_module(name, wanted):
        end = name.find(".")
        while True:
            # One package after the other, so that its body can import what stands beside it.
            outer = name if end < 0 else name[:end]
            if outer not in modules:
                bodies.append(outer)
                try:
                    module = native(outer)
                finally:
                    bodies.pop()
                if "." not in outer and not (
                    hasattr(module, "__file__") or hasattr(module, "__path__")
                ):
                    break  # One of the interpreter's own, which reaches the host.
            if end < 0:
                return native_import(name, None, None, wanted, 0)
            end = name.find(".", end + 1)
        raise ImportError("no module named '%s'" % name)

    def firmware_module(name, wanted):
        top = name.split(".")[0]
        paths.insert(0, FIRMWARE)
        try:
            if top not in modules and is_kept(top):
                bodies.append(top)
                try:
                    modules[top] = native("_" + top)  # The device knows it by this name, too.
                finally:
                    bodies.pop()
                modules[top].__name__ = top
            return flash_module(name, wanted)
        finally:
            paths.remove(FIRMWARE)

    def is_kept(name):
        # Whether the interpreter has a module of its own behind a name, whatever sys.path holds.
        path = paths[:]
        paths[:] = []
        try:
            native(name)
            return True
        except ImportError:
            return False
        finally:
            paths[:] = path

    def import_module(name, names=None, values=None, wanted=None, level=0):
        if level:
            return flash_module(absolute(name, level), wanted)
        if name in GUEST:
            module = guest_module(GUEST[name])
            for part in wanted or ():
                if part != "*" and not hasattr(module, part):
                    raise ImportError("can't import name " + part)
            return getattr(module, "_itself", module)
        bare = name[1:] if name[:1] == "u" and name not in NATIVE else name
        if bare == "random" and not seeded:
            seeded.append(native(bare).seed(call("module.seed")))
        if bare in NATIVE:
            return native(bare)
        if name == "kernel" and lent:
            return lent[-1]
        if name in own_names:
            raise ImportError("no module named '%s'" % name)
        try:
            if name.split(".")[0] in provided:
                return firmware_module(name, wanted)
            return flash_module(name, wanted)
        except ImportError as error:
            call("module.absent", name, str(error))
            raise

    return import_module


seeded = []
FIRMWARE = "/.firmware"  # Where the user's own modules lie.
provided = call("module.provided")


def tell_lacks(module, name):
    """Has the device hear what is looked for in vain, since it knows why."""
    owner = name[6:] if name[:6] == "guest_" else name

    def missing(part):
        lack(owner, part, "module")

    for part in dir(module):
        value = getattr(module, part)
        if type(value) is type and not hasattr(value, "__getattr__"):
            class_teller(owner + "." + part, value)
    module.__getattr__ = missing


def class_teller(owner, kind):
    try:
        kind.__getattr__ = lambda self, part: lack(owner, part, type(self).__name__)
    except AttributeError:
        pass  # A class of the interpreter's own.


def lack(owner, part, kind):
    if part[:1] == "_":
        raise AttributeError("'%s' object has no attribute '%s'" % (kind, part))
    call("module.lacks", owner, part, kind)


def absolute(name, level):
    """The full name of a module that is imported relative to the one whose body runs."""
    if not bodies:
        raise ImportError("can't perform relative import")
    parts = bodies[-1].split(".")
    if bodies[-1] in modules and hasattr(modules[bodies[-1]], "__path__"):
        level -= 1
    if level >= len(parts):
        raise ImportError("can't perform relative import")
    parts = parts[: len(parts) - level]
    return ".".join(parts + [name] if name else parts)


class Lent:
    def __init__(self, native):
        self.native = native
        self.call = call
        self.execute = execute
        self.method = method
        self.method_minding_heap = method_minding_heap
        self.mount = mount
        self.open = open_flash
        self.print_exception = print_exception
        self.start_thread = start_thread
        self.streams = streams
        self.umount = umount
        self.wait = wait


own_names.update(GUEST.values())
