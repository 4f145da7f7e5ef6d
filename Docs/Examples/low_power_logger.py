# A low-power logger: every ten minutes it wakes up, writes the voltage of a probe on ADC0 and of the battery into a file on
# the flash, and sleeps again. It begins a new file when one is full, keeps two, and switches the module off before the
# battery is empty. Docs/Examples/low_power_logger.json lets the battery run down.
import pm
import uos
import utime
from misc import ADC, Power

PERIOD = 600
FILE = '/usr/log.csv'
OLD_FILE = '/usr/log.old.csv'
LINES = 20
EMPTY = 3400


class Log:
    def __init__(self):
        try:
            with open(FILE) as log:
                self.count = len(log.readlines())
        except OSError:
            self.count = 0

    def write(self, *fields):
        if self.count == LINES:
            self.rotate()
        with open(FILE, 'a') as log:
            log.write(','.join(str(field) for field in fields) + '\n')
        self.count += 1

    def rotate(self):
        if OLD_FILE[5:] in uos.listdir('/usr'):
            uos.remove(OLD_FILE)
        uos.rename(FILE, OLD_FILE)
        self.count = 0


def clock():
    return '%04d-%02d-%02d %02d:%02d:%02d' % utime.localtime()[:6]


log = Log()
probe = ADC()
awake = pm.create_wakelock('measure', len('measure'))
pm.autosleep(1)
print('on for reason', Power.powerOnReason())
while True:
    pm.wakelock_lock(awake)
    probe.open()
    battery = Power.getVbatt()
    log.write(clock(), probe.read(ADC.ADC0), battery)
    probe.close()
    if battery < EMPTY:
        print('the battery is empty')
        Power.powerDown()
    pm.wakelock_unlock(awake)
    utime.sleep(PERIOD)
