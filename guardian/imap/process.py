"""The fetcher's process as the watcher holds it: two pipes, a thread that reads what comes, and its end.

Invariants: what comes is held against limits before it is kept; every question has a deadline; a process that ended, or
broke the rules, is started again at the next question, but not more often than every `RESTART_S`.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import guardian
from guardian.errors import InputError
from guardian.imap.wire import uids_of
from guardian.safe_text import safe_line
from guardian.service.frames import Frame, FrameError, FrameReader
from guardian.service.pipes import receive, send

ANSWER_S: Final = 150.0
"""For a question: a connection and an answer of the server."""
RESTART_S: Final = 2.0
_BOOT: Final = "import sys; sys.path += sys.argv[1:]; from guardian.imap.fetcher import main; main()"
_LONGEST_SAY: Final = 200


@dataclass(frozen=True, slots=True)
class Listing:
    """What is in the folder."""

    validity: int
    uids: list[int]


class NotGivenError(Exception):
    """The server has a mail and does not give it."""


class Fetching:
    """A fetcher that is there when it is asked. `ask` from one thread, `wait` from another.

    `account` gives the first frame's content when a process is started; it may raise InputError.
    """

    def __init__(self, account: Callable[[], Mapping[str, Any]], max_bytes: int, say: Callable[[str], None]) -> None:
        self._account, self._max_bytes, self._say = account, max_bytes, say
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        self._changed = threading.Event()
        self._number = 0
        self._started_at = float("-inf")
        self._is_closed = False

    @property
    def process_id(self) -> int | None:
        """Of the fetcher that runs now."""
        return None if self._process is None else self._process.pid

    def listing(self, *, is_retry: bool = False) -> Listing:
        """What is in the folder now; `is_retry`: connect now if a pause is on. Raises InputError."""
        answer = self._ask({"list": True, "retry": is_retry})
        uids = uids_of(answer.header.get("uids"))
        validity = answer.header.get("validity")
        if uids is None or type(validity) is not int:
            self._end()
            raise InputError("the mail fetcher gave an answer that is none")
        return Listing(validity, uids)

    def fetch(self, uid: int) -> bytes | None:
        """A mail, at most one byte more than asked for; None where it is gone. Raises NotGivenError, InputError."""
        answer = self._ask({"fetch": uid, "most": self._max_bytes + 1})
        if answer.header.get("is_given") is True:
            return answer.body
        if answer.header.get("is_there") is True:
            raise NotGivenError
        return None

    def wait(self, timeout_s: float) -> bool:
        """Whether something may be new, waited for."""
        is_changed = self._changed.wait(timeout_s)
        self._changed.clear()
        return is_changed and not self._is_closed

    def close(self) -> None:
        """End the process, and a `wait`."""
        self._is_closed = True
        self._end()
        self._changed.set()

    def _ask(self, question: Mapping[str, Any]) -> Frame:
        process = self._running()
        self._number += 1
        try:
            send(_descriptor(process.stdin), {**question, "number": self._number})
            answer = self._answer(time.monotonic() + ANSWER_S)
        except (OSError, queue.Empty):
            self._end()
            raise InputError("the mail fetcher does not answer") from None
        problem = answer.header.get("problem")
        if problem is not None:
            raise InputError(safe_line(str(problem), _LONGEST_SAY))
        return answer

    def _answer(self, give_up: float) -> Frame:
        while True:
            frame = self._answers.get(timeout=max(0.0, give_up - time.monotonic()))
            if frame is None:
                raise BrokenPipeError
            if frame.header.get("answer") == self._number:
                return frame

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._end()
        if time.monotonic() - self._started_at < RESTART_S:
            raise InputError("the mail fetcher ended; it is started again in a moment")
        account = self._account()
        self._started_at = time.monotonic()
        self._answers = queue.SimpleQueue()
        try:
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _BOOT, *_import_folders()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                env={"LC_ALL": "C.UTF-8"},
                cwd="/",
                start_new_session=True,
            )
            self._process = process
            reading = (process, self._answers)
            threading.Thread(target=self._read, args=reading, name="guardian-imap", daemon=True).start()
            send(_descriptor(process.stdin), {"account": dict(account)})
        except OSError as error:
            raise InputError(f"the mail fetcher cannot be started: {error.strerror}") from None
        return process

    def _read(self, process: subprocess.Popen[bytes], answers: queue.SimpleQueue[Frame | None]) -> None:
        """Take what comes until the end, or until it is no frame."""
        reader = FrameReader(body_limit_bytes=self._max_bytes + 1)
        with contextlib.suppress(OSError, FrameError, ValueError), process.stdout or contextlib.nullcontext():
            while frame := receive(_descriptor(process.stdout), reader):
                if "answer" in frame.header:
                    answers.put(frame)
                elif frame.header.get("event") == "changed":
                    self._changed.set()
                elif frame.header.get("event") == "trouble":
                    self._say(safe_line(str(frame.header.get("say")), _LONGEST_SAY))
        answers.put(None)
        if self._process is process and not self._is_closed:
            time.sleep(RESTART_S)
            self._changed.set()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        if process.stdin is not None:
            process.stdin.close()  # the other pipe is the reading thread's: closed here, it could read another file


def _descriptor(pipe: Any) -> int:
    return int(pipe.fileno())


def _import_folders() -> list[str]:
    """Folders from which the fetcher imports: Guardian's own, and that of imap-tools."""
    folders = [str(Path(guardian.__file__).resolve().parent.parent)]
    spec = importlib.util.find_spec("imap_tools")
    if spec is None or spec.origin is None:
        raise InputError("imap-tools is not installed", hint="pip install 'guardian[mail]'")
    return [*folders, os.path.dirname(os.path.dirname(spec.origin))]
