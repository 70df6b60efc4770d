"""One question to the model: asked once, and on a near tie in other orders of the labels too.

Invariants: nothing is raised for a text; every question leaves one record, its repeats counted in, with numbers that
this side measured; all of it ends at the deadline.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from guardian.inference.generative import GenerationFailure, Generator, Prompt
from guardian.judge.base import Label
from guardian.judge.labels import NEAR_TIE_NATS, Answer, Count, LabelSet, Reading, combine, read
from guardian.judge.register import CallRecord

_LEAST_S: Final = 0.01
"""With less time than this nothing is asked."""
_NUMBERS: Final = ("label", "margin", "entropy", "mass", "order_flips", "says_sure", "is_sure")
"""Of an answer, as its record has them too."""

Record = Callable[[CallRecord], None]
Ordered = Callable[[Sequence[Label]], Prompt]
"""Writes a question with its labels in this order."""


class Deadline:
    """When all of one judging ends."""

    def __init__(self, seconds: float, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self.seconds = seconds
        self._end_s = clock_s() + seconds

    @property
    def left_s(self) -> float:
        """Seconds until then, never below zero."""
        return max(0.0, self._end_s - self._clock_s())

    @property
    def has_passed(self) -> bool:
        """Whether there is no time for another question."""
        return self.left_s < _LEAST_S

    def failure(self) -> GenerationFailure:
        """What is said of what was not reached."""
        return GenerationFailure("model-timeout", f"there was no answer within {self.seconds:g} s")


def count_until(deadline: Deadline, generator: Generator) -> Count:
    """Counts the tokens of texts for as long as there is time: a process that hangs would hold it up else."""

    def count(text: str) -> int | GenerationFailure:
        if deadline.has_passed:
            return deadline.failure()
        return generator.count_tokens(text, timeout_s=deadline.left_s)

    return count


@dataclass(slots=True)
class _Tally:
    """What one question took, over all of its repeats."""

    readings: list[Reading] = field(default_factory=list)
    tokens: int = 0
    reused_tokens: int = 0
    elapsed_ms: float = 0.0


class Asker:
    """Puts questions to one model, and records each."""

    def __init__(self, generator: Generator, labels: LabelSet, record: Record, deadline: Deadline, *, is_trusted: bool):
        """`is_trusted`: whether the model's last canaries were good; without that no answer is sure."""
        self._generator = generator
        self._labels = labels
        self._record = record
        self._deadline = deadline
        self._is_trusted = is_trusted

    def ask(
        self, write: Ordered, policy: str, *, is_truncated: bool = False, is_question: bool = False
    ) -> Answer | GenerationFailure:
        """The answer to one question.

        It is asked again, in the other orders of the labels, where the first answer is a near tie. An answer is not
        sure where there was no time for that, nor where it is a no to something that was not shown whole.
        """
        tally = _Tally()
        failure = self._ask_in_orders(write, tally)
        call = CallRecord(
            policy,
            Label.UNSURE,
            tokens=tally.tokens,
            reused_tokens=tally.reused_tokens,
            elapsed_ms=tally.elapsed_ms,
            is_truncated=is_truncated,
            retries=max(0, len(tally.readings) - 1),
            is_question=is_question,
        )
        if failure is not None and not tally.readings:
            self._record(replace(call, failure=failure.code))
            return failure
        answer = combine(tally.readings)
        is_half_seen = is_truncated and answer.label is Label.NO
        is_sure = answer.is_sure and failure is None and self._is_trusted and not is_half_seen
        answer = replace(answer, is_sure=is_sure)
        numbers = {name: getattr(answer, name) for name in _NUMBERS}
        self._record(replace(call, **numbers))
        return answer

    def _ask_in_orders(self, write: Ordered, tally: _Tally) -> GenerationFailure | None:
        for order in self._labels.orders:
            reading = self._ask_once(write(order), tally)
            if isinstance(reading, GenerationFailure):
                return reading
            tally.readings.append(reading)
            if tally.readings[0].margin >= NEAR_TIE_NATS:
                break
        return None

    def _ask_once(self, prompt: Prompt, tally: _Tally) -> Reading | GenerationFailure:
        if self._deadline.has_passed:
            return self._deadline.failure()
        scored = self._generator.score(prompt, self._labels.spellings, timeout_s=self._deadline.left_s)
        if isinstance(scored, GenerationFailure):
            return scored
        tally.tokens += scored.tokens
        tally.reused_tokens += scored.reused_tokens
        tally.elapsed_ms += scored.elapsed_ms
        return read(scored, self._labels)
