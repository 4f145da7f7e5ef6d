# Colour bars and a greeting on a display of 240 x 240 pixels with an ST7789.
#
#   qpyemu run Docs/Examples/display.py --profile EC600N --export out/
#
# then out/display.png is what the display shows.
from machine import LCD

COMMANDS = bytearray((
    2, 0, 120,           # wait 120 ms
    0, 0, 0x11,          # out of sleep
    0, 1, 0x36, 1, 1, 0x00,
    0, 1, 0x3A, 1, 1, 0x05,  # 16 bits a pixel
    0, 0, 0x21,          # this glass wants inverted colours
    0, 0, 0x29,          # on
))
# F0 and F1 stand for the first column, E0 and E1 for the last; F2, F3, E2, E3 for the rows.
AREA = bytearray((
    0, 4, 0x2A, 1, 1, 0xF0, 1, 1, 0xF1, 1, 1, 0xE0, 1, 1, 0xE1,
    0, 4, 0x2B, 1, 1, 0xF2, 1, 1, 0xF3, 1, 1, 0xE2, 1, 1, 0xE3,
    0, 0, 0x2C,
))
ON = bytearray((0, 0, 0x11, 2, 0, 20, 0, 0, 0x29))
OFF = bytearray((0, 0, 0x28, 2, 0, 120, 0, 0, 0x10))

BARS = (0xFFFF, 0xFFE0, 0x07FF, 0x07E0, 0xF81F, 0xF800, 0x001F, 0x0000)

# Letters of 5 x 7 dots, a byte for each row.
LETTERS = {
    'H': (17, 17, 17, 31, 17, 17, 17),
    'E': (31, 16, 16, 30, 16, 16, 31),
    'L': (16, 16, 16, 16, 16, 16, 31),
    'O': (14, 17, 17, 17, 17, 17, 14),
}


def fill(color, x, y, width, height):
    lcd.lcd_write(bytearray(color.to_bytes(2, 'little') * (width * height)), x, y, x + width - 1, y + height - 1)


def write(text, x, y, dot, color):
    for letter in text:
        for row, bits in enumerate(LETTERS[letter]):
            for column in range(5):
                if bits & 16 >> column:
                    fill(color, x + column * dot, y + row * dot, dot, dot)
        x += 6 * dot


lcd = LCD()
print('init:', lcd.lcd_init(COMMANDS, 240, 240, 26000, 1, 4, 0, AREA, ON, OFF, None))
lcd.lcd_clear(0x2104)
for number, color in enumerate(BARS):
    fill(color, 30 * number, 0, 30, 120)
write('HELLO', 30, 150, 6, 0xFFFF)
print('brightness:', lcd.lcd_brightness(5))
