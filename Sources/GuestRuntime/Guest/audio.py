# audio: argument passing and nothing else; the rules are the device's.
from kernel import call, method, method_minding_heap


def method_with_names(name, *parameters):
    """A method whose arguments have names. The device knows their places only."""
    send = method(name)

    def invoke(self, *arguments, **named):
        if named:
            for parameter in parameters[len(arguments) :]:
                if parameter not in named:
                    raise TypeError("'%s' argument required" % parameter)
                arguments += (named.pop(parameter),)
            if named:
                raise TypeError("extra keyword arguments given")
        # A bytearray that goes to the device by itself is one that the device is to fill.
        return send(self, *[bytes(a) if type(a) is bytearray else a for a in arguments])

    return invoke


class Peripheral:
    objects = {}

    def __new__(cls, *arguments, **ignored):
        name = cls._kind
        made = call(name + ".init", *arguments)
        if type(made) is not tuple:
            return made  # Some firmware answers with a number instead of an object.
        key = name, made[0]
        if key not in cls.objects:
            self = object.__new__(cls)
            self._number = made[0]
            cls.objects[key] = self
        return cls.objects[key]


_read = method("Record.stream_read")


class Record(Peripheral):
    _kind = "Record"
    start = method("Record.start")
    stop = method("Record.stop")
    getFilePath = method("Record.getFilePath")
    getSize = method("Record.getSize")
    getData = method_minding_heap("Record.getData")
    Delete = method("Record.Delete")
    exists = method("Record.exists")
    isBusy = method("Record.isBusy")
    end_callback = method("Record.end_callback")
    gain = method("Record.gain")
    amrEncDtx_enable = method("Record.amrEncDtx_enable")
    stream_start = method_with_names(
        "Record.stream_start", "format", "samplerate", "time"
    )
    stream_stop = method("Record.stream_stop")
    play = method("Record.play")
    __del__ = method("Record.__del__")

    def stream_read(self, *arguments):
        result = _read(self, *arguments)
        if type(result) is tuple:
            count, data = result
            arguments[0][:count] = data
            return count
        return result


class Audio(Peripheral):
    _kind = "Audio"
    set_pa = method("Audio.set_pa")
    setSpeakerpaCallback = method("Audio.setSpeakerpaCallback")
    play = method_with_names("Audio.play", "priority", "breakin", "data")
    stop = method("Audio.stop")
    stopAll = method("Audio.stopAll")
    setCallback = method("Audio.setCallback")
    getState = method("Audio.getState")
    getVolume = method("Audio.getVolume")
    setVolume = method("Audio.setVolume")


class TTS(Peripheral):
    _kind = "TTS"
    init = method("TTS.init_")
    close = method("TTS.close")
    deinit = method("TTS.deinit")
    play = method_with_names("TTS.play", "priority", "breakin", "mode", "data")
    stop = method("TTS.stop")
    stopAll = method("TTS.stopAll")
    setCallback = method("TTS.setCallback")
    getState = method("TTS.getState")
    getVolume = method("TTS.getVolume")
    setVolume = method("TTS.setVolume")
    getSpeed = method("TTS.getSpeed")
    setSpeed = method("TTS.setSpeed")


for _class, _name, _value in call("audio.constants"):
    setattr(globals()[_class], _name, _value)
for _class, _name in call("audio.missing"):
    if _name == "init":
        del globals()[_class]
    else:
        delattr(globals()[_class], "init" if _name == "init_" else _name)
del Peripheral, method, method_minding_heap, method_with_names
