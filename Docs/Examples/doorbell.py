# A doorbell: while the button on GPIO 12 is pressed it records what is said, five seconds at most.
# Docs/Examples/doorbell.json presses the button, and lets things fail.
import audio
import utime
from machine import Pin

button = Pin(Pin.GPIO12, Pin.IN, Pin.PULL_PU, 1)
record = audio.Record()
ended = []
record.end_callback(lambda args: ended.append(args))


def visit(number):
    while button.read():
        utime.sleep_ms(20)
    name = "visit%d.wav" % number
    answer = record.start(name, 5)
    while not button.read():
        utime.sleep_ms(20)
    if answer != 0:
        print(name, "could not be started:", answer)
        return
    if record.isBusy():
        record.stop()
        utime.sleep_ms(20)
    path, length, state = ended[-1]
    print(path, length, "bytes" if state == 3 else "bytes, then it failed")


for number in range(1, 5):
    visit(number)
