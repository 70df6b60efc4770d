"""The judge's register: what the parent measured of every question to the judge, and of the canaries.

Invariants: numbers only, never a word of a message, a policy or a model; every number comes from logits, clocks and
counts of this side, never from what a model says of itself; a judge whose last canaries failed, or that has none of a
recent time, is not trusted. Kept over restarts in one small file, into which any number of processes add theirs.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from guardian.errors import OutputError
from guardian.judge.base import Label
from guardian.judge.drift import Alarm, alarms_of
from guardian.judge.register_file import load_models, updated_models
from guardian.judge.tallies import Agreement, CallNumbers, ModelTallies, RoundNumbers

SAYS_SURE: Final = 0.9
"""A model says that it is sure where its first answer, as the labels were first ordered, holds at least this share of
the probability that the labels have between them. It is the model's own word: whether margin, order of the labels,
their share of all probability and the canaries bear it out is what `CallRecord.is_sure` says."""
OLDEST_ROUNDS: Final = 3
"""Canaries say nothing of now once so many rounds should have been made since."""
_AGAIN_MS: Final = 5 * 60_000
"""After a round that found trouble: what was passing (a machine that was busy, a model that was still loading) must not
cost an hour of opinions."""
_JUST_NOW_MS: Final = 10 * 60_000
_MOST_PENDING: Final = 5_000
"""Calls kept for a file that can't be written; older ones are lost, which is counted."""


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One part of a message held against one policy (or one of the four questions), its repeats counted in."""

    policy: str
    """Id. Not kept."""
    label: Label
    """The answer; `unsure` where there was none."""
    margin: float = 0.0
    """Between the likeliest label and the next, in nats, all orders together."""
    entropy: float = 0.0
    """Of the labels alone, in nats."""
    mass: float = 0.0
    """Share of the whole next-token probability that the labels hold between them: the parse rate of a judge whose
    answer is never parsed."""
    tokens: int = 0
    """Of the prompts, all repeats together."""
    reused_tokens: int = 0
    """Of these, how many stood evaluated."""
    elapsed_ms: float = 0.0
    is_truncated: bool = False
    """Whether something of message, dialogue or policy was left out."""
    retries: int = 0
    """Times that it was asked again, with another order of the labels."""
    order_flips: int = 0
    """Of these, how often the answer was another."""
    failure: str = ""
    """Code, as in `GenerationFailure.code`; empty where it answered."""
    says_sure: bool = False
    """See `SAYS_SURE`."""
    is_sure: bool = False
    """As the opinion says: by the register, not by the model's word."""
    is_question: bool = False
    """Whether it is one of the four questions, whose yes is no yes of a policy."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The register as it stands."""

    tallies: ModelTallies
    alarms: tuple[Alarm, ...]
    is_trusted: bool
    why_not: str
    """Why it is not trusted, in words; empty where it is."""
    lost: int
    """Calls of this process that no file took."""


class JudgeRegister:
    """Of one model. May be used from any thread, but `listening` only where nobody else adds."""

    def __init__(
        self,
        path: Path | None,
        sha256: str,
        *,
        round_minutes: float = 60.0,
        clock_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        """`path` is None where nothing is to be kept. What can't be read counts as nothing known."""
        self._path, self._sha256, self._clock_ms = path, sha256, clock_ms
        self._round_ms = round_minutes * 60_000
        self._lock = threading.Lock()
        self._tallies = ModelTallies()
        self._pending: deque[CallNumbers | Agreement | RoundNumbers] = deque()
        self._lost = 0
        self._has_sung = False
        self._heard: list[CallRecord] | None = None
        self.load()

    @property
    def sha256(self) -> str:
        """Of the model's file."""
        return self._sha256

    def add(self, call: CallRecord) -> None:
        """One more answer."""
        with self._lock:
            if self._heard is not None:
                self._heard.append(call)
            else:
                self._take(CallNumbers.of(call))

    def add_agreement(self, *, with_rules: bool | None, with_encoder: bool | None) -> None:
        """Whether a yes or no was what the rules, and what the encoder's score, said of the same message and policy.

        None where they said nothing, or where the judge did not.
        """
        with self._lock:
            self._take(Agreement(with_rules, with_encoder))

    def add_round(self, numbers: RoundNumbers) -> None:
        """One round of canaries; from now on it decides whether the judge is trusted."""
        with self._lock:
            self._has_sung = True
            self._take(numbers)

    @contextmanager
    def listening(self) -> Iterator[list[CallRecord]]:
        """Meanwhile what is added goes to the list alone: canaries are no messages of the owner's."""
        heard: list[CallRecord] = []
        with self._lock:
            self._heard = heard
        try:
            yield heard
        finally:
            with self._lock:
                self._heard = None

    def is_trusted(self) -> bool:
        """Whether opinions may weigh anything: the last round was good, and is not too old."""
        return not self._why_not()

    def is_round_due(self) -> bool:
        """Whether it is time for canaries."""
        return self.next_round_s() <= 0

    def next_round_s(self) -> float:
        """In how many seconds canaries are due; 0 or less: now. They are at the start of a process, unless another has
        just made a round; then in their turn; and sooner after a round that found trouble."""
        with self._lock:
            last, has_sung = self._tallies.last_round, self._has_sung
        age_ms = self._clock_ms() - last.at_ms if last is not None else -1
        if last is None or age_ms < 0:  # a clock that was set back says nothing
            return 0.0
        wait_ms = min(
            self._round_ms,
            _AGAIN_MS if last.troubles else math.inf,
            math.inf if has_sung else _JUST_NOW_MS,
        )
        return (wait_ms - age_ms) / 1000

    def alarms(self) -> tuple[Alarm, ...]:
        """What has drifted, in words."""
        with self._lock:
            return alarms_of(self._tallies)

    def snapshot(self) -> Snapshot:
        """The register as it stands, with what this process has not written yet."""
        why_not = self._why_not()
        with self._lock:
            tallies = self._tallies.copy()
            return Snapshot(tallies, alarms_of(tallies), not why_not, why_not, self._lost)

    def load(self) -> None:
        """Read what others have written meanwhile; what this process has not written yet stays added."""
        if self._path is None:
            return
        with self._lock:
            self._become(load_models(self._path).get(self._sha256, ModelTallies()))

    def save(self) -> None:
        """Add what is new to the file, which any number of processes share. Raises OutputError; nothing is lost then.

        Where somebody else is writing, it waits a moment, and else keeps what is new for the next time.
        """
        with self._lock:
            if self._path is None or not self._pending:
                return
            try:
                with updated_models(self._path) as models:
                    self._become(models.get(self._sha256, ModelTallies()))
                    models[self._sha256] = replace(self._tallies, used_ms=self._clock_ms())
            except OutputError:
                self._bound_pending()
                raise
            self._pending.clear()

    def _take(self, numbers: CallNumbers | Agreement | RoundNumbers) -> None:
        self._tallies.add(numbers)
        if self._path is not None:
            self._pending.append(numbers)
            self._bound_pending()

    def _bound_pending(self) -> None:
        while len(self._pending) > _MOST_PENDING:
            self._pending.popleft()
            self._lost += 1

    def _become(self, tallies: ModelTallies) -> None:
        for numbers in self._pending:
            tallies.add(numbers)
        self._tallies = tallies

    def _why_not(self) -> str:
        with self._lock:
            last = self._tallies.last_round
        if last is None:
            return "no canaries were sung yet"
        if last.troubles:
            return f"its last canaries failed: {', '.join(last.troubles)}"
        age_ms = self._clock_ms() - last.at_ms
        if not -self._round_ms <= age_ms <= OLDEST_ROUNDS * self._round_ms:
            return "its last canaries are too old"
        return ""
