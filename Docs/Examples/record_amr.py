# Records ten seconds of AMR and sleeps until the end.
import audio
import utime

NAME = 'recordfile.amr'


def on_record(message):
    print('callback:', message)


record = audio.Record()
record.end_callback(on_record)
started = record.start(NAME, 10)
print('start:', started)

while record.isBusy():
    utime.sleep_ms(100)

if started == 0:
    print('size:', record.getSize(NAME))
    print('header:', record.getData(NAME, 0, 6))
