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
started = record.start(NAME, 10)
print('start:', started)

# A recording that has not started calls nobody back: there is nothing to wait for.
while started == 0 and recording:
    pass

if started == 0:
    print('path:', record.getFilePath(NAME))
    print('size:', record.getSize(NAME))
    print('header:', record.getData(NAME, 0, 4))
