# The guest's side of the module's console: does what the device's prompt wants done, and lets scripts
# read and write the serial port. Runs in the kernel's namespace, in place of a script.
DONE, RAISED, EXITED, NAMES, INTERRUPTION = 0, 1, 2, 3, 4
POLL, POLLIN, POLLOUT, EINVAL = 3, 1, 4, 22


def receive(count):
    """Waits until something was sent, and takes so many bytes of it at most."""
    data = wait("console.read", count)
    if not data:
        raise EOFError
    return data


class Port(io.IOBase):
    """Bytes as they are."""

    def take(self, count):
        return receive(count)

    def read(self, count=-1):
        data = b""
        while count < 0 or len(data) < count:
            data += self.take(1 if count < 0 else count - len(data))
        return data

    def readinto(self, buffer, count=None):
        count = len(buffer) if count is None else min(count, len(buffer))
        if not count:
            return 0
        data = receive(count)
        memoryview(buffer)[: len(data)] = data
        return len(data)

    def readline(self):
        line = b""
        while line[-1:] != b"\n":
            line += self.take(1)
        return line

    def write(self, data, count=None):
        data = data.encode() if type(data) is str else bytes(data)
        data = data if count is None else data[:count]
        for start in range(0, len(data), 16384):
            call("console.write", data[start : start + 16384])
        return len(data)

    def flush(self):
        pass

    def ioctl(self, request, argument):
        if request != POLL:
            return -EINVAL
        return argument & (POLLOUT | (POLLIN if call("console.ready") else 0))


class Text(Port):
    """Text, whose lines end on the port with a carriage return as well."""

    def __init__(self):
        self.buffer = port

    def take(self, count):
        return receive(count).replace(b"\r", b"\n")

    def read(self, count=-1):
        return Port.read(self, count).decode()

    def readline(self):
        return Port.readline(self).decode()

    def write(self, text):
        return console.write(text)


port = Port()
streams = Text()


def read_line(prompt=""):
    return wait("console.line", str(prompt))


def traceback(error):
    text = io.StringIO()
    print_exception(error, text)
    return text.getvalue().encode()[:HEAD_LIMIT]


def perform(job, kind, text):
    """Does a job; gives the report of its end."""
    try:
        if kind == "complete":
            return NAMES, job, "\n".join(names_like(text.decode())).encode()
        if kind == "file":
            execute(text)
        else:
            exec(compile(text, "<stdin>", kind), main_names)
        return DONE, job
    except SystemExit:
        return EXITED, job
    except BaseException as error:
        return RAISED, job, traceback(error)


def names_like(text):
    """The names that go on from the last one of a text: attributes after a dot, else globals."""
    start = len(text)
    while start and (text[start - 1].isalpha() or text[start - 1].isdigit() or text[start - 1] in "_."):
        start -= 1
    parts = text[start:].split(".")
    if text.startswith("import ") and len(parts) == 1:
        need_help()
        found = importable()
    elif len(parts) == 1:
        found = list(main_names)
    else:
        owner = main_names.get(parts[0])
        for name in parts[1:-1]:
            owner = getattr(owner, name, None)
        found = dir(owner) if owner is not None else []
    last = parts[-1]
    names = {name for name in found if name.startswith(last) and (last or name[0] != "_")}
    if not names and text and "import ".startswith(text):
        names.add("import ")
    return sorted(names)


def renew_link():
    """Ctrl-C may have left an answer unread: then the main thread needs another connection."""
    global main_link
    old = main_link
    if old is None or old.is_busy:
        with calm:
            main_link = None  # For a call-back that runs before the new one is there.
            main_link = Link(MAIN, True)
            close_all(old)


def serve():
    job, report = 0, ()
    while True:
        try:
            try:
                while True:
                    renew_link()
                    kind, number = wait("console.next", *report).split()
                    job, report = int(number), ()
                    report = perform(job, kind, call("console.text"))
            except KeyboardInterrupt:
                report = (INTERRUPTION,)
            except BaseException as error:
                # No room for the traceback, or Ctrl-C before the interpreter had the names of the kernel back.
                report = RAISED, job, traceback(error)
        except KeyboardInterrupt:
            report = RAISED, job, b"KeyboardInterrupt: \n"
        except BaseException:
            report = RAISED, job, b"MemoryError: \n"
