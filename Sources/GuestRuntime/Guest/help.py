# The builtin help: a part of the kernel that is fetched when a script asks for it.
TOOLS = ("qpyemu", "vfs")  # Of use to tests and tools; no module has them.
TEXT = """\
This is the MicroPython of a QuecPython module, emulated on a PC by qpyemu.

At the prompt:
  Ctrl-A        the raw mode, for tools
  Ctrl-B        out of the raw mode
  Ctrl-C        interrupts what runs
  Ctrl-D        starts the interpreter anew; the flash stays
  Ctrl-E        paste mode
  Tab           completes a name

Files are in /usr. help('modules') lists what can be imported, help(object) what an object has."""


def explain(objects):
    if not objects:
        print(TEXT)
    elif type(objects[0]) is str and objects[0] == "modules":
        show_modules()
    else:
        show_members(objects[0])


def importable():
    """What scripts of a module may import, by the names that a module of that age has."""
    import uos  # The rules of imports are there after the first one.

    without = ("array", "cmath", "gc", "math")
    names = {"__main__"} | {name if name in without else "u" + name for name in NATIVE}
    # A module that is there with and without a u has its u.
    names |= set(provided)
    return sorted(names | {name for name in GUEST if name not in TOOLS and "u" + name not in GUEST})


def show_modules():
    names = importable()
    rows = (len(names) + 3) // 4
    for row in range(rows):
        print("".join("%-18s" % name for name in names[row::rows]).rstrip())
    print("Plus any modules on the filesystem")


def show_members(object):
    kind = type(object)
    print("object", object, "is of type", kind.__name__)
    owner = object if kind in (type, type(gc)) else kind  # Of an instance, its class's.
    for name in dir(owner):
        if name[:2] != "__":
            print(" ", name, "--", getattr(owner, name))
