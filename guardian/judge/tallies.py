"""The sums of the judge's register: totals, the last calls, the long run before them, the last rounds of canaries.

Invariants: bounded whatever the number of calls; numbers and this program's own codes alone.
"""

from __future__ import annotations

import math
from collections import deque
from copy import deepcopy
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Final, NamedTuple

from guardian.judge.base import Label

if TYPE_CHECKING:
    from guardian.judge.register import CallRecord

RECENT_CALLS: Final = 200
"""The last calls, against which the long run before them is held."""
ROUNDS_KEPT: Final = 48
"""Two days of hourly rounds."""
FORGET_AT: Final = 20_000
"""Calls after which the long run counts half: a year of use must not outweigh a month."""
LEAST_MASS: Final = 0.5
"""Share of all next-token probability that the labels must hold between them: the parse rate of a judge whose answer is
never parsed. Below it the model was about to say something else than an answer, and no such opinion is sure
(`guardian.judge.labels.SURE_MASS`, which is the same). One that answers in its frame holds nearly all of it; one that
does not, about as much as three tokens of its vocabulary (0.0001 or less)."""
FAILURE_CODES: Final = frozenset(
    {"model-crashed", "model-timeout", "model-down", "too-long", "bad-label", "bad-numbers", "model-refused"}
)
OTHER_FAILURE: Final = "other"
_MOST_NATS: Final = 1_000.0
"""A margin counts for no more: one of a damaged model's, which may be 1e9, would outweigh every other in mean and
squares."""
_LABELS: Final = (Label.YES, Label.NO, Label.UNSURE)


class CallNumbers(NamedTuple):
    """What is kept of one call."""

    label: int
    """0 yes, 1 no, 2 unsure."""
    margin: float
    entropy: float
    mass: float
    elapsed_ms: float
    tokens: int
    reused_tokens: int
    retries: int
    order_flips: int
    is_truncated: bool
    says_sure: bool
    is_sure: bool
    is_question: bool
    failure: str
    """One of `FAILURE_CODES`, `other` or empty."""

    @classmethod
    def of(cls, call: CallRecord) -> CallNumbers:
        """The numbers of a call; what is no number counts as 0, and what is beyond all measure as the most that counts,
        so that one of them can't spoil a sum."""
        code = call.failure.split(":", 1)[0].strip()
        return cls(
            label=_LABELS.index(call.label),
            margin=max(-_MOST_NATS, min(_finite(call.margin), _MOST_NATS)),
            entropy=_finite(call.entropy),
            mass=_finite(call.mass),
            elapsed_ms=_finite(call.elapsed_ms),
            tokens=call.tokens,
            reused_tokens=call.reused_tokens,
            retries=call.retries,
            order_flips=call.order_flips,
            is_truncated=call.is_truncated,
            says_sure=call.says_sure,
            is_sure=call.is_sure,
            is_question=call.is_question,
            failure=code if not code or code in FAILURE_CODES else OTHER_FAILURE,
        )


class Agreement(NamedTuple):
    """Whether a yes or no was what others said; None where they, or the judge, said nothing."""

    with_rules: bool | None
    with_encoder: bool | None


@dataclass(frozen=True, slots=True)
class RoundNumbers:
    """What is kept of one round of canaries."""

    at_ms: int
    """Milliseconds since 1970."""
    found: int
    """Canaries to be flagged that it said yes to."""
    to_find: int
    alone: int
    """Canaries to be left alone that it said no to."""
    to_leave: int
    not_asked: int = 0
    """Canaries that were not reached."""
    median_ms: float = 0.0
    """Of the answers."""
    p95_ms: float = 0.0
    margin: float = 0.0
    """Median, in nats."""
    mass: float = 0.0
    """Median share of all probability on the labels."""
    parsed: float = 0.0
    """Share of the answers of which the labels held at least `LEAST_MASS`."""
    own_right: int = 0
    """Of the examples of the owner's policies, those answered as the owner says."""
    own: int = 0
    start_ms: float = 0.0
    """From the start of the model's process until it was ready, its file's check included; 0 where not known."""
    memory_mb: float = 0.0
    """What its process held, the mapped file included (1 MB = 1,000,000 bytes)."""
    deaths: int = 0
    """Times that the process died, hung or spoke nonsense, since it was opened."""
    troubles: tuple[str, ...] = ()
    """Codes of `guardian.judge.troubles.Trouble`; while there is one, the judge is not trusted."""

    @property
    def right(self) -> int:
        """Canaries answered as anybody would."""
        return self.found + self.alone

    @property
    def asked(self) -> int:
        """Canaries that were reached: of the others nothing can be said."""
        return max(0, self.to_find + self.to_leave - self.not_asked)


@dataclass(slots=True)
class Moments:
    """Count, mean and squares of a number, by Welford's updates (Technometrics 4, 1962)."""

    count: float = 0.0
    mean: float = 0.0
    squares: float = 0.0
    """Sum of squared distances from the mean."""

    def add(self, value: float) -> None:
        """One more."""
        self.count += 1
        distance = value - self.mean
        self.mean += distance / self.count
        self.squares += distance * (value - self.mean)

    def halve(self) -> None:
        """Count everything half."""
        self.count, self.squares = self.count / 2, self.squares / 2

    @property
    def deviation(self) -> float:
        """Standard deviation; 0 for fewer than two."""
        return math.sqrt(self.squares / (self.count - 1)) if self.count > 1 else 0.0


@dataclass(slots=True)
class Sums:
    """Of some calls. Rates are taken over `answered`, the times and flips too."""

    calls: float = 0.0
    answered: float = 0.0
    """Without failures."""
    asked: float = 0.0
    """Answered calls under a policy, which the four questions are not."""
    yes: float = 0.0
    """Of these."""
    no: float = 0.0
    sure: float = 0.0
    says_sure: float = 0.0
    says_sure_only: float = 0.0
    """It says that it is sure, and the register says not."""
    parsed: float = 0.0
    """The labels held at least `LEAST_MASS`."""
    retried: float = 0.0
    flipped: float = 0.0
    truncated: float = 0.0
    tokens: float = 0.0
    reused_tokens: float = 0.0
    margin: Moments = field(default_factory=Moments)
    entropy: Moments = field(default_factory=Moments)
    log_ms: Moments = field(default_factory=Moments)
    """Natural log of milliseconds."""

    def add(self, call: CallNumbers) -> None:
        """One more call."""
        self.calls += 1
        self.tokens += call.tokens
        self.reused_tokens += call.reused_tokens
        self.truncated += call.is_truncated
        if call.failure:
            return
        self.answered += 1
        if not call.is_question:
            self.asked += 1
            self.yes += call.label == 0
            self.no += call.label == 1
        self.sure += call.is_sure
        self.says_sure += call.says_sure
        self.says_sure_only += call.says_sure and not call.is_sure
        self.parsed += call.mass >= LEAST_MASS
        self.retried += call.retries > 0
        self.flipped += call.order_flips > 0
        self.margin.add(call.margin)
        self.entropy.add(call.entropy)
        self.log_ms.add(math.log(max(call.elapsed_ms, 0.01)))

    def halve(self) -> None:
        """Count everything half."""
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, Moments):
                value.halve()
            else:
                setattr(self, each.name, value / 2)


@dataclass(slots=True)
class ModelTallies:
    """All that is kept of one model."""

    used_ms: int = 0
    """When the file last took something of it."""
    total: Sums = field(default_factory=Sums)
    failures: dict[str, int] = field(default_factory=dict)
    """By code."""
    rules_agree: int = 0
    rules_differ: int = 0
    encoder_agree: int = 0
    encoder_differ: int = 0
    rounds_made: int = 0
    recent: deque[CallNumbers] = field(default_factory=lambda: deque(maxlen=RECENT_CALLS))
    long_run: Sums = field(default_factory=Sums)
    """Of all calls that are no longer recent; older ones count less (`FORGET_AT`)."""
    rounds: deque[RoundNumbers] = field(default_factory=lambda: deque(maxlen=ROUNDS_KEPT))

    @property
    def last_round(self) -> RoundNumbers | None:
        """The newest."""
        return self.rounds[-1] if self.rounds else None

    def recent_sums(self) -> Sums:
        """The last calls, summed."""
        sums = Sums()
        for call in self.recent:
            sums.add(call)
        return sums

    def copy(self) -> ModelTallies:
        """One that nobody changes."""
        return deepcopy(self)

    def add(self, numbers: CallNumbers | Agreement | RoundNumbers) -> None:
        """One more call, comparison or round."""
        if isinstance(numbers, CallNumbers):
            self._add_call(numbers)
        elif isinstance(numbers, Agreement):
            self.rules_agree += numbers.with_rules is True
            self.rules_differ += numbers.with_rules is False
            self.encoder_agree += numbers.with_encoder is True
            self.encoder_differ += numbers.with_encoder is False
        else:
            self.rounds_made += 1
            self.rounds.append(numbers)

    def _add_call(self, call: CallNumbers) -> None:
        self.total.add(call)
        if call.failure:
            self.failures[call.failure] = self.failures.get(call.failure, 0) + 1
        if len(self.recent) == RECENT_CALLS:
            self.long_run.add(self.recent[0])
            if self.long_run.calls >= FORGET_AT:
                self.long_run.halve()
        self.recent.append(call)


def _finite(value: float) -> float:
    return float(value) if math.isfinite(value) else 0.0
