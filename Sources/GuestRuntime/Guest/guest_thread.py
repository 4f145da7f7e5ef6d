# _thread: threads of the interpreter, under the device's numbers and its clock.
from kernel import call, start_thread, wait
import gc

_sizes = [8448]


def start_new_thread(function, arguments, keywords={}):
    return start_thread(function, arguments, keywords)


def stop_thread(number):
    call("thread.stop", number)


def get_ident():
    return call("thread.ident")


def threadIsRunning(number):
    return call("thread.running", number)


def get_heap_size():
    return gc.mem_free()


def exit():
    raise SystemExit


def stack_size(size=0):
    last = _sizes[0]
    _sizes[0] = size or 8448
    return last


class _Lock:
    def __init__(self):
        self._number = call("lock.make")

    def acquire(self, waits=1, timeout=-1):
        if not waits:
            timeout = 0
        return wait("lock.acquire", self._number, int(timeout * 1000000000))

    def release(self):
        call("lock.release", self._number)

    def locked(self):
        return call("lock.locked", self._number)

    def __enter__(self):
        self.acquire()

    def __exit__(self, *error):
        self.release()


LockType = _Lock


def allocate_lock():
    return _Lock()
