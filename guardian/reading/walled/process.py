"""The process that takes messages apart, as the parent holds it: two pipes, a deadline, and its end.

Invariants: it inherits neither environment nor descriptors; every wait has a deadline; what it says is bounded before
it is read; once it has failed it is ended, and never asked again.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import select
import subprocess
import sys
import time
from dataclasses import astuple
from pathlib import Path
from typing import Final

import guardian
from guardian.errors import CellError
from guardian.message import Message
from guardian.reading.limits import Limits
from guardian.reading.mail import MailExtract
from guardian.reading.walled.wire import (
    ANSWER_BYTES,
    Ending,
    WireError,
    question_header,
    read_answer,
    unpacked,
)
from guardian.walls.wall import WallLevel

START_LIMIT_S: Final = 20.0
ANSWER_LIMIT_S: Final = 5.0
"""For one message, from the first byte sent to the last one received."""
READY_BYTES: Final = 16
_CHUNK_BYTES: Final = 1 << 18
_BOOT: Final = (
    "import sys; sys.path += sys.argv[4:]; "
    "from guardian.reading.walled.worker import main; main(sys.argv[1], int(sys.argv[2]), sys.argv[3])"
)


_WHY: Final = {
    Ending.DIED: "its reader failed on it, or needed too much memory",
    Ending.OVERDUE: "it took too long to be taken apart",
    Ending.TOO_LARGE: "what it says is longer than may be",
}
_ENDED: Final = "its reader ended"


class ReaderStoppedError(CellError):
    """The process gave no answer. `what` is a plain sentence."""


class ReaderEndedError(ReaderStoppedError):
    """The process is gone. It looks into no message itself, so the message was not the cause."""


class ReadingProcess:
    """One life of the process. Raises CellError where it can't be started. For one thread at a time."""

    def __init__(self, limits: Limits, wall_limit: WallLevel) -> None:
        arguments = [wall_limit.value, str(os.getpid()), ",".join(map(str, astuple(limits))), *_import_folders()]
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _BOOT, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                env={"LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "1"},
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            raise CellError(f"cannot start the reader's process: {error.strerror}") from error
        self._input, self._output = (pipe.fileno() for pipe in (self._process.stdin, self._process.stdout) if pipe)
        os.set_blocking(self._input, False)
        self._wall: str | None = None

    @property
    def wall(self) -> str:
        """Which wall the process says that it stands behind. Waits until it is up. Raises CellError."""
        if self._wall is None:
            try:
                ready = self._receive(READY_BYTES, time.monotonic() + START_LIMIT_S)
            except ReaderStoppedError as error:
                raise CellError(f"the reader's process did not start: {error.what}") from None
            self._wall = ready[1:].strip().decode("ascii", "replace")
        return self._wall

    @property
    def known_wall(self) -> str:
        """The wall, where the process has told it already; else empty. Waits for nothing."""
        return self._wall or ""

    @property
    def is_running(self) -> bool:
        """Whether it has not ended by itself: it does when the thread that started it is gone."""
        return self._process.poll() is None

    def take_apart(self, message: Message) -> MailExtract:
        """What a message says. Raises CellError; the process is of no use then, and is to be closed."""
        _ = self.wall
        give_up = time.monotonic() + ANSWER_LIMIT_S
        self._send(question_header(message.format, len(message.raw)) + message.raw, give_up)
        try:
            ending, size_bytes = read_answer(self._receive(ANSWER_BYTES, give_up))
            body = self._receive(size_bytes, give_up)
            if ending is not Ending.ANSWERED:
                raise ReaderStoppedError(_WHY[ending])
            return unpacked(body, message.raw)
        except WireError:
            raise ReaderStoppedError("its reader gave an answer that is none") from None

    def end(self) -> None:
        """Have the kernel end it now. From any thread: whoever waits for an answer hears that it ended."""
        self._process.kill()

    def close(self) -> None:
        """End the process, and free what is held of it."""
        self.end()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _send(self, data: bytes, give_up: float) -> None:
        left = memoryview(data)
        while left:
            if not select.select([], [self._input], [], max(give_up - time.monotonic(), 0))[1]:
                raise ReaderStoppedError(_WHY[Ending.OVERDUE])
            try:
                left = left[os.write(self._input, left[:_CHUNK_BYTES]) :]
            except BlockingIOError:
                continue
            except OSError:
                raise ReaderEndedError(_ENDED) from None

    def _receive(self, size_bytes: int, give_up: float) -> bytes:
        found = bytearray()
        while len(found) < size_bytes:
            if not select.select([self._output], [], [], max(give_up - time.monotonic(), 0))[0]:
                raise ReaderStoppedError(_WHY[Ending.OVERDUE])
            data = os.read(self._output, min(size_bytes - len(found), _CHUNK_BYTES))
            if not data:
                raise ReaderEndedError(_ENDED)
            found += data
        return bytes(found)


def _import_folders() -> list[str]:
    """Folders from which the process imports: Guardian's own, and that of the HTML parser."""
    folders = [str(Path(guardian.__file__).resolve().parent.parent)]
    with contextlib.suppress(ImportError, ValueError):
        spec = importlib.util.find_spec("selectolax")
        if spec and spec.origin:
            folders.append(str(Path(spec.origin).parent.parent))
    return list(dict.fromkeys(folders))
