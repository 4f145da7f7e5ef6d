"""Times mpremote moving a file at a serial port: for each line on standard input, which names a port ("-" for a
bare one of our own, "-link" for a link to it), the seconds up and down, or why not.

The bare port is a pseudoterminal in this process that speaks the protocol of the raw mode and does what is sent in
CPython, on a folder of the host: what the tool itself takes, and hardly more.
"""
import builtins
import contextlib
import errno
import io
import os
import pty
import subprocess
import sys
import threading
import time
import tty
import types

PROMPT = b"raw REPL; CTRL-B to exit\r\n>"
WINDOW = 128


class BarePort:
    def __init__(self, folder):
        self.master, slave = pty.openpty()
        tty.setraw(slave)
        self.name = os.ttyname(slave)
        self.folder = folder
        kept = dict(vars(builtins), open=self.open, __import__=self.find)
        self.names = {"__builtins__": kept}
        self.ahead = b""
        threading.Thread(target=self.serve, daemon=True).start()

    def place(self, path):
        return os.path.join(self.folder, path.lstrip("/").replace("/", "_"))

    def open(self, path, mode):
        return open(self.place(path), mode)

    def find(self, name, *_):
        """What the tool imports: its view of files is ours."""
        return types.SimpleNamespace(stat=lambda path: os.stat(self.place(path)))

    def byte(self):
        if not self.ahead:
            self.ahead = os.read(self.master, 65536)
        byte, self.ahead = self.ahead[:1], self.ahead[1:]
        return byte

    def serve(self):
        code = b""
        while True:
            byte = self.byte()
            if byte == b"\x01" and code == b"\x05A":
                code = self.stream()
                self.do(code)
                code = b""
            elif byte == b"\x01":
                code = b""
                os.write(self.master, PROMPT)
            elif byte == b"\x04" and not code:
                os.write(self.master, b"OK\r\nMPY: soft reboot\r\n" + PROMPT)
            elif byte in b"\r\x02\x03":
                code = b""
            else:
                code += byte

    def stream(self):
        os.write(self.master, b"R\x01" + bytes((WINDOW, 0)) + b"\x01")
        code = bytearray()
        while True:
            byte = self.byte()
            if byte == b"\x04":
                os.write(self.master, b"\x04")
                return bytes(code)
            code += byte
            if len(code) % WINDOW == 0:
                os.write(self.master, b"\x01")

    def do(self, code):
        output, error = io.StringIO(), ""
        with contextlib.redirect_stdout(output):
            try:
                exec(code, self.names)
            except OSError as raised:
                error = "OSError: [Errno %d] %s\n" % (raised.errno, errno.errorcode[raised.errno])
            except Exception as raised:
                error = "%s: %s\n" % (type(raised).__name__, raised)
        parts = [output.getvalue(), error]
        os.write(
            self.master, b"".join(p.replace("\n", "\r\n").encode() + b"\x04" for p in parts) + b">"
        )


def run(port, *words):
    command = [os.path.join(os.path.dirname(sys.executable), "mpremote"), "connect", port, "fs", "cp", "-f"]
    subprocess.run([*command, *words], check=True, stdout=subprocess.DEVNULL, timeout=120)


def measure(port, data, folder):
    start = time.monotonic()
    run(port, data, ":/usr/bench.bin")
    run(port, ":/usr/bench.bin", folder + "/back.bin")
    seconds = time.monotonic() - start
    with open(data, "rb") as sent, open(folder + "/back.bin", "rb") as back:
        assert sent.read() == back.read(), "what came back is not what was sent"
    return seconds


def main():
    folder = sys.argv[1]
    bare = BarePort(folder)
    os.symlink(bare.name, folder + "/bare")
    bare_names = {"-": bare.name, "-link": folder + "/bare"}
    data = folder + "/bench.bin"
    with open(data, "wb") as file:
        file.write(bytes((i * 7 ^ i >> 8) & 255 for i in range(100 * 1024)))
    for line in sys.stdin:
        port = line.strip()
        try:
            print("%.4f" % measure(bare_names.get(port, port), data, folder), flush=True)
        except Exception as error:
            print(str(error).replace("\n", " "), flush=True)


main()
