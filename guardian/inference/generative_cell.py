"""The parent's side of a generative model: a `Generator` whose model lives in a walled child process.

Invariants: the constructor returns at once, while the file is checked and hashed and the child starts; no method raises
for a text, and none waits much longer than its time limit; nothing of the model runs in this process; the numbers about
labels and the choice of each token are worked out here.
"""

from __future__ import annotations

import codecs
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np

from guardian.errors import CellError
from guardian.events import Observer, ignore
from guardian.inference.child import default_command
from guardian.inference.generative import GenerationFailure, Generator, Prompt, Scored, Segment
from guardian.inference.generative_frames import Count, Counted, Evaluate, Evaluated, Piece, Proceed
from guardian.inference.generative_keeper import Keeper
from guardian.inference.generative_life import Answer, Ask, KeeperPlan, Question
from guardian.inference.generative_register import GenerativeRegister
from guardian.inference.recovery import Recovery
from guardian.inference.sampling import Row, entropy, of_labels, pick, read_row
from guardian.inference.stops import StopStrings
from guardian.walls.wall import WallLevel

_Frame = Callable[[int, int], Ask]
_WORKER: Final = "guardian.inference.generative_worker"
_COUNT_TIMEOUT_S: Final = 30.0
_LATE_S: Final = 0.25
"""How long behind its time limit an answer is still waited for: the process gives up at the limit, and says so."""
_COUNT_LIMIT_BYTES: Final = 4 * 1024**2
_POISONS_KEPT: Final = 256


class GenerativeCell(Generator):
    """A `generative.Generator`. Close it, or use it as a context manager.

    `path`, `sha256` and `size_bytes` are those of an added model. `threads` are what it computes with, `context_tokens`
    the longest prompt with its answer; a model made for less gets less. `wall_limit` is the strongest wall that may be
    tried. `observer` is called in the cell's own thread and must be quick. `worker_command` starts another worker than
    Guardian's. A file that is missing or not the pinned one shows in `wait_started`, and as `model-down`.
    """

    def __init__(
        self,
        path: Path,
        sha256: str,
        size_bytes: int,
        *,
        threads: int = 2,
        context_tokens: int = 4096,
        wall_limit: WallLevel = WallLevel.NETNS,
        observer: Observer = ignore,
        recovery: Recovery | None = None,
        worker_command: Sequence[str] | None = None,
    ) -> None:
        command = default_command(_WORKER) if worker_command is None else worker_command
        plan = KeeperPlan(path, sha256, size_bytes, threads, context_tokens, command, wall_limit)
        self._keeper = Keeper(plan, recovery or Recovery(), observer)
        self._turn = threading.Lock()  # one question at a time, an answer with all of its steps being one
        self._counting = threading.Lock()
        self._poisons: OrderedDict[bytes, GenerationFailure] = OrderedDict()

    @property
    def wall(self) -> str:
        """Level of the cell, as the cell's own self-test measured it: netns, seccomp, none, or down."""
        return self._keeper.tally.wall.value

    @property
    def context_tokens(self) -> int:
        """Longest prompt with its answer; before the model first ran, what was asked for."""
        return self._keeper.tally.context_tokens

    @property
    def register(self) -> GenerativeRegister:
        """What the parent has measured so far."""
        with self._counting:
            return self._keeper.tally.snapshot()

    def wait_started(self, timeout_s: float | None = None) -> None:
        """Wait until the model runs for the first time. Nothing needs this before a question.

        Raises CellError or ModelError where it could not be started, or not in time.
        """
        try:
            self._keeper.started.result(timeout_s)
        except FutureTimeoutError as error:
            raise CellError(f"the model's process did not start within {timeout_s:g} s") from error

    def count_tokens(self, text: str, *, timeout_s: float = _COUNT_TIMEOUT_S) -> int | GenerationFailure:
        """Tokens of a text as data (no specials)."""
        data = text.encode("utf-8", "replace")
        if len(data) > _COUNT_LIMIT_BYTES:
            return self._note(GenerationFailure("too-long", f"the text has {len(data)} bytes"))
        deadline_s = time.monotonic() + timeout_s
        if not self._turn.acquire(timeout=max(0.0, timeout_s)):
            return self._note(_busy())
        try:
            answer = self._ask(lambda number, _limit_ms: Count(number, data), deadline_s)
        finally:
            self._turn.release()
        if not isinstance(answer, Counted):
            return self._note(_failure(answer))
        return self._note(_structural()) if answer.structural else answer.tokens

    def score(self, prompt: Prompt, labels: Sequence[str], *, timeout_s: float) -> Scored | GenerationFailure:
        """How likely each label is as the next token. A label must be one token of this vocabulary."""
        begun_s = time.monotonic()
        if not self._turn.acquire(timeout=max(0.0, timeout_s)):
            return self._note(_busy())
        try:
            answer = self._evaluate(prompt, labels, begun_s + timeout_s)
        finally:
            self._turn.release()
        if not isinstance(answer, Evaluated):
            return self._note(_failure(answer))
        row = read_row(answer.logits)
        if row is None:
            return self._note(_bad_numbers())
        elapsed_ms = (time.monotonic() - begun_s) * 1000
        return Scored(of_labels(row, answer.labels), entropy(row), answer.tokens, answer.reused_tokens, elapsed_ms)

    def speak(
        self,
        prompt: Prompt,
        *,
        most_tokens: int,
        timeout_s: float,
        stop: Sequence[str] = (),
        temperature: float = 0.0,
        seed: int = 0,
    ) -> Iterator[str | GenerationFailure]:
        """The answer as it is written, in pieces of text; a failure, if there is one, comes last.

        An answer ends with a token that ends it, with any control token, before any of `stop` (which is not said), or
        after `most_tokens`. The same prompt, seed and temperature give the same answer. Others wait meanwhile.
        """
        deadline_s = time.monotonic() + timeout_s
        if not self._turn.acquire(timeout=max(0.0, timeout_s)):
            yield self._note(_busy())
            return
        try:
            yield from self._speak(prompt, most_tokens, deadline_s, StopStrings(stop), temperature, seed)
        finally:
            self._turn.release()

    def close(self) -> None:
        """End the child and free what it holds. What is not answered yet is `model-down`. Idempotent."""
        self._keeper.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _speak(
        self, prompt: Prompt, most_tokens: int, deadline_s: float, stops: StopStrings, temperature: float, seed: int
    ) -> Iterator[str | GenerationFailure]:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")  # a character may come in several tokens
        random = np.random.default_rng(seed)
        answer = self._evaluate(prompt, (), deadline_s)
        failure: GenerationFailure | None = None
        for _ in range(most_tokens):
            token = self._choose(answer, temperature, random)
            if not isinstance(token, int):
                failure = token
                break
            if self._keeper.endings[token]:
                break
            answer = self._ask(_proceed(token), deadline_s)
            if not isinstance(answer, Evaluated):
                failure = _failure(answer)
                break
            if text := stops.feed(decoder.decode(answer.piece)):
                yield text
            if stops.has_stopped:
                return
        if rest := stops.feed(decoder.decode(b"", final=True)) + stops.rest():
            yield rest
        if failure is not None:
            yield self._note(failure)

    def _choose(self, answer: Answer, temperature: float, random: np.random.Generator) -> int | GenerationFailure:
        """The token that the answer goes on with."""
        if not isinstance(answer, Evaluated):
            return _failure(answer)
        row: Row | None = read_row(answer.logits)
        return _bad_numbers() if row is None else pick(row, temperature, random)

    def _evaluate(self, prompt: Prompt, labels: Sequence[str], deadline_s: float) -> Answer:
        """Have a prompt evaluated; once more where the process died over it, as it may have died for another reason. A
        prompt over which it died twice is remembered, and refused from then on."""
        fixed, data = _pieces(prompt.fixed), _pieces(prompt.data)
        wanted = tuple(label.encode("utf-8", "replace") for label in labels)
        key = hashlib.sha256(repr((fixed, data, wanted)).encode()).digest()
        if key in self._poisons:
            return self._poisons[key]

        def frame(number: int, limit_ms: int) -> Evaluate:
            return Evaluate(number, limit_ms, fixed, data, wanted)

        answer = self._ask(frame, deadline_s)
        if isinstance(answer, GenerationFailure) and answer.code == "model-crashed" and time.monotonic() < deadline_s:
            with self._counting:
                self._keeper.tally.retries += 1
            answer = self._ask(frame, deadline_s)
            if isinstance(answer, GenerationFailure) and answer.code == "model-crashed":
                self._poisons[key] = answer
                while len(self._poisons) > _POISONS_KEPT:
                    self._poisons.popitem(last=False)
        return answer

    def _ask(self, frame: _Frame, deadline_s: float) -> Answer:
        """One frame and its answer; whatever becomes of the process, not much later than the deadline."""
        question = Question(frame, deadline_s, Future())
        self._keeper.ask(question)
        try:
            return question.answer.result(max(0.0, deadline_s - time.monotonic()) + _LATE_S)
        except FutureTimeoutError:
            late = GenerationFailure("model-timeout", "the model did not answer in time")
            question.complete(late)
            return late

    def _note(self, failure: GenerationFailure) -> GenerationFailure:
        with self._counting:
            self._keeper.tally.failures[failure.code] += 1
        return failure


def _pieces(segments: Sequence[Segment]) -> tuple[Piece, ...]:
    return tuple((segment.text.encode("utf-8", "replace"), segment.is_control) for segment in segments)


def _proceed(token: int) -> _Frame:
    return lambda number, limit_ms: Proceed(number, limit_ms, token)


def _failure(answer: Answer) -> GenerationFailure:
    """The answer, where it is none."""
    return answer if isinstance(answer, GenerationFailure) else GenerationFailure("model-crashed", "no answer came")


def _busy() -> GenerationFailure:
    return GenerationFailure("model-timeout", "the model was busy with another question")


def _structural() -> GenerationFailure:
    return GenerationFailure("model-refused", "a text would have become part of the model's own frame")


def _bad_numbers() -> GenerationFailure:
    return GenerationFailure("bad-numbers", "the model's numbers are not finite")
