# audio: argument passing and nothing else; the rules are the device's.
from kernel import call, method, method_minding_heap


class Peripheral:
    objects = {}

    def __new__(cls, *arguments):
        name = cls.__name__
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
    stream_start = method("Record.stream_start")
    stream_stop = method("Record.stream_stop")

    def stream_read(self, *arguments):
        result = _read(self, *arguments)
        if type(result) is tuple:
            count, data = result
            arguments[0][:count] = data
            return count
        return result


class Audio(Peripheral):
    set_pa = method("Audio.set_pa")
    play = method("Audio.play")
    stop = method("Audio.stop")
    stopAll = method("Audio.stopAll")
    setCallback = method("Audio.setCallback")
    getState = method("Audio.getState")
    getVolume = method("Audio.getVolume")
    setVolume = method("Audio.setVolume")


class TTS(Peripheral):
    close = method("TTS.close")
    play = method("TTS.play")
    setCallback = method("TTS.setCallback")
    getState = method("TTS.getState")
    getVolume = method("TTS.getVolume")
    setVolume = method("TTS.setVolume")
    getSpeed = method("TTS.getSpeed")
    setSpeed = method("TTS.setSpeed")


for _name, _value in call("audio.constants"):
    setattr(Record, _name, _value)
for _class, _name in call("audio.missing"):
    if _name == "init":
        del globals()[_class]
    else:
        delattr(globals()[_class], _name)
del Peripheral, method, method_minding_heap
