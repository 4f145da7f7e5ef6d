import _thread


class Queue:
    def __init__(self, maxsize=100):
        self._maxsize = maxsize
        self._items = []
        self._guard = _thread.allocate_lock()
        # Free while there is something to take.
        self._filled = _thread.allocate_lock()
        self._filled.acquire()

    def put(self, item=None):
        with self._guard:
            if len(self._items) > self._maxsize:
                return False
            self._items.append(item)
            if len(self._items) == 1 and self._filled.locked():
                self._filled.release()
            return True

    def get(self):
        while True:
            self._filled.acquire()
            with self._guard:
                if self._items:
                    item = self._items.pop(0)
                    if self._items:
                        self._filled.release()
                    return item

    def empty(self):
        return not self._items

    def size(self):
        return len(self._items)

    def clear(self):
        with self._guard:
            self._items = []
            self._filled.acquire(0)
