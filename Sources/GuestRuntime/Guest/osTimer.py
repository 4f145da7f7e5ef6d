# osTimer: timers of the module's operating system.
from kernel import call


class osTimer:
    def __init__(self):
        self._timer = None
        self._callback = None
        self._ring = lambda: self._callback(None)

    def start(self, period, cyclic, callback):
        self.stop()
        self._callback = callback
        timer = call("timer.start", period, bool(cyclic), self._ring)
        if timer < 0:
            return -1
        self._timer = timer
        return 0

    def stop(self):
        if self._timer is not None:
            call("timer.stop", self._timer)
            self._timer = None
        return 0

    delete_timer = stop


osTimer.osTimer = osTimer
_itself = osTimer  # On the module, the module itself can be called.
