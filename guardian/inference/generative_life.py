"""One life of a generative model's process, as the parent sees it: hello, load, then one question at a time.

Invariants: a frame out of place is a FrameError, as from a process that was taken over; an answer that does not fit its
question is one too; what the process says of numbers is held against the vocabulary that it named.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from guardian.errors import CellError
from guardian.inference.child import CellProcess
from guardian.inference.frames import Hello, Refusal
from guardian.inference.generative import GenerationFailure
from guardian.inference.generative_file import HeldModelFile
from guardian.inference.generative_frames import (
    GENERATIVE_PROTOCOL,
    Count,
    Counted,
    Evaluate,
    Evaluated,
    GenerativeFrame,
    LoadGenerative,
    Proceed,
    Ready,
)
from guardian.inference.generative_register import GenerativeTally
from guardian.inference.packing import FrameError
from guardian.safe_text import safe_line
from guardian.walls.wall import WallLevel

_START_TIMEOUT_S: Final = 60.0
_LOAD_BYTES_PER_S: Final = 30e6
"""A slow disk: a model has this much longer to load."""
_GRACE_S: Final = 5.0
"""How long behind its time limit a process may still say that it gave up, before it is killed."""
_BYTES_PER_TOKEN: Final = 16
"""A prompt with more bytes per token than this is refused before it is tokenised; English has about 5."""
_MOST_TOKENS_PER_BYTE: Final = 3
"""Of a text that is cut into parts: to each, a vocabulary may add a blank of its own."""
_LEAST_PROMPT_BYTES: Final = 64 * 1024
_PREFIX_BYTES: Final = 256 * 1024**2
_OWN_MEMORY_BYTES: Final = 5 * 1024**3 // 2
"""Interpreter, libraries, thread stacks and room to compute in."""
_CODES: Final = frozenset({"model-crashed", "model-timeout", "too-long", "bad-label", "model-refused"})
"""What a process may give as its reason."""

Answer = Evaluated | Counted | GenerationFailure
Ask = Count | Evaluate | Proceed


@dataclass(frozen=True, slots=True)
class KeeperPlan:
    """What is needed to start the model's process."""

    path: Path
    sha256: str
    size_bytes: int
    threads: int
    context_tokens: int
    command: Sequence[str]
    limit: WallLevel
    """The strongest wall that may be tried."""


@dataclass(slots=True)
class Question:
    """One frame to be sent once the process is free, and where its answer goes."""

    frame: Callable[[int, int], Ask]
    """Makes it of its number and of the milliseconds that are left."""
    deadline_s: float
    """By the monotonic clock."""
    answer: Future[Answer]
    begun_s: float = 0.0

    def complete(self, answer: Answer) -> None:
        """Give the answer; the first one counts."""
        with contextlib.suppress(InvalidStateError):
            self.answer.set_result(answer)


class Life:
    """The parent's side, over `process`; what it learns goes into `tally`."""

    def __init__(
        self, process: CellProcess[GenerativeFrame], file: HeldModelFile, plan: KeeperPlan, tally: GenerativeTally
    ) -> None:
        self.process = process
        self.is_refused = False
        """Whether the model could not be loaded, so that another try would end the same."""
        self.endings = b""
        """One byte per token of the vocabulary; empty before the model runs."""
        self.asked: Question | None = None
        self._sent: Ask | None = None
        self._file = file
        self._plan = plan
        self._tally = tally
        self._begun_s = time.monotonic()
        self._load_sent_s = 0.0
        self._level: WallLevel | None = None
        self._last_number = 0

    @property
    def is_running(self) -> bool:
        """Whether the model is loaded."""
        return bool(self.endings)

    def send_load(self) -> None:
        """Have the model loaded, whose file was verified."""
        self._load_sent_s = time.monotonic()
        self.process.send(load_frame(self._file, self._plan))

    def send(self, question: Question) -> None:
        """Ask; nothing else may be under way. What is too much for a frame is answered at once."""
        now_s = time.monotonic()
        self._last_number += 1
        question.begun_s = now_s
        left_ms = max(1, int((question.deadline_s - now_s) * 1000))
        frame = question.frame(self._last_number, min(left_ms, 2**32 - 1))
        try:
            self.process.send(frame)
        except FrameError as error:
            question.complete(GenerationFailure("too-long", f"the prompt does not fit: {error.what}"))
        else:
            self.asked, self._sent = question, frame

    def deadline_s(self) -> float:
        """When the process will have been silent for too long."""
        if self.is_running:
            return self.asked.deadline_s + _GRACE_S if self.asked else float("inf")
        return self._load_sent_s + _START_TIMEOUT_S + self._plan.size_bytes / _LOAD_BYTES_PER_S

    @property
    def lateness(self) -> str:
        """What is to be said of a process that was silent beyond its deadline."""
        return "the model did not answer in time"

    def take(self, frame: GenerativeFrame) -> bool:
        """Take what the process said. True where it answered.

        Raises FrameError for what is out of place; CellError or ModelError, with `is_refused` set, where the model
        cannot be used at all.
        """
        match frame:
            case Hello():
                self._take_hello(frame)
            case Ready():
                self._take_ready(frame)
            case Refusal(number=0) if not self.is_running:
                self.is_refused = True
                raise CellError(safe_line(frame.say), hint=safe_line(frame.hint))
            case Refusal(code=code):
                if code not in _CODES:
                    raise FrameError("a refusal without a reason")
                self._finish(frame.number, GenerationFailure(code, safe_line(frame.say)))
            case Evaluated():
                self._check_evaluated(frame)
                self._finish(frame.number, frame)
                return True
            case Counted():
                if not isinstance(self._sent, Count) or frame.tokens > _MOST_TOKENS_PER_BYTE * len(self._sent.text):
                    raise FrameError("a count that does not fit the question")
                self._finish(frame.number, frame)
                return True
        return False

    def _take_hello(self, frame: Hello) -> None:
        if self._level is not None or frame.protocol != GENERATIVE_PROTOCOL or frame.wall not in set(WallLevel):
            raise FrameError("hello out of place")
        self._level = WallLevel(frame.wall)
        self._tally.probes = frame.probes

    def _take_ready(self, frame: Ready) -> None:
        if self._level is None or not self._load_sent_s or self.is_running:
            raise FrameError("ready out of place")
        if (
            len(frame.endings) != self._file.facts.vocabulary
            or not 0 < frame.context_tokens <= self._plan.context_tokens
        ):
            raise FrameError("a model of other sizes than its file's")
        self.is_refused = True
        self._file.check_unchanged()
        self.is_refused = False
        self.endings = frame.endings
        tally = self._tally
        tally.wall, tally.is_sealed, tally.threads = self._level, frame.is_sealed, frame.threads
        tally.context_tokens, tally.vocabulary = frame.context_tokens, len(frame.endings)
        tally.start_ms = (time.monotonic() - self._begun_s) * 1000

    def _check_evaluated(self, frame: Evaluated) -> None:
        sent, words = self._sent, len(self.endings)
        labels = len(sent.labels) if isinstance(sent, Evaluate) else 0
        if not isinstance(sent, Evaluate | Proceed) or len(frame.logits) != 4 * words or len(frame.labels) != labels:
            raise FrameError("logits that do not fit the question")
        if any(label >= words for label in frame.labels):
            raise FrameError("numbers that do not fit the vocabulary")
        if not frame.reused_tokens <= frame.tokens <= self._tally.context_tokens:
            raise FrameError("more tokens than there is room for")

    def _finish(self, number: int, answer: Answer) -> None:
        if self.asked is None or number != self._last_number:
            raise FrameError("an answer to something that was not asked")
        question, self.asked = self.asked, None
        self._tally.busy_ms += (time.monotonic() - question.begun_s) * 1000
        self._count(answer)
        question.complete(answer)

    def _count(self, answer: Answer) -> None:
        if not isinstance(answer, Evaluated):
            return
        self._tally.questions += 1
        if isinstance(self._sent, Evaluate):
            self._tally.tokens += answer.tokens
            self._tally.reused_tokens += answer.reused_tokens
        else:
            self._tally.spoken_tokens += 1


def load_frame(file: HeldModelFile, plan: KeeperPlan) -> LoadGenerative:
    """What the process is told of the model, and how much address space it may have for it: the file twice, as it is
    mapped and some of its weights are laid out anew; the context and one fixed part of a prompt; and the rest. What the
    file says of its context is a stranger's word, so no more is believed than the machine has."""
    context_tokens = max(1, min(plan.context_tokens, file.facts.context_tokens or plan.context_tokens))
    cache_bytes = min(file.facts.cache_bytes(context_tokens), _machine_bytes())
    memory_bytes = 2 * plan.size_bytes + 3 * cache_bytes + _PREFIX_BYTES + _OWN_MEMORY_BYTES
    return LoadGenerative(
        descriptor=file.descriptor,
        threads=plan.threads,
        context_tokens=context_tokens,
        bytes_per_prompt=max(_LEAST_PROMPT_BYTES, _BYTES_PER_TOKEN * context_tokens),
        prefix_bytes=_PREFIX_BYTES,
        memory_bytes=memory_bytes,
    )


def _machine_bytes() -> int:
    """Memory of this machine."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
