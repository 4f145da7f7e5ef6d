# _thread: threads of the interpreter, under the device's numbers and its clock.
from kernel import call, native, start_thread, wait

get_heap_size = native("gc").mem_free
_last = [0, 8448]  # The number of the last lock; the stack size asked for.
del native


def start_new_thread(function, arguments, keywords={}):
    return start_thread(function, arguments, keywords)


def stop_thread(number):
    call("thread.stop", number)


def get_ident():
    return call("thread.ident")


def threadIsRunning(number):
    return call("thread.running", number)


def exit():
    raise SystemExit


def stack_size(size=0):
    last = _last[1]
    _last[1] = size or 8448
    return last


class LockType:
    def __init__(self):
        _last[0] += 1
        self._number = _last[0]

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


allocate_lock = LockType
