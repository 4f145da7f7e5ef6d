# A voice reminder. Hold the button on GPIO 5 to speak one; all are played every hour, and the button on GPIO 6 takes the
# oldest away. They lie on the flash, so they are still there after the power was cut.
# Docs/Examples/voice_reminder.json presses the buttons, and cuts the power.
import audio
import ql_fs
from machine import ExtInt
from queue import Queue
import osTimer

LONGEST = 10
REPEAT = 3600000
FOLDER = '/usr/reminders'
INDEX = FOLDER + '/index.json'


class Reminders:
    """The names of the files, the oldest first."""

    def __init__(self):
        ql_fs.mkdirs(FOLDER)
        index = ql_fs.read_json(INDEX) or {'names': [], 'count': 0}
        self.names, self.count = index['names'], index['count']

    def new_name(self):
        self.count += 1
        return 'reminders/%d.wav' % self.count

    def keep(self, name):
        self.names.append(name)
        self.save()

    def remove_oldest(self):
        if not self.names:
            return None
        name = self.names.pop(0)
        record.Delete(name)
        self.save()
        return name

    def save(self):
        ql_fs.touch(INDEX, {'names': self.names, 'count': self.count})


def on_record(event):
    path, size, state = event
    if state in (-1, 3):
        events.put(('recorded', state == 3))


def on_player(event):
    if event == 7:
        print('played')


events = Queue(16)
record = audio.Record()
record.end_callback(on_record)
player = audio.Audio(0)
player.setCallback(on_player)
reminders = Reminders()

# The edge is 0 for a rising and 1 for a falling one: the buttons pull their pins down.
speak = ExtInt(ExtInt.GPIO5, ExtInt.IRQ_RISING_FALLING, ExtInt.PULL_PU,
               lambda args: events.put(('pressed' if args[1] else 'released', None)))
done = ExtInt(ExtInt.GPIO6, ExtInt.IRQ_FALLING, ExtInt.PULL_PU, lambda args: events.put(('done', None)))
speak.enable()
done.enable()
hourly = osTimer()
hourly.start(REPEAT, 1, lambda args: events.put(('hour', None)))

print('ready with', len(reminders.names))
name = None
while True:
    what, detail = events.get()
    if what == 'pressed':
        name = reminders.new_name()
        answer = record.start(name, LONGEST)
        print('speak' if answer == 0 else 'cannot record: %d' % answer)
    elif what == 'released' and record.isBusy():
        record.stop()
    elif what == 'recorded':
        if detail:
            reminders.keep(name)
        print('kept' if detail else 'lost', name)
    elif what == 'hour':
        for known in reminders.names:
            print('playing', known)
            player.play(1, 1, record.getFilePath(known))
    elif what == 'done':
        print('done with', reminders.remove_oldest())
