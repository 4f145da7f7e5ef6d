"""A running emulated module."""

import ast
import os

from .rawrepl import EmulatorError, RawRepl

__all__ = ["Callback", "EmulatorError", "Module", "ModuleError"]

CHUNK = 4096  # Bytes of a file that go over the console at once.


class ModuleError(Exception):
    """The module's script raised an exception. `kind` is its type's name, `traceback` all of it."""

    def __init__(self, traceback, output=""):
        last = traceback.strip().split("\n")[-1]
        super().__init__(traceback.strip())
        self.kind, _, self.text = last.partition(": ")
        self.traceback = traceback
        self.output = output


class Callback:
    """A function of the module's script that keeps what it is called with."""

    def __init__(self, module, name):
        self.module = module
        self.name = name

    def __repr__(self):
        return self.name

    @property
    def calls(self):
        """The arguments of each call so far: [[['U:/a.wav', 0, 0]], …]."""
        return self.module.eval("%s_calls" % self.name)


class Module:
    """An emulated module in virtual time: it stands still while nobody asks anything of it."""

    def __init__(self, profile, command=("qpyemu",), options=(), timeout=60):
        self.profile = profile
        self._repl = RawRepl(
            [*command, "repl", "--profile", profile, "--time", "virtual", *options], timeout
        )

    # Code.

    def exec(self, code):
        """Runs code in the module's `__main__`; gives what it printed. Raises ModuleError."""
        output, traceback = self._repl.execute(code)
        if traceback:
            raise ModuleError(traceback, output)
        return output

    def eval(self, expression):
        """The value of an expression: a number, text, bytes, list, tuple, dict, bool or None."""
        output = self.exec("print(repr(%s))" % expression)
        value = output.rstrip("\n").split("\n")[-1]
        if value.startswith("bytearray("):
            return bytearray(ast.literal_eval(value[10:-1]))
        try:
            return ast.literal_eval(value)
        except (SyntaxError, ValueError):
            raise ValueError("%s is %s, which has no value outside the module" % (expression, value))

    def call(self, function, *arguments):
        """Calls a function or method by its name, such as `record.start`; gives what it returns."""
        return self.eval("%s(%s)" % (function, ", ".join(map(repr, arguments))))

    def run(self, script):
        """Runs a script of the host on the freshly started module; gives what it printed."""
        with open(os.fspath(script), encoding="utf-8") as file:
            code = file.read()
        self.restart()
        return self.exec(code)

    def restart(self):
        """Starts the interpreter anew; the flash stays."""
        self._repl.restart()

    # Time and call-backs.

    def advance(self, seconds):
        """Lets device time pass; call-backs run meanwhile, and what they print is given."""
        return self.exec("import utime\nutime.sleep_ms(%d)" % round(seconds * 1000))

    def callback(self, name):
        """Defines a function of that name in the module's script that keeps its calls."""
        self.exec(
            "%s_calls = []\ndef %s(*arguments):\n    %s_calls.append(list(arguments))"
            % (name, name, name)
        )
        return Callback(self, name)

    # Faults.

    def fault(self, words):
        """Has something fail, such as `what=read when=call:2 times=once`."""
        try:
            self.exec("import qpyemu\nqpyemu.fault(%r)" % words)
        except ModuleError as error:
            raise ValueError(error.text) from None

    def faults(self):
        """The faults so far and how often each has struck."""
        self.exec("import qpyemu")
        return self.eval("qpyemu.faults()")

    def clear_faults(self):
        """Takes all faults back."""
        self.exec("import qpyemu\nqpyemu.clear_faults()")

    # The SIM and the network.

    def modem(self, key, value):
        """Changes something about the SIM or the network, such as `registered` to `no`."""
        try:
            self.exec("import qpyemu\nqpyemu.modem(%r, %r)" % (key, value))
        except ModuleError as error:
            raise ValueError(error.text) from None

    # The flash.

    def read(self, path):
        """The bytes of a file of the flash."""
        parts = []
        self.exec("_file = open(%r, 'rb')" % path)
        while not parts or parts[-1]:
            parts.append(self.eval("_file.read(%d)" % CHUNK))
        self.exec("_file.close()\ndel _file")
        return b"".join(parts)

    def write(self, path, data):
        """Puts a file on the flash."""
        data = data.encode() if isinstance(data, str) else bytes(data)
        self.exec("_file = open(%r, 'wb')" % path)
        for start in range(0, len(data), CHUNK):
            self.exec("_file.write(%r)" % data[start : start + CHUNK])
        self.exec("_file.close()\ndel _file")

    def listdir(self, path="/usr"):
        """The names in a folder of the flash, sorted."""
        self.exec("import uos")
        return sorted(self.eval("uos.listdir(%r)" % path))

    def close(self):
        """Switches the module off."""
        self._repl.close()
