# example: runs files of the flash in the namespace of __main__.
from kernel import execute as _execute


def exec(path):
    try:
        _execute(path)
    except OSError as error:
        if error.args and error.args[0] == 2:
            print("OSError: File path error or not exist: [%s]" % path)
        else:
            raise
