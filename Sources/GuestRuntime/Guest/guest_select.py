# uselect: the interpreter's own, for streams alone: numbers would name files of the host.
from kernel import native

_select = native("select")
POLLIN = _select.POLLIN
POLLOUT = _select.POLLOUT
POLLERR = _select.POLLERR
POLLHUP = _select.POLLHUP
_poll = _select.poll
del _select, native


def _stream(stream):
    if type(stream) is int:
        raise TypeError("stream operation not supported")
    return stream


class poll:
    def __init__(self):
        poll = _poll()
        self._register, self._modify, self._unregister = poll.register, poll.modify, poll.unregister
        self.poll, self.ipoll = poll.poll, poll.ipoll

    def register(self, stream, *mask):
        return self._register(_stream(stream), *mask)

    def modify(self, stream, mask):
        return self._modify(_stream(stream), mask)

    def unregister(self, stream):
        return self._unregister(_stream(stream))
