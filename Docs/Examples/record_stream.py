# Records a stream of five seconds and saves it while it comes, as a file that players can open.
import audio
import utime

NAME = '/usr/stream.amr'
buffer = bytearray(2048)
streaming = True


def save():
    while True:
        count = record.stream_read(buffer, len(buffer))
        if count <= 0:
            return
        file.write(buffer[:count])


def on_stream(message):
    global streaming
    kind, length, state = message
    if state == 1:
        save()
    else:
        print('callback:', kind, length, state)
        streaming = state == 0


record = audio.Record()
record.end_callback(on_stream)
file = open(NAME, 'wb')
file.write(b'#!AMR\n')  # the stream itself has no header
started = record.stream_start(record.AMRNB, 8000, 5)
print('stream_start:', started)

while started == 0 and streaming:
    utime.sleep_ms(100)

if started == 0:
    save()
    print('saved:', file.tell(), 'bytes')
file.close()
