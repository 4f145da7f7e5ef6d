# A sensor node: measures with an AHT20 on the I2C bus every ten seconds, answers a host at a serial port, and warns it
# when it gets warm.
import log
import utime
from machine import I2C, UART

PERIOD = 10
WARM = 30
SENSOR = 0x38

log.basicConfig(level=log.INFO)
logger = log.getLogger('node')


class AHT20:
    def __init__(self, bus):
        self.bus = I2C(bus, I2C.STANDARD_MODE)
        self.command(b'\xbe\x08\x00')
        utime.sleep_ms(40)

    def command(self, data):
        if self.bus.write(SENSOR, b'', 0, data, len(data)) != 0:
            raise OSError('the sensor does not answer')

    def measure(self):
        """Gives degrees Celsius and percent."""
        self.command(b'\xac\x33\x00')
        utime.sleep_ms(80)
        data = bytearray(6)
        if self.bus.read(SENSOR, b'', 0, data, len(data), 0) != 0:
            raise OSError('the sensor does not answer')
        humidity = data[1] << 12 | data[2] << 4 | data[3] >> 4
        temperature = (data[3] & 0x0F) << 16 | data[4] << 8 | data[5]
        return temperature * 200 / 0x100000 - 50, humidity * 100 / 0x100000


class Node:
    def __init__(self):
        self.sensor = AHT20(I2C.I2C1)
        self.host = UART(UART.UART2, 115200, 8, 0, 1, 0)
        self.host.set_callback(self.heard)
        self.line = b''
        self.is_warm = False
        self.latest = None

    def say(self, text):
        self.host.write(text + '\r\n')

    def heard(self, event):
        self.line += self.host.read(self.host.any())
        while b'\n' in self.line:
            command, self.line = self.line.split(b'\n', 1)
            self.answer(command.strip().decode())

    def answer(self, command):
        if command == 'READ?':
            self.say('%.1f C, %.0f %%' % self.latest if self.latest else 'WAIT')
        else:
            self.say('ERROR: %s is no command, READ? is' % command)

    def measure(self):
        try:
            self.latest = self.sensor.measure()
        except OSError as error:
            logger.error(str(error))
            return
        logger.info('%.1f C, %.0f %%' % self.latest)
        was_warm, self.is_warm = self.is_warm, self.latest[0] > WARM
        if self.is_warm and not was_warm:
            self.say('WARM')


node = Node()
for _ in range(6):
    node.measure()
    utime.sleep(PERIOD)
