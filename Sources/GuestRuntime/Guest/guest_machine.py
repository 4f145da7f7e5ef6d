# machine: pins and timers.
from kernel import call
from osTimer import osTimer


class Pin:
    IN = 0
    OUT = 1
    PULL_DISABLE = 0
    PULL_PU = 1
    PULL_PD = 2

    def __init__(self, number, direction=IN, pull=PULL_DISABLE, level=0):
        self._number = number
        call("pin.configure", number, direction, pull, level)

    def read(self):
        return call("pin.read", self._number)

    def write(self, level):
        return call("pin.write", self._number, level)

    def set_dir(self, direction):
        return call("pin.direct", self._number, direction)

    def get_dir(self):
        return call("pin.direction", self._number)


for _number in range(1, 51):
    setattr(Pin, "GPIO%d" % _number, _number)


class Timer:
    ONE_SHOT = 2
    PERIODIC = 1
    Timer0 = 0
    Timer1 = 1
    Timer2 = 2
    Timer3 = 3

    def __init__(self, number):
        if number not in (0, 1, 2, 3):
            raise ValueError("invalid timer, must be Timer0 to Timer3")
        self._timer = osTimer()

    def start(self, mode=PERIODIC, period=0, callback=None):
        return self._timer.start(period, mode == self.PERIODIC, lambda _: callback(self))

    def stop(self):
        return self._timer.stop()


class RTC:
    """The calendar, in local time; Sunday is day 0 of the week, and microseconds are always 0. `init`
    returns nothing, as in the firmware of 2021."""

    def datetime(self, fields=None):
        import utime

        if fields is None:
            year, month, day, hour, minute, second, weekday = utime.localtime()[:7]
            return (year, month, day, (weekday + 1) % 7, hour, minute, second, 0)
        if len(fields) != 8 or not _valid(*fields[:3], *fields[4:7]):
            return -1
        call("time.set", utime.mktime(tuple(fields[:3]) + tuple(fields[4:7])))
        return 0

    def init(self, fields):
        self.datetime(fields)


def _valid(year, month, day, hour, minute, second):
    days = 30 + (month + month // 8) % 2 if month != 2 else 29 if year % 4 == 0 else 28
    in_day = 0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60
    return 2000 <= year < 2100 and 1 <= month <= 12 and 1 <= day <= days and in_day


def reset():
    call("power.restart")
