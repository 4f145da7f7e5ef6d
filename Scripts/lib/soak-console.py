"""Throws noise at the console of `qpyemu repl` and looks whether it works for the next client.

Arguments: PROGRAM LIMIT SEED. Round N is made of the seed SEED + N alone; see Scripts/soak.
"""

import os
import random
import signal
import subprocess
import sys
import time

import serial

PATIENCE = 10  # Seconds within which the next client has its answer.
# Seconds after which it asks again: a module that starts anew loses what it was sent, and a Ctrl-C that comes
# at the prompt is no interrupt for the statement that still stands before it.
HURRY = 2
WARM_UP = 20  # Rounds after which the process has grown to its size.
SHOWN = 400  # Bytes shown of what was sent before a failure.

# What the process may have more at the end than after the warm-up.
GROWTH = {"kB of memory": 32768, "threads": 0, "descriptors": 0, "children": 0}

SCRIPTS = r"""
while True: pass
while True: print('noise' * 20)
print('x' * 200000)
print(input('a') + input(input('b')))
while True: input(str(input()))
import sys; print(sys.stdin.read(5)); sys.stdin.buffer.read(100)
import sys; sys.stdout.buffer.write(bytes(range(256)) * 64)
import utime; utime.sleep(1000)
import machine; machine.reset()
from misc import Power; Power.powerRestart()
import _thread; _thread.start_new_thread(lambda: [print(i) for i in range(1000, 1500)], ())
import _thread; l = _thread.allocate_lock(); l.acquire(); l.acquire()
import osTimer; t = osTimer(); t.start(5, 1, lambda _: print('tick'))
import audio; r = audio.Record(0); r.start('a.wav', 5)
import uselect, sys; p = uselect.poll(); p.register(sys.stdin, 1); print(p.poll(50))
f = open('/usr/noise', 'ab'); f.write(b'x' * 3000); f.close()
def f(): f()\rf()
def f(): yield from f()\rlist(f())
raise SystemExit
raise KeyboardInterrupt
1/0
help('modules')
x = [
[bytes(100000) for _ in range(1000)]
try: input()\rexcept: pass
class C:\r def __del__(self): print('gone')\rC(); import gc; gc.collect()
print('ä€😀')
import mach\t
uos.\t\t
"""
# Of a line each; \r and \t in them are keys.
SCRIPTS = SCRIPTS.strip().replace("\\r", "\r").replace("\\t", "\t").encode().split(b"\n")

CONTROLS = bytes(range(32)) + b"\x7f"
KEYS = [b"\x1b[A", b"\x1b[B", b"\x1b[C", b"\x1b[D", b"\x1b[H", b"\x1b[F", b"\x1b[3~", b"\x1bOH"]
KEYS += [b"\x1b", b"\x1b[", b"\x1b[9", b"\x1b[99~", b"\x1bO", b"\x1b[;1R", b"\x1b]0;"]


def noise(chance):
    return chance.randbytes(chance.randrange(1, 3000))


def controls(chance):
    return bytes(chance.choices(CONTROLS, k=chance.randrange(1, 100)))


def keys(chance):
    return b"".join(chance.choices(KEYS + [b"a", b"print", b"\r", b"\t"], k=chance.randrange(1, 60)))


def text(chance):
    """UTF-8, cut anywhere."""
    letters = "".join(chance.choices("ab'\"ä€😀", k=chance.randrange(1, 80))).encode()
    return b"print('" + letters[: chance.randrange(1, len(letters) + 1)] + b"')\r"


def typed(chance):
    return chance.choice(SCRIPTS) + b"\r" * chance.randrange(4)


def pasted(chance):
    return b"\x05" + chance.choice(SCRIPTS) + chance.choice([b"\x04", b"\x03", b"", b"\r\x04\x04"])


def raw(chance):
    return b"\r\x01" + chance.choice(SCRIPTS) + chance.choice([b"\x04", b"\x03", b"", b"\x04\x04\x02"])


def streamed(chance):
    """Raw paste that minds no window, is cut, or asks for what is not known."""
    code = chance.choice(SCRIPTS) * chance.choice([1, 1, 40])
    ask = chance.choice([b"\x05A\x01", b"\x05A\x01", b"\x05B\x01", b"\x05A", b"\x05\x05A\x01\x01"])
    return b"\r\x01" + ask + code + chance.choice([b"\x04", b"\x03", b"", b"\x01\x04", b"\x04\x04"])


def flood(chance):
    return chance.choice([b"x", b"\r", b"\t", b"\x00", b"(", b"'''\r"]) * chance.randrange(1, 60000)


def answers(chance):
    return chance.choice([b"yes\r", b"\x04", b"\x03", b"\r\r\r", b"\x01", b"\x02", b"\x03\x04"])


KINDS = [noise, controls, keys, text, typed, pasted, raw, raw, streamed, streamed, flood, answers]


class Failure(Exception):
    """The console is not as it should be."""


class Module:
    """The process, and what it was sent last."""

    def __init__(self, program):
        command = [program, "repl", "--profile", "EC600N", "--audio-in", "tone:440", "--pty"]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self.port = self.process.stdout.readline().decode().strip()
        self.sent = self.heard = b""
        self.asked_again = 0

    def open(self):
        return serial.Serial(self.port, 115200, timeout=0.05, write_timeout=PATIENCE)

    def send(self, client, data):
        self.sent = (self.sent + data)[-SHOWN:]
        client.write(data)

    def check(self):
        """A new client gets a prompt, and an answer."""
        with self.open() as client:
            due = time.monotonic() + PATIENCE
            while not (
                self.answers(client, b"\r\x03\x03\x02", b">>> ")
                and self.answers(client, b"print(6*7)\r", b"\n42\r\n")
            ):
                if time.monotonic() > due:
                    raise Failure("print(6*7) has not printed 42 within %d s" % PATIENCE)
                self.asked_again += 1

    def answers(self, client, question, ending):
        self.send(client, question)
        due = time.monotonic() + HURRY
        self.heard = b""
        while ending not in self.heard and time.monotonic() < due:
            self.heard += client.read(max(client.in_waiting, 1))
        return ending in self.heard

    def size(self):
        """What the process takes, with a new interpreter at the prompt."""
        with self.open() as client:
            self.send(client, b"\r\x03\x03\x02\x04")
        self.check()
        folder = "/proc/%d/" % self.process.pid
        status = dict(line.split(":", 1) for line in open(folder + "status"))
        tasks = os.listdir(folder + "task")
        children = [open(folder + "task/" + task + "/children").read().split() for task in tasks]
        return {
            "kB of memory": int(status["VmRSS"].split()[0]),
            "threads": int(status["Threads"]),
            "descriptors": len(os.listdir(folder + "fd")),
            "children": sum(map(len, children)),
        }

    def end(self):
        self.process.terminate()
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise Failure("SIGTERM has not ended it within %d s" % PATIENCE) from None
        if code != 128 + signal.SIGTERM:
            raise Failure("SIGTERM ended it with %d" % code)


def throw(module, chance):
    """One client, or two at once, that send noise, perhaps read, and go."""
    clients = [module.open() for _ in range(chance.choice([1, 1, 1, 2]))]
    for _ in range(chance.randrange(1, 6)):
        client = chance.choice(clients)
        data = chance.choice(KINDS)(chance)
        module.send(client, data[: chance.choice([len(data), chance.randrange(len(data) + 1)])])
        time.sleep(chance.choice([0, 0, 0.001, 0.02]))
        if chance.random() < 0.3:
            client.read(chance.randrange(5000))
    for client in clients:
        client.close()


def is_over(limit, count, start):
    """`limit` is a number of rounds, or of seconds with an s behind it."""
    return time.monotonic() - start >= int(limit[:-1]) if limit[-1] == "s" else count >= int(limit)


def fuzz(module, limit, seed):
    start, count, first = time.monotonic(), 0, None
    while not is_over(limit, count, start):
        try:
            throw(module, random.Random(seed + count))
            module.check()
        except (Failure, OSError) as failure:
            raise Failure("round %d, seed %d: %s" % (count + 1, seed + count, failure)) from None
        count += 1
        if count == WARM_UP:
            first = module.size()
    last = module.size()
    print("%d rounds from seed %d; asked again %d times" % (count, seed, module.asked_again))
    print("after %d rounds: %s\nat the end: %s" % (WARM_UP, first, last))
    for what, size in last.items():
        if first and size > first[what] + GROWTH[what]:
            raise Failure("%d %s have become %d" % (first[what], what, size))


def main(program, limit, seed):
    module = Module(program)
    try:
        fuzz(module, limit, int(seed))
        module.end()
    except (Failure, OSError) as failure:
        print(failure)
        print("sent last:", module.sent)
        print("heard last:", module.heard[-SHOWN:])
        sys.exit(1)
    finally:
        module.process.kill()


main(*sys.argv[1:])
