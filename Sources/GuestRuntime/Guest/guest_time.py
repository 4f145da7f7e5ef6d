# utime: device time; see Docs/device-calls.md.
from kernel import call, native, wait

_time = native("time")
_gmtime = _time.gmtime
ticks_add = _time.ticks_add
ticks_diff = _time.ticks_diff
_PERIOD = ticks_add(0, -1) + 1
del _time, native


def sleep(seconds):
    wait("time.sleep", int(seconds * 1000000000))


def sleep_ms(milliseconds):
    wait("time.sleep", int(milliseconds) * 1000000)


def sleep_us(microseconds):
    wait("time.sleep", int(microseconds) * 1000)


def ticks_ms():
    return call("time.ticks") // 1000000 % _PERIOD


def ticks_us():
    return call("time.ticks") // 1000 % _PERIOD


def ticks_cpu():
    return call("time.ticks") % _PERIOD


def time():
    return call("time.now")


# Seconds are UTC, fields are the modules' local time, which is UTC+8; weekdays count from Monday.
_ZONE = 28800


def localtime(seconds=None):
    return _gmtime((time() if seconds is None else seconds) + _ZONE)[:8]


def mktime(fields):
    year, month, day, hour, minute, second = fields[:6]
    if month < 3:  # Years that begin in March have their leap day at the end.
        year -= 1
        month += 12
    days = 365 * year + year // 4 - year // 100 + year // 400
    days += (153 * month - 457) // 5 + day - 719469
    return ((days * 24 + hour) * 60 + minute) * 60 + second - _ZONE
