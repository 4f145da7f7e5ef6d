# Records three seconds and plays them back: the vendor's sample with its mistake put right.
import audio
import utime

NAME = 'recordfile.wav'
busy = True


def on_play(event):
    global busy
    print('player:', event)
    if event == 7:
        busy = False


def on_record(message):
    global busy
    path, length, state = message
    print('recorder:', path, length, state)
    if state == 3:
        speaker.play(2, 0, record.getFilePath(NAME))
    elif state == -1:
        busy = False


speaker = audio.Audio(0)
speaker.setVolume(11)
speaker.setCallback(on_play)
record = audio.Record()
record.end_callback(on_record)
started = record.start(NAME, 3)
print('start:', started)

while started == 0 and busy:
    utime.sleep_ms(100)
