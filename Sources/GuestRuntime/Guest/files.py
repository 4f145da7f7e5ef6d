# Open files: the part of the kernel that is fetched when the first file is opened. It is run with
# `call`, `collect`, `IOBase`, `mark` and `is_open` at hand.
EBADF, EMFILE = 9, 24
AHEAD = 1024  # Bytes fetched at a time when less is wanted.


marks = {}  # The numbers of the open files, by the descriptors of their marks.


def open_file(path, mode):
    try:
        number = call("file.open", path, mode)
    except OSError as error:
        if error.args[0] != EMFILE or not close_forgotten():
            raise
        number = call("file.open", path, mode)
    return File(number, "b" in mode)


def close_forgotten():
    """Closes the files that nobody can reach any more, as a module does when it collects them; whether
    there were any."""
    collect()
    gone = [descriptor for descriptor in marks if not is_open(descriptor)]
    for descriptor in gone:
        call("file.close", marks.pop(descriptor))
    return bool(gone)


class File(IOBase):
    def __init__(self, number, is_binary):
        self.number = number
        self.is_binary = is_binary
        self.ahead = b""
        # The interpreter tells nobody that it collects an object of a script's class.
        self.mark = mark()
        descriptor = self.mark.fileno()
        if descriptor in marks:
            call("file.close", marks.pop(descriptor))
        marks[descriptor] = number

    def fetch(self, count):
        if self.number is None:
            raise OSError(EBADF)
        return call("file.read", self.number, count)

    def take(self, count):
        """Bytes from the device, what was read ahead first; None reads to the end."""
        if self.number is None:
            raise OSError(EBADF)
        parts = [self.ahead]
        left = None if count is None else count - len(self.ahead)
        self.ahead = b""
        while left is None or left > 0:
            part = self.fetch(16384 if left is None else max(min(left, 16384), AHEAD))
            if not part:
                break
            parts.append(part)
            if left is not None:
                left -= len(part)
        data = parts[0] if len(parts) == 1 else b"".join(parts)
        if left is not None and left < 0:
            self.ahead = data[left:]
            return data[:left]
        return data

    def read(self, count=-1):
        if count is None or count < 0:
            data = self.take(None)
            return data if self.is_binary else data.decode()
        if self.is_binary:
            return self.take(count)
        # A text is counted in characters.
        data = b""
        text = ""
        while len(text) < count:
            more = self.take(missing(data) or count - len(text))
            data += more
            if not more or not missing(data):
                text = data.decode()
                if not more:
                    break
        return text

    def readline(self, limit=-1):
        if limit is None:
            limit = -1
        while True:
            end = self.ahead.find(b"\n") + 1
            if limit >= 0 and (end > limit or (end == 0 and len(self.ahead) >= limit)):
                end = limit
            if end or limit == 0:
                break
            more = self.fetch(AHEAD)
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

    def readinto(self, buffer, count=None):
        data = self.take(len(buffer) if count is None else min(count, len(buffer)))
        memoryview(buffer)[: len(data)] = data
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
        return self.seek(0, 1)

    def flush(self):
        if self.number is not None:
            call("file.sync", self.number)

    def close(self):
        if self.number is not None:
            number, self.number = self.number, None
            marks.pop(self.mark.fileno(), None)
            self.mark.close()
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


def missing(data):
    """How many bytes the last character of a UTF-8 text lacks."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte & 0xC0 != 0x80:
            return max((1 if byte < 0x80 else 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4) - back, 0)
    return 0
