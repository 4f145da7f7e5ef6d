# Looks at what record.py leaves behind, also after a loss of power: for `qpyemu sweep power-cut --check`.
# A recording that is there is a WAV file whose whole seconds so far can be played.
import audio
import uos
import ustruct
import utime

NAME = 'recordfile.wav'
PATH = '/usr/' + NAME
HEADER = 44
PLANNED = 10 * 16000


def check(holds, what):
    if not holds:
        raise SystemExit('the recording is broken: ' + what)


def play():
    done = []
    player = audio.Audio(0)
    player.setCallback(done.append)
    check(player.play(2, 1, 'U:/' + NAME) == 0, 'it cannot be played')
    for _ in range(200):
        if 7 in done:
            return
        utime.sleep_ms(100)
    check(False, 'playing does not end: %s' % done)


if NAME not in uos.listdir('/usr'):
    print('no recording')
else:
    size = uos.stat(PATH)[6]
    print('recording of', size, 'bytes')
    # Until the first sync, half a second after the start, the file is there and empty.
    if size > 0:
        with open(PATH, 'rb') as file:
            header = file.read(HEADER)
        riff, total, wave, fmt = ustruct.unpack('<4sI4s4s', header)
        data, length = ustruct.unpack('<4sI', header[36:])
        check((riff, wave, fmt, data) == (b'RIFF', b'WAVE', b'fmt ', b'data'), 'its header')
        check(length == PLANNED and total == length + 36, 'the sizes in its header')
        # Half a second of 8000 samples of two bytes is written at a time.
        check((size - HEADER) % 8000 == 0, 'it does not end where a sync was')
        play()
