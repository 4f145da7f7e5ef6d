# utime: device time; see Docs/device-calls.md.
from kernel import call, native, wait

_time = native("time")
ticks_add = _time.ticks_add
ticks_diff = _time.ticks_diff
_PERIOD = (ticks_add(0, -1)) + 1


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


def localtime(seconds=None):
    # The modules keep local time in UTC+8 and count weekdays from Monday.
    return _time.gmtime(time() + 28800 if seconds is None else seconds)[:8]


def mktime(fields):
    return _time.mktime(tuple(fields[:8]) + (0,) * (8 - len(fields))) - 28800
