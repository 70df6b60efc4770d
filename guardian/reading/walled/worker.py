"""Main of the process that takes mail and HTML apart: walls up, readers in, then one fork a message.

The process that the parent talks to never looks into a message: it passes the bytes to a fork of itself and the fork's
answer back. The fork gives up the right to fork, gets limits of its own on time, takes one message apart and ends. So
what a hostile message may break is gone before the next one comes. The next fork is made, and has read a small mail of
ours so that its pages are its own, while the parent is busy with the last answer: that is most of what a fork costs.

Enforced by the kernel, where it has the filters: no network, no other program, no file, no core, no growth of files;
memory and processor time are capped on every system. Started by `process.py`.
"""

from __future__ import annotations

import encodings
import gc
import importlib
import os
import pkgutil
import resource
import select
import signal
import sys
import time
from contextlib import suppress
from typing import Final, NoReturn

from guardian.message import Format, Message
from guardian.reading.limits import Limits
from guardian.reading.walled.wire import (
    ANSWER_LIMIT_BYTES,
    QUESTION_BYTES,
    Ending,
    WireError,
    answer_header,
    packed,
    read_question,
)
from guardian.walls.wall import WallLevel, cap_resources, harden_fork, raise_walls, seal_files

MEMORY_LIMIT_BYTES: Final = 512 * 1024 * 1024
DESCRIPTORS_LIMIT: Final = 16
TIME_LIMIT_S: Final = 4
"""Seconds of processor time, and of the clock, for one message."""
_CHUNK_BYTES: Final = 1 << 16
_SAMPLES: Final = (
    Message(
        b"From: A <a@x.example>\nSubject: =?utf-8?q?b?=\nContent-Type: multipart/alternative; boundary=c\n\n"
        b"--c\nContent-Type: text/plain; charset=latin-1\nContent-Transfer-Encoding: base64\n\nZGU=\n"
        b'--c\nContent-Type: text/html\n\n<p style="display:none">f <a href="https://x.example">g</a></p>\n--c--\n',
        format=Format.MAIL,
    ),
    Message(b"<html><p>a</p></html>", format=Format.HTML),
)
"""A mail and a document of ours, with most of what ordinary ones have."""
READY: Final = b"R"
"""Said once, with the level of the wall behind it, when messages may come."""


def main(limit_name: str, parent_process: int, limits_text: str) -> None:
    """Serve until the parent goes. `limit_name`: the strongest wall that may be tried; `limits_text`: the reader's
    limits, as whole numbers joined by commas in the order of `Limits`."""
    source, sink = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)  # a stray print goes to the parent's buffer for stderr, not between the answers
    limit = WallLevel(limit_name)
    level, _ = raise_walls(limit, parent_process, may_fork=True)
    _prepare()
    cap_resources(memory_bytes=MEMORY_LIMIT_BYTES, descriptors=DESCRIPTORS_LIMIT)
    limits = Limits(*map(int, limits_text.split(",")))
    seal_files(limit)
    _write(sink, READY + level.value.encode("ascii").ljust(15))
    while True:
        fork = _Fork(limits)
        header = _read(source, QUESTION_BYTES)
        if not header:
            return
        raw = _read(source, read_question(header, limits.max_bytes_read).size_bytes)
        ending, body = fork.ask(header, raw)
        _send(sink, ending, body)
        if ending in (Ending.OVERDUE, Ending.TOO_LARGE):
            return  # the kernel ends the fork with this process; the parent starts another one


def _prepare() -> None:
    """Load everything that a message may need, for nothing can be opened later: readers, and every character set."""
    from guardian.reading.walled.taking_apart import take_apart

    for module in pkgutil.iter_modules(encodings.__path__):
        if module.name not in ("mbcs", "oem", "cp65001"):  # of another system
            importlib.import_module(f"encodings.{module.name}")
    for sample in _SAMPLES:
        packed(take_apart(sample, Limits()))
    gc.collect()
    gc.freeze()


class _Fork:
    """A copy of this process that waits for one message."""

    def __init__(self, limits: Limits) -> None:
        theirs, self.input = os.pipe()
        self.output, sink = os.pipe()
        parent = os.getpid()
        self.id = os.fork()
        if self.id == 0:
            os.close(self.input)
            os.close(self.output)
            _take_one_apart_and_exit(theirs, sink, limits, parent)
        os.close(theirs)
        os.close(sink)

    def ask(self, header: bytes, raw: bytes) -> tuple[Ending, bytes]:
        """What the fork says of a message, and how it ended; it is gone then, unless it took too long."""
        give_up = time.monotonic() + TIME_LIMIT_S
        with suppress(OSError):  # it ended: that shows below
            _write(self.input, header + raw)
        os.close(self.input)
        body = bytearray()
        while True:
            left_s = give_up - time.monotonic()
            if left_s <= 0 or not select.select([self.output], [], [], left_s)[0]:
                return Ending.OVERDUE, b""
            data = os.read(self.output, _CHUNK_BYTES)
            if not data:
                break
            body += data
            if len(body) > ANSWER_LIMIT_BYTES:
                return Ending.TOO_LARGE, b""
        os.close(self.output)
        _, status = os.waitpid(self.id, 0)
        if os.WIFSIGNALED(status):
            is_late = os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL)
            return (Ending.OVERDUE if is_late else Ending.DIED), b""
        return (Ending.DIED, b"") if status else (Ending.ANSWERED, bytes(body))


def _take_one_apart_and_exit(source: int, sink: int, limits: Limits, parent: int) -> NoReturn:
    """The whole life of a fork."""
    code = 1
    try:
        from guardian.reading.walled.taking_apart import take_apart

        harden_fork(parent)
        gc.disable()  # it lives for one message
        packed(take_apart(_SAMPLES[0], limits))
        header = _read(source, QUESTION_BYTES)
        if header:
            signal.alarm(TIME_LIMIT_S)
            resource.setrlimit(resource.RLIMIT_CPU, (TIME_LIMIT_S + 1, TIME_LIMIT_S + 1))
            question = read_question(header, limits.max_bytes_read)
            message = Message(_read(source, question.size_bytes), format=question.format)
            _write(sink, packed(take_apart(message, limits)))
        code = 0
    finally:
        os._exit(code)


def _send(sink: int, ending: Ending, body: bytes) -> None:
    _write(sink, answer_header(ending, len(body)))
    _write(sink, body)


def _write(sink: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(sink, left) :]


def _read(source: int, size_bytes: int) -> bytes:
    """So many bytes; empty where the parent is gone. Raises WireError where it goes in the middle."""
    found = bytearray()
    while len(found) < size_bytes:
        data = os.read(source, min(size_bytes - len(found), 1 << 20))
        if not data:
            if found:
                raise WireError("the parent went away")
            return b""
        found += data
    return bytes(found)


if __name__ == "__main__":
    sys.exit("this file is started by guardian itself")
