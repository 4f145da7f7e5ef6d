# Does what the sample on the vendor's page does, with its mistake: on a module this never ends.
#
# When the recording is over, the call-back asks for audio.getFilePath(path). There is no such function
# and no such variable, so the call-back ends with a traceback before it has lowered the flag, and the
# loop at the bottom waits for ever. record_and_play.py has it right.
#
#   qpyemu run Docs/Examples/record_verbatim.py --profile EC600N --audio-in tone:440 --timeout 5
import audio
import utime
from machine import Pin

waiting = 1

speaker = audio.Audio(0)
voice = audio.TTS(0)
speaker.setVolume(11)


def finished(message):
    global waiting
    print('file_name:{}'.format(message[0]))
    print('file_size:{}'.format(message[1]))
    print('record_sta:{}'.format(message[2]))
    state = message[2]
    if state == 3:
        print('The recording is over, play it')
        voice.play(1, 0, 2, 'The recording is over, play it')
        speaker.play(1, 0, audio.getFilePath(path))
        waiting = 0
    elif state == -1:
        print('The recording failure.')
        voice.play(1, 0, 2, 'The recording failure.')
        waiting = 0


record = audio.Record()
record.end_callback(finished)
record.start('recordfile.wav', 10)

while 1:
    if waiting:
        pass
    else:
        break
