CRITICAL = 50
ERROR = 40
WARNING = 30
INFO = 20
DEBUG = 10
NOTSET = 0

_words = {CRITICAL: "CRIT", ERROR: "ERROR", WARNING: "WARN", INFO: "INFO", DEBUG: "DEBUG"}
_level = INFO
_loggers = {}
_output = None


def _write(level, name, message, args):
    if level < _level:
        return
    word = _words.get(level) or "LVL%s" % level
    line = "%s:%s:%s" % (word, name, message % args if args else message)
    if _output is None:
        print(line)
    else:
        _output.write(line + "\n")


class Logger:
    def __init__(self, name):
        self.name = name

    def log(self, level, message, *args):
        _write(level, self.name, message, args)

    def debug(self, message, *args):
        _write(DEBUG, self.name, message, args)

    def info(self, message, *args):
        _write(INFO, self.name, message, args)

    def warning(self, message, *args):
        _write(WARNING, self.name, message, args)

    def error(self, message, *args):
        _write(ERROR, self.name, message, args)

    def critical(self, message, *args):
        _write(CRITICAL, self.name, message, args)


def basicConfig(level=INFO):
    global _level
    _level = level


def getLogger(name="root"):
    if name not in _loggers:
        _loggers[name] = Logger(name)
    return _loggers[name]


def set_output(out):
    global _output
    if not hasattr(out, "write"):
        raise Exception("%s must extend UART" % out)
    _output = out


def debug(message, *args):
    getLogger().debug(message, *args)


def info(message, *args):
    getLogger().info(message, *args)


def warning(message, *args):
    getLogger().warning(message, *args)


def error(message, *args):
    getLogger().error(message, *args)


def critical(message, *args):
    getLogger().critical(message, *args)
