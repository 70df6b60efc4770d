"""Asks the judge what is known beforehand, on both sides, and names what is wrong with it.

What is named, from one round:

- `bad-numbers`: a logit was no number.
- `slow`, `dead`: at least half of those asked got no answer, or the last `STOP_AFTER` did not. It is slow where the
  first of these ran out of time, since a process that is ended for that is then down as well; dead where it ended, or
  could not be asked at all. A round that was cut off by its own limit before it could tell is slow too. So is, or dead,
  one with fewer than `LEAST_RIGHT` of a side right, where most of what was not right is no answer.
- `no-room`: the same, where policy and question did not fit into the model's context.
- `wrong-format`: the labels held less than `LEAST_MASS` of the next-token probability in at least half of the
  answers, or are no single tokens of this vocabulary.
- `always-yes`, `always-no`, `never-decides`: at least `NEARLY_ALL` of each side got the same answer.
- `often-wrong`: fewer than `LEAST_RIGHT` of one side were right, and none of these.

Invariants: nothing of it is recorded as a message of the owner's, in the journal or in the register; a canary without
an answer is wrong, never left out, and one that was not reached is counted as such; a judge that gives no answer costs
`STOP_AFTER` time limits, not one for each canary; what the owner's own examples gave is told and decides nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from statistics import median
from typing import Final

import numpy as np

from guardian.errors import OutputError
from guardian.inference.generative_register import GenerativeRegister
from guardian.judge.base import Judge, Label, Opinion
from guardian.judge.canary_texts import CANARIES, Canary, own_canaries
from guardian.judge.register import CallRecord, JudgeRegister
from guardian.judge.tallies import LEAST_MASS, RoundNumbers
from guardian.judge.troubles import Trouble
from guardian.policy.base import Policy
from guardian.safe_text import safe_line

ROUND_LIMIT_S: Final = 600.0
"""A round that takes longer ends where it is; what was not asked is counted."""
LEAST_RIGHT: Final = 0.8
"""Of each side. A coin gets 8 of 10 right on both sides in 3 of 1,000 rounds."""
NEARLY_ALL: Final = 0.9
"""A judge that says yes to whatever sounds suspicious, under any policy, is at 0.8 and `often-wrong`."""
FEWEST_ANSWERS: Final = 4
"""On each side, for a word about its answers."""
STOP_AFTER: Final = 3
"""Canaries in a row without an answer: the others would get none either."""
_TIME_CODES: Final = ("model-timeout", "out-of-time")
_OTHER_SILENCE: Final = {"bad-label": Trouble.WRONG_FORMAT, "too-long": Trouble.NO_ROOM}


@dataclass(frozen=True, slots=True, repr=False)
class CanaryAnswer:
    """How one canary fared."""

    canary: Canary
    label: Label
    margin: float
    """In nats; below 0 where it is wrong."""
    mass: float
    """Least share of all probability that the labels held."""
    elapsed_ms: float
    failure: str
    """Code; empty where it answered."""

    @property
    def is_right(self) -> bool:
        """Whether it was what anybody would say."""
        return not self.failure and self.label is (Label.YES if self.canary.is_yes else Label.NO)

    @property
    def say(self) -> str:
        """In a few words: `said no, should be yes`."""
        if self.failure:
            return f"no answer: {safe_line(self.failure)}"
        said = "can't tell" if self.label is Label.UNSURE else self.label.value
        return f"said {said}, should be {'yes' if self.canary.is_yes else 'no'} ({abs(self.margin):.1f} nats)"


@dataclass(frozen=True, slots=True, repr=False)
class CanaryRound:
    """One look at all of them."""

    at_ms: int
    answers: Sequence[CanaryAnswer]
    """Guardian's own canaries, then the owner's examples."""
    not_asked: int
    """Guardian's own that were not reached."""
    troubles: tuple[Trouble, ...]
    numbers: RoundNumbers

    @property
    def is_good(self) -> bool:
        """Whether opinions may weigh anything."""
        return not self.troubles

    @property
    def wrong(self) -> list[CanaryAnswer]:
        """Those that were not right."""
        return [answer for answer in self.answers if not answer.is_right]

    @property
    def words(self) -> str:
        """One line."""
        return round_words(self.numbers)


def round_words(numbers: RoundNumbers) -> str:
    """One line: `10 of 10 found, 9 of 10 left alone; 3 of 4 of your examples`."""
    words = f"{numbers.found} of {numbers.to_find} found, {numbers.alone} of {numbers.to_leave} left alone"
    if numbers.own:
        words += f"; {numbers.own_right} of {numbers.own} of your examples as you said"
    return words + (f"; {numbers.not_asked} not reached" if numbers.not_asked else "")


def run_round(
    judge: Judge,
    register: JudgeRegister,
    *,
    policies: Iterable[Policy] = (),
    timeout_s: float = 60.0,
    limit_s: float = ROUND_LIMIT_S,
    canaries: Sequence[Canary] = CANARIES,
    between: Callable[[], bool] = lambda: True,
    process: Callable[[], GenerativeRegister] | None = None,
    now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
) -> CanaryRound:
    """One round, on the thread that uses the judge; its result is in the register, and in its file where that can be
    written, before this returns: whoever looks at the judge's health meanwhile is told at once.

    `timeout_s` is for one canary, `limit_s` for all of them. `between` is called before each and at the end, and may
    have the judge answer somebody who waits, which costs the round no time; where it says False the round is given up,
    and decides nothing. `process` gives what was measured of the model's process.
    """
    own = own_canaries(policies, register.snapshot().tallies.rounds_made)
    answers: list[CanaryAnswer] = []
    silent, spent_ms, may_go_on = 0, 0.0, between()
    for canary in (*canaries, *own):
        if not may_go_on or silent >= STOP_AFTER or spent_ms > limit_s * 1000:
            break
        answer = _ask(judge, register, canary, timeout_s)
        answers.append(answer)
        silent, spent_ms = silent + 1 if answer.failure else 0, spent_ms + answer.elapsed_ms
        may_go_on = between()  # behind the last one too: a judge that was closed meanwhile did not fail
    numbers = _numbers(now_ms(), canaries, answers)
    if process is not None:
        found = process()
        numbers = replace(numbers, start_ms=found.start_ms, memory_mb=found.memory_mb, deaths=found.deaths)
    if may_go_on:
        register.add_round(numbers)
        with suppress(OutputError):  # the register keeps it, and whoever saves next tries again
            register.save()
    troubles = tuple(Trouble(code) for code in numbers.troubles)
    return CanaryRound(numbers.at_ms, tuple(answers), numbers.not_asked, troubles, numbers)


def note_dead(register: JudgeRegister, now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000) -> None:
    """Note that the model did not even start: a round in which nothing could be asked. Once, until the next is due."""
    if register.is_trusted() or register.is_round_due():
        register.add_round(replace(_numbers(now_ms(), CANARIES, ()), troubles=(Trouble.DEAD.value,)))


def _ask(judge: Judge, register: JudgeRegister, canary: Canary, timeout_s: float) -> CanaryAnswer:
    begun_s = time.monotonic()
    with register.listening() as heard:
        opinions = judge.judge(canary.case, [canary.policy], timeout_s=timeout_s)
    elapsed_ms = (time.monotonic() - begun_s) * 1000
    opinion = opinions[0] if opinions else Opinion(canary.policy.id, Label.UNSURE, failure="no-answer")
    calls = [call for call in heard if not call.is_question]
    margin = opinion.margin if opinion.label is (Label.YES if canary.is_yes else Label.NO) else -opinion.margin
    mass = min((call.mass for call in calls if not call.failure), default=0.0)
    return CanaryAnswer(canary, opinion.label, margin, mass, elapsed_ms, _failure(opinion, calls))


def _failure(opinion: Opinion, calls: Sequence[CallRecord]) -> str:
    """The code of what failed; a part that failed counts even where other parts gave an opinion."""
    codes = [call.failure for call in calls if call.failure] or [opinion.failure]
    return codes[0].split(":", 1)[0].strip()


def _numbers(at_ms: int, canaries: Sequence[Canary], answers: Sequence[CanaryAnswer]) -> RoundNumbers:
    ours = [answer for answer in answers if not answer.canary.is_own]
    own = [answer for answer in answers if answer.canary.is_own]
    given = [answer for answer in ours if not answer.failure]
    times_ms = [answer.elapsed_ms for answer in given]
    to_find = sum(canary.is_yes for canary in canaries)
    return RoundNumbers(
        at_ms=at_ms,
        found=sum(answer.is_right for answer in ours if answer.canary.is_yes),
        to_find=to_find,
        alone=sum(answer.is_right for answer in ours if not answer.canary.is_yes),
        to_leave=len(canaries) - to_find,
        not_asked=len(canaries) - len(ours),
        median_ms=median(times_ms) if times_ms else 0.0,
        p95_ms=float(np.percentile(times_ms, 95)) if times_ms else 0.0,
        margin=median(answer.margin for answer in given) if given else 0.0,
        mass=median(answer.mass for answer in given) if given else 0.0,
        parsed=sum(answer.mass >= LEAST_MASS for answer in given) / len(given) if given else 0.0,
        own_right=sum(answer.is_right for answer in own),
        own=len(own),
        troubles=tuple(trouble.value for trouble in _troubles(ours)),
    )


def _troubles(answers: Sequence[CanaryAnswer]) -> list[Trouble]:
    failures = [answer.failure for answer in answers if answer.failure]
    last = [answer.failure for answer in answers[-STOP_AFTER:]]
    found = []
    if "bad-numbers" in failures:
        found.append(Trouble.BAD_NUMBERS)
    elif 2 * len(failures) >= len(answers):
        found.append(_silence(failures))
    elif all(last):
        found.append(_silence(last))
    given = [answer for answer in answers if not answer.failure]
    if given and 2 * sum(answer.mass < LEAST_MASS for answer in given) >= len(given):
        found.append(Trouble.WRONG_FORMAT)
    return found or _wrong_answers(answers)


def _silence(failures: Sequence[str]) -> Trouble:
    """Why there was no answer."""
    first = failures[0] if failures else "model-timeout"
    if first in _TIME_CODES:
        return Trouble.SLOW
    return _OTHER_SILENCE.get(first, Trouble.DEAD)


def _wrong_answers(answers: Sequence[CanaryAnswer]) -> list[Trouble]:
    sides = [[answer for answer in answers if answer.canary.is_yes is is_yes] for is_yes in (True, False)]
    if min(map(len, sides)) < FEWEST_ANSWERS:
        return [Trouble.SLOW]  # the round's time ended before so many were asked
    for label, trouble in (
        (Label.YES, Trouble.ALWAYS_YES),
        (Label.NO, Trouble.ALWAYS_NO),
        (Label.UNSURE, Trouble.NEVER_DECIDES),
    ):
        if all(sum(each.label is label for each in side) >= NEARLY_ALL * len(side) for side in sides):
            return [trouble]
    if all(sum(each.is_right for each in side) >= LEAST_RIGHT * len(side) for side in sides):
        return []
    failures = [each.failure for each in answers if each.failure]
    is_silence = 2 * len(failures) > sum(not each.is_right for each in answers)
    return [_silence(failures) if is_silence else Trouble.OFTEN_WRONG]
