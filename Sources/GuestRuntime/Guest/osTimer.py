# osTimer: timers of the module's operating system.
from kernel import call


class osTimer:
    def __init__(self):
        self._timer = None

    def start(self, period, cyclic, callback):
        self.stop()
        self._timer = call("timer.start", period, bool(cyclic), lambda: callback(None))
        return 0 if self._timer >= 0 else -1

    def stop(self):
        if self._timer is not None:
            call("timer.stop", self._timer)
            self._timer = None
        return 0

    delete_timer = stop


osTimer.osTimer = osTimer
_itself = osTimer  # On the module, the module itself can be called.
