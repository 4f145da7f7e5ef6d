import ujson
import uos


class FileNotFoundError(Exception):
    def __init__(self, value):
        self.value = value

    def __str__(self):
        return repr(self.value)


def path_exists(path):
    try:
        uos.stat(path)
        return True
    except OSError:
        return False


def path_dirname(path):
    return path.rsplit("/", 1)[0] if "/" in path else ""


def path_getsize(path):
    if not path_exists(path):
        raise FileNotFoundError("can not find: '%s'" % path)
    return uos.stat(path)[-4]


def mkdirs(path):
    if not path or path_exists(path):
        return
    mkdirs(path_dirname(path))
    uos.mkdir(path)


def rmdirs(path):
    for entry in uos.ilistdir(path):
        part = path + "/" + entry[0]
        if entry[1] == 0x4000:
            rmdirs(part)
        else:
            uos.remove(part)
    uos.rmdir(path)


def touch(file, data, file_type="json"):
    try:
        mkdirs(path_dirname(file))
        with open(file, "w") as out:
            out.write(ujson.dumps(data) if file_type == "json" else data)
        return 0
    except Exception:
        return -1


def read_json(file):
    try:
        with open(file, "r") as source:
            return ujson.load(source)
    except Exception:
        return None


def file_copy(destination, source):
    try:
        mkdirs(path_dirname(destination))
        with open(source, "rb") as old, open(destination, "wb") as new:
            while True:
                part = old.read(4096)
                if not part:
                    return True
                new.write(part)
    except Exception:
        return False
