"""The speaking process as the assistant holds it.

Invariants: those of `PipedChild`; a process that broke the rules is ended, and started again at the next question.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

from guardian.errors import CellError
from guardian.inference.generative import GenerationFailure
from guardian.safe_text import safe_line
from guardian.service.frames import Frame
from guardian.service.piped_child import PipedChild, child_command
from guardian.talking.wire import MOST_MODELS, MOST_PIECE_CHARACTERS, Request

LIST_S: Final = 30.0
"""For the list of models."""
GRACE_S: Final = 5.0
"""How much longer than the process's own limits the parent waits for it."""
_LONGEST_SAY: Final = 200
_LONGEST_NAME: Final = 120
_DOWN: Final = GenerationFailure("model-down", "the process that speaks to the server ended")


class SpeakingProcess:
    """Speaks to one server. One question at a time, from any thread; `close` from any."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._child: PipedChild | None = None
        self._asking = threading.Lock()
        self.walls: Mapping[str, bool] = {}
        """Which walls stand round the process, as it says itself: `ports`, `files`, `processes`."""

    @property
    def process_id(self) -> int | None:
        """Of the process that runs now."""
        return None if self._child is None else self._child.process_id

    def start(self) -> None:
        """Start the process now: whoever is to give up networks does so behind this. Raises CellError."""
        self._running()

    def models(self) -> tuple[str, ...]:
        """What the server calls its models. Raises CellError where it does not say."""
        with self._asking:
            child, number = self._ask({"list": True})
            frame = self._next(child, number, time.monotonic() + LIST_S)
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
                child, number = self._ask({"say": request.to_json()})
            except CellError as error:
                yield GenerationFailure("model-down", error.what)
                return
            yield from self._pieces(child, number, request)

    def close(self) -> None:
        """End the process."""
        child, self._child = self._child, None
        if child is not None:
            child.end()

    def _pieces(self, child: PipedChild, number: int, request: Request) -> Iterator[str | GenerationFailure]:
        patience = request.patience
        give_up, left = time.monotonic() + patience.answer_s + GRACE_S, request.most_characters
        is_over = False
        try:
            while True:
                frame = self._next(child, number, give_up)
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
                self._stop(child, number, give_up)

    def _stop(self, child: PipedChild, number: int, give_up: float) -> None:
        """Nobody wants the rest; what is still on its way is dropped."""
        if self._child is not child:
            return
        with contextlib.suppress(OSError):
            child.send({"stop": number})
            until = min(give_up, time.monotonic() + GRACE_S)
            while (frame := self._next(child, number, until)) is not None and "piece" in frame.header:
                pass

    def _ask(self, question: Mapping[str, Any]) -> tuple[PipedChild, int]:
        child = self._running()
        try:
            return child, child.ask(question)
        except OSError:
            self.close()
            raise CellError(_DOWN.say) from None

    def _next(self, child: PipedChild, number: int, give_up: float) -> Frame | None:
        """The next frame about this question; None where the process ended, or does not answer and was ended."""
        frame = child.answer(number, give_up)
        if frame is None:
            self.close()
        return frame

    def _running(self) -> PipedChild:
        if self._child is not None and self._child.is_running:
            return self._child
        self.close()
        try:
            child = PipedChild(child_command("guardian.talking.child", "httpx"), body_limit_bytes=0)
            self._child = child
            child.send({"server": self._url})
        except ModuleNotFoundError:
            raise CellError("httpx is not installed", hint="pip install 'guardian[proxy]'") from None
        except OSError as error:
            raise CellError(f"the speaking process cannot be started: {error.strerror or error}") from None
        first = child.receive()
        walls = first.header.get("walls") if first is not None else None
        if not isinstance(walls, dict):
            self.close()
            raise CellError("the speaking process did not come up")
        self.walls = {str(name): bool(stands) for name, stands in walls.items()}
        child.listen("guardian-talking")
        return child


def _end(frame: Frame | None) -> Iterator[GenerationFailure]:
    """What the last frame says beside that it is over."""
    if frame is None:
        yield _DOWN
    elif "problem" in frame.header:
        code, say = str(frame.header["problem"]), str(frame.header.get("say"))
        yield GenerationFailure(safe_line(code, 40), safe_line(say, _LONGEST_SAY))
    elif frame.header.get("end") != "whole":
        yield GenerationFailure("cut", "the answer is longer than it may be, or broke off")
