import ubinascii
import uhashlib

_BLOCK = 64


class HMAC:
    def __init__(self, key, msg=None, digestmod=None):
        if not isinstance(key, (bytes, bytearray)):
            raise TypeError("key: expected bytes or bytearray")
        if digestmod is None:
            digestmod = uhashlib.md5
        elif isinstance(digestmod, str):
            digestmod = getattr(uhashlib, digestmod)
        if len(key) > _BLOCK:
            key = digestmod(key).digest()
        key = bytes(key) + bytes(_BLOCK - len(key))
        self._outer = digestmod(bytes(byte ^ 0x5C for byte in key))
        self._inner = digestmod(bytes(byte ^ 0x36 for byte in key))
        self._digest = None
        if msg is not None:
            self.update(msg)

    def update(self, msg):
        self._inner.update(msg)

    def digest(self):
        if self._digest is None:
            self._outer.update(self._inner.digest())
            self._digest = self._outer.digest()
        return self._digest

    def hexdigest(self):
        return ubinascii.hexlify(self.digest()).decode()


def new(key, msg=None, digestmod=None):
    return HMAC(key, msg, digestmod)


def compare_digest(a, b):
    if len(a) != len(b):
        return False
    difference = 0
    for one, other in zip(a, b):
        difference |= one ^ other if isinstance(one, int) else one != other
    return difference == 0
