"""The speaking process as the assistant holds it: two pipes, a thread that reads what comes, and its end.

Invariants: what comes is held against limits before it is kept; every wait has an end, which the parent's clock says;
a process that broke the rules is ended, and started again at the next question.
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
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import guardian
from guardian.errors import CellError
from guardian.inference.generative import GenerationFailure
from guardian.safe_text import safe_line
from guardian.service.frames import Frame, FrameError, FrameReader
from guardian.service.pipes import receive, send
from guardian.talking.wire import MOST_MODELS, MOST_PIECE_CHARACTERS, Request

LIST_S: Final = 30.0
"""For the list of models."""
GRACE_S: Final = 5.0
"""How much longer than the process's own limits the parent waits for it."""
_BOOT: Final = "import sys; sys.path += sys.argv[1:]; from guardian.talking.child import main; main()"
_LONGEST_SAY: Final = 200
_LONGEST_NAME: Final = 120
_DOWN: Final = GenerationFailure("model-down", "the process that speaks to the server ended")


class SpeakingProcess:
    """Speaks to one server. One question at a time, from any thread; `close` from any."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        self._number = 0
        self._asking = threading.Lock()
        self.walls: Mapping[str, bool] = {}
        """Which walls stand round the process, as it says itself: `ports`, `files`, `processes`."""

    @property
    def process_id(self) -> int | None:
        """Of the process that runs now."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start the process now: whoever is to give up networks does so behind this. Raises CellError."""
        self._running()

    def models(self) -> tuple[str, ...]:
        """What the server calls its models. Raises CellError where it does not say."""
        with self._asking:
            number = self._send({"list": True})
            frame = self._next(number, time.monotonic() + LIST_S)
        if frame is None or "problem" in frame.header:
            say = str(frame.header["say"]) if frame is not None else _DOWN.say
            raise CellError(f"the models of {self._url}: {safe_line(say, _LONGEST_SAY)}", hint="is the server running?")
        found = frame.header.get("models")
        names = found if isinstance(found, list) else []
        return tuple(safe_line(str(name), _LONGEST_NAME) for name in names[:MOST_MODELS])

    def speak(self, request: Request) -> Iterator[str | GenerationFailure]:
        """The answer in pieces; a failure, if there is one, comes last. Closing the iterator ends the server's work."""
        with self._asking:
            try:
                number = self._send({"say": request.to_json()})
            except CellError as error:
                yield GenerationFailure("model-down", error.what)
                return
            yield from self._pieces(number, request)

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        if process.stdin is not None:
            process.stdin.close()  # the other pipe is the reading thread's: closed here, it could read another file

    def _pieces(self, number: int, request: Request) -> Iterator[str | GenerationFailure]:
        patience = request.patience
        give_up, left = time.monotonic() + patience.answer_s + GRACE_S, request.most_characters
        is_over = False
        try:
            while True:
                frame = self._next(number, give_up)
                piece = frame.header.get("piece") if frame is not None else None
                if not isinstance(piece, str):
                    is_over = True
                    yield from _end(frame)
                    return
                left -= len(piece)
                if left < 0 or len(piece) > MOST_PIECE_CHARACTERS:
                    self.close()
                    yield GenerationFailure("model-refused", "the process that speaks to the server broke its limits")
                    return
                yield piece
        finally:
            if not is_over:
                self._stop(number, give_up)

    def _stop(self, number: int, give_up: float) -> None:
        """Nobody wants the rest; what is still on its way is dropped."""
        process = self._process
        if process is None:
            return
        with contextlib.suppress(OSError):
            send(_descriptor(process.stdin), {"stop": number})
            until = min(give_up, time.monotonic() + GRACE_S)
            while (frame := self._next(number, until)) is not None and "piece" in frame.header:
                pass

    def _send(self, question: Mapping[str, Any]) -> int:
        process = self._running()
        self._number += 1
        try:
            send(_descriptor(process.stdin), {**question, "number": self._number})
        except OSError:
            self.close()
            raise CellError(_DOWN.say) from None
        return self._number

    def _next(self, number: int, give_up: float) -> Frame | None:
        """The next frame about this question; None where the process ended, or does not answer and was ended."""
        while True:
            try:
                frame = self._answers.get(timeout=max(0.0, give_up - time.monotonic()))
            except queue.Empty:
                frame = None
            if frame is None:
                self.close()
                return None
            if frame.header.get("answer") == number:
                return frame

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
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
            send(_descriptor(process.stdin), {"server": self._url})
        except OSError as error:
            raise CellError(f"the speaking process cannot be started: {error.strerror or error}") from None
        reader = FrameReader(body_limit_bytes=0)
        self.walls = _walls(process, reader)
        reading = (process, reader, self._answers)
        threading.Thread(target=_read, args=reading, name="guardian-talking", daemon=True).start()
        return process


def _end(frame: Frame | None) -> Iterator[GenerationFailure]:
    """What the last frame says beside that it is over."""
    if frame is None:
        yield _DOWN
    elif "problem" in frame.header:
        code, say = str(frame.header["problem"]), str(frame.header.get("say"))
        yield GenerationFailure(safe_line(code, 40), safe_line(say, _LONGEST_SAY))
    elif frame.header.get("end") != "whole":
        yield GenerationFailure("cut", "the answer is longer than it may be, or broke off")


def _walls(process: subprocess.Popen[bytes], reader: FrameReader) -> dict[str, bool]:
    """What stands round a process that has just been started. Raises CellError where it does not come up."""
    try:
        frame = receive(_descriptor(process.stdout), reader)
    except (OSError, FrameError):
        frame = None
    walls = frame.header.get("walls") if frame is not None else None
    if not isinstance(walls, dict):
        process.kill()
        process.wait()
        raise CellError("the speaking process did not come up")
    return {str(name): bool(stands) for name, stands in walls.items()}


def _read(process: subprocess.Popen[bytes], reader: FrameReader, answers: queue.SimpleQueue[Frame | None]) -> None:
    """Take what comes until the end, or until it is no frame."""
    with contextlib.suppress(OSError, FrameError, ValueError), process.stdout or contextlib.nullcontext():
        while frame := receive(_descriptor(process.stdout), reader):
            answers.put(frame)
    answers.put(None)


def _descriptor(pipe: Any) -> int:
    return int(pipe.fileno())


def _import_folders() -> list[str]:
    """Folders from which the process imports: Guardian's own, and that of httpx."""
    folders = [str(Path(guardian.__file__).resolve().parent.parent)]
    spec = importlib.util.find_spec("httpx")
    if spec is None or spec.origin is None:
        raise CellError("httpx is not installed", hint="pip install 'guardian[proxy]'")
    return [*folders, os.path.dirname(os.path.dirname(spec.origin))]
