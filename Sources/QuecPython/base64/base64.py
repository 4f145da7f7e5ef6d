import ubinascii

_B32 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def _bytes(data):
    return data.encode() if isinstance(data, str) else bytes(data)


def b64encode(s, altchars=None):
    if not isinstance(s, (bytes, bytearray)):
        raise TypeError("expected bytes, not %s" % s.__class__.__name__)
    out = ubinascii.b2a_base64(s)[:-1]
    if altchars is not None:
        out = out.replace(b"+", altchars[0:1]).replace(b"/", altchars[1:2])
    return out


def b64decode(s, altchars=None):
    s = _bytes(s)
    if altchars is not None:
        altchars = _bytes(altchars)
        s = s.replace(altchars[0:1], b"+").replace(altchars[1:2], b"/")
    return ubinascii.a2b_base64(s)


def standard_b64encode(s):
    return b64encode(s)


def standard_b64decode(s):
    return b64decode(s)


def urlsafe_b64encode(s):
    return b64encode(s, b"-_")


def urlsafe_b64decode(s):
    return b64decode(s, b"-_")


def b32encode(s):
    s = bytes(s)
    out = b""
    for start in range(0, len(s), 5):
        group = s[start:start + 5]
        number = int.from_bytes(group + bytes(5 - len(group)), "big")
        count = (len(group) * 8 + 4) // 5
        out += bytes(_B32[number >> 35 - 5 * i & 31] for i in range(count)) + b"=" * (8 - count)
    return out


def b32decode(s):
    s = _bytes(s)
    if len(s) % 8:
        raise ValueError("Incorrect padding")
    out = b""
    for start in range(0, len(s), 8):
        group = s[start:start + 8].rstrip(b"=")
        number = 0
        for char in group:
            place = _B32.find(bytes((char,)))
            if place < 0:
                raise ValueError("Non-base32 digit found")
            number = number << 5 | place
        number <<= 5 * (8 - len(group))
        out += number.to_bytes(5, "big")[:len(group) * 5 // 8]
    return out


def b16encode(s):
    return ubinascii.hexlify(s).upper()


def b16decode(s):
    return ubinascii.unhexlify(_bytes(s))


def encodebytes(s):
    out = b""
    for start in range(0, len(s), 57):
        out += ubinascii.b2a_base64(s[start:start + 57])
    return out


def decodebytes(s):
    return ubinascii.a2b_base64(s)
