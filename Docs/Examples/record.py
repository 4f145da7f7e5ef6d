# Records ten seconds, waits for the end in a loop, and reads the recording back.
import audio

NAME = 'recordfile.wav'
recording = True


def on_record(message):
    global recording
    path, length, state = message
    print('callback:', path, length, state)
    if state == 3 or state == -1:
        recording = False


record = audio.Record()
record.end_callback(on_record)
print('start:', record.start(NAME, 10))

while recording:
    pass

size = record.getSize(NAME)
print('path:', record.getFilePath(NAME))
print('size:', size)
print('header:', record.getData(NAME, 0, 4))
