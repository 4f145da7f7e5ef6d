"""A test suite for firmware that records voice notes, run on several models: see Scripts/pytest-qpyemu."""

import pathlib

import pytest

from pytest_qpyemu import ModuleError

RECORDER = pathlib.Path(__file__).parent.parent / "record.py"


@pytest.fixture
def recorder(module):
    """The module with a `record` that tells `told`."""
    channel = 2 if module.profile == "EC200U" else 0
    module.exec("import audio\nrecord = audio.Record(%d)" % channel)
    module.told = module.callback("told")
    assert module.call("record.end_callback", module.told) == 0
    return module


def test_a_note_of_three_seconds_is_kept(recorder):
    assert recorder.call("record.start", "note.wav", 3) == 0
    assert recorder.call("record.isBusy") == 1
    recorder.advance(3)
    assert recorder.told.calls == [[["U:/note.wav", 0, 0]], [["U:/note.wav", 48000, 3]]]
    assert len(recorder.read("/usr/note.wav")) == 48044
    assert recorder.listdir() == ["note.wav", "system_config.json"]


def test_a_lost_microphone_is_told_and_what_was_heard_stays(recorder):
    recorder.fault("what=microphone-lost when=second:1")
    recorder.call("record.start", "note.wav", 3)
    recorder.advance(3)
    assert recorder.told.calls[-1] == [["U:/note.wav", 16000, -1]]
    assert recorder.faults() == [("what=microphone-lost when=second:1", 1)]


@pytest.mark.module("EC600N", "EC800N")
def test_a_gain_that_the_codec_refuses_is_survived(module):
    module.exec("import audio; record = audio.Record()")
    module.fault("what=row call=Record.gain row=codec times=once")
    assert module.call("record.gain", 4, 12) == -1
    assert module.call("record.gain", 4, 12) == 0


@pytest.mark.module("EC600N", "EC800N")
def test_only_these_models_set_the_gain(module):
    module.exec("import audio; record = audio.Record()")
    assert module.call("record.gain", 4, 12) == 0


@pytest.mark.module("EG915U", policy="observed")
def test_firmware_of_other_models_has_no_gain(module):
    module.exec("import audio; record = audio.Record()")
    with pytest.raises(ModuleError) as raised:
        module.call("record.gain", 4, 12)
    assert raised.value.kind == "AttributeError"


@pytest.mark.module("EC600N")
def test_the_documented_script_records_ten_seconds(module):
    printed = module.run(RECORDER)
    assert "callback: U:/recordfile.wav 160000 3" in printed.split("\n")


@pytest.mark.module("EC600N")
def test_a_file_survives_a_restart(module):
    data = bytes(range(256)) * 40
    module.write("/usr/data.bin", data)
    module.restart()
    assert module.read("/usr/data.bin") == data
