"""The fixture `module`, and how a test says which models it is for."""

import os
import shutil

import pytest

from .module import Module

KEYWORDS = {
    "policy": "--policy",
    "audio_in": "--audio-in",
    "seed": "--seed",
    "heap": "--heap",
    "modules": "--modules",
}


def pytest_addoption(parser):
    group = parser.getgroup("qpyemu", "emulated QuecPython modules")
    group.addoption(
        "--qpyemu-profile",
        action="append",
        metavar="NAME",
        help="run tests on this model, and skip those marked for others only; may be repeated",
    )
    group.addoption("--qpyemu-command", metavar="PROGRAM", help="the qpyemu to use")
    parser.addini("qpyemu_command", "the qpyemu to use; else the one on PATH", default="")


def pytest_configure(config):
    config.addinivalue_line(
        "markers",
        "module(*profiles, policy=, audio_in=, seed=, heap=, modules=): the models that a test's `module` is,"
        " one after the other, and how it is emulated",
    )


def chosen(config):
    """The models that the command line or the environment names."""
    names = config.getoption("--qpyemu-profile")
    if names:
        return names
    return [os.environ["QPYEMU_PROFILE"]] if os.environ.get("QPYEMU_PROFILE") else []


def pytest_generate_tests(metafunc):
    if "module" not in metafunc.fixturenames:
        return
    marker = metafunc.definition.get_closest_marker("module")
    wanted = chosen(metafunc.config)
    if marker and marker.args:
        profiles = [
            name
            if not wanted or name in wanted
            else pytest.param(name, marks=pytest.mark.skip(reason="not among the chosen models"))
            for name in marker.args
        ]
    elif wanted:
        profiles = wanted
    else:
        raise pytest.UsageError(
            "%s: no model: mark the test with @pytest.mark.module('EC200U'), give --qpyemu-profile, "
            "or set QPYEMU_PROFILE" % metafunc.definition.nodeid
        )
    metafunc.parametrize("module", profiles, indirect=True)


def options(marker, folder):
    given = {"audio_in": "tone:440", **(marker.kwargs if marker else {})}
    unknown = set(given) - set(KEYWORDS)
    if unknown:
        raise pytest.UsageError(
            "the marker module has no %s; it has %s"
            % (", ".join(sorted(unknown)), ", ".join(KEYWORDS))
        )
    if "modules" in given:
        given["modules"] = os.path.join(folder, given["modules"])
    return [word for key, value in given.items() for word in (KEYWORDS[key], str(value))]


def command(config):
    named = config.getoption("--qpyemu-command") or config.getini("qpyemu_command")
    found = named or shutil.which("qpyemu")
    if not found:
        raise pytest.UsageError(
            "there is no qpyemu on PATH: give --qpyemu-command, or set qpyemu_command in the ini-file"
        )
    return [found]


@pytest.fixture
def module(request):
    """A running emulated module, one for each test, in virtual time."""
    marker = request.node.get_closest_marker("module")
    made = Module(request.param, command(request.config), options(marker, request.path.parent))
    request.node.user_properties += [
        ("qpyemu.profile", request.param),
        ("qpyemu.policy", made.call("__import__('qpyemu').policy")),
        ("qpyemu.seed", str(marker.kwargs.get("seed", 1) if marker else 1)),
    ]
    yield made
    made.close()
