# qpyemu: what a test on the emulator needs beside the module. A real module has nothing like it.
from kernel import call


def fault(words):
    """Has something fail: fault("what=read when=call:2"). ValueError says what is wrong with it."""
    call("fault.inject", words)


def faults():
    """The faults so far, and how often each has struck: [("what=read when=call:2", 1), ...]."""
    return [tuple(entry) for entry in call("fault.list")]


def clear_faults():
    """Takes all faults back."""
    call("fault.clear")


def profile():
    """The name of the emulated model."""
    return call("module.profile")


def policy():
    """'documented' or 'observed'."""
    return call("module.policy")
