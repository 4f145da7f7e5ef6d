"""The raw mode of a module's console, over the pipes of a process."""

import os
import selectors
import subprocess
import time


class EmulatorError(Exception):
    """The emulator could not be started, or does not answer."""


class RawRepl:
    """A process that serves a module's console on its standard streams."""

    def __init__(self, command, timeout):
        self.timeout = timeout
        try:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
        except OSError as error:
            raise EmulatorError("cannot start %s: %s" % (command[0], error.strerror)) from None
        self.received = bytearray()
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.process.stdout, selectors.EVENT_READ)
        self.send(b"\r\x01")
        self.until(b"raw REPL; CTRL-B to exit\r\n>")

    def send(self, data):
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
        except BrokenPipeError:
            raise self.ended() from None

    def until(self, ending):
        """What comes up to and without `ending`."""
        due = time.monotonic() + self.timeout
        while True:
            place = self.received.find(ending)
            if place >= 0:
                found = bytes(self.received[:place])
                del self.received[: place + len(ending)]
                return found
            if not self.selector.select(max(due - time.monotonic(), 0)):
                raise EmulatorError(
                    "the module has not answered within %g s; it sent %r"
                    % (self.timeout, bytes(self.received[-200:]))
                )
            data = os.read(self.process.stdout.fileno(), 65536)
            if not data:
                raise self.ended()
            self.received += data

    def ended(self):
        self.process.wait()
        words = self.process.stderr.read().decode(errors="replace").strip()
        return EmulatorError("the emulator ended with %d: %s" % (self.process.returncode, words))

    def execute(self, code):
        """Runs code; gives what it printed, and its traceback, empty if there is none."""
        self.send(code.encode() + b"\x04")
        self.until(b"OK")
        output = self.until(b"\x04")
        traceback = self.until(b"\x04")
        self.until(b">")
        return text(output), text(traceback)

    def restart(self):
        """Starts the interpreter anew; main.py is left alone."""
        self.send(b"\x03\x04")
        self.until(b"soft reboot\r\n")
        self.until(b"raw REPL; CTRL-B to exit\r\n>")

    def close(self):
        self.process.stdin.close()  # The end of its input switches the module off.
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.selector.close()
        self.process.stdout.close()
        self.process.stderr.close()


def text(data):
    return data.replace(b"\r\n", b"\n").decode(errors="replace")
