# Tries to record a second on each of the three channels and prints how that goes.
import audio
import utime

CHANNELS = ('earpiece', 'headphone', 'speaker')

for channel, name in enumerate(CHANNELS):
    try:
        record = audio.Record(channel)
        started = record.start('probe.wav', 1)
        while record.isBusy():
            utime.sleep_ms(100)
    except ValueError as error:
        started = error
    print(channel, name, started)
