"""Has the judge changed? Its last calls are held against the long run before them.

A share (of yes, of labels that hold their part of all probability, of answers that turn with the order of the labels)
has drifted where the exact intervals of then and now (Clopper and Pearson, at `CONFIDENCE`) lie apart by more than
`LEAST_SHARE`: beyond chance, and enough to matter. A mean (of margin, of the logarithm of the time) has drifted where
it moved by more than `STANDARD_ERRORS` of Welch's standard error (Biometrika 34, 1947) and by more than a bound of its
own: half a standard deviation of the long run, or half as long again.

Invariants: pure; an alarm is told and weighs nothing, since messages change too: only canaries, which are always the
same, make a judge untrusted. With too few calls there is no alarm.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from guardian.calibration.interval import rate_interval
from guardian.judge.tallies import ModelTallies, Moments, Sums

LEAST_RECENT: Final = 50
"""Fewer calls say nothing: the interval of a share alone would be 0.4 wide."""
LEAST_LONG_RUN: Final = 100
CONFIDENCE: Final = 0.99
"""Two intervals of this that do not meet happen by chance in far fewer than one of a hundred looks."""
LEAST_SHARE: Final = 0.05
STANDARD_ERRORS: Final = 4.0
"""Looked at often, three would come by chance."""
LEAST_MARGIN_MOVE: Final = 0.5
"""Standard deviations of the long run: a medium effect (Cohen, 1988)."""
LEAST_TIME_FACTOR: Final = 1.5
"""In the mean of the logarithm: half as long again."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One number that has drifted."""

    id: str
    """`yes-rate`, `parse-rate`, `flip-rate`, `failure-rate`, `margin` or `latency`."""
    say: str
    """One plain sentence."""


def alarms_of(tallies: ModelTallies) -> tuple[Alarm, ...]:
    """Every alarm there is now."""
    now, before = tallies.recent_sums(), tallies.long_run
    return (*_rates(now, before), *_means(now, before))


def _rates(now: Sums, before: Sums) -> Iterator[Alarm]:
    rows = (
        ("failure-rate", "could not answer", now.calls - now.answered, now.calls, before.calls - before.answered),
        ("yes-rate", "said yes", now.yes, now.asked, before.yes),
        ("parse-rate", "kept to the labels", now.parsed, now.answered, before.parsed),
        ("flip-rate", "turned with the order of the labels", now.flipped, now.answered, before.flipped),
    )
    wholes = (before.calls, before.asked, before.answered, before.answered)
    for (id, what, part, whole, part_before), whole_before in zip(rows, wholes, strict=True):
        if whole >= LEAST_RECENT and whole_before >= LEAST_LONG_RUN and _apart(part, whole, part_before, whole_before):
            share, share_before = part / whole, part_before / whole_before
            say = f"It {what} in {share:.0%} of the last {whole:.0f} calls, and in {share_before:.0%} before."
            yield Alarm(id, say)


def _apart(part: float, whole: float, part_before: float, whole_before: float) -> bool:
    low, high = rate_interval(part, whole, CONFIDENCE)
    low_before, high_before = rate_interval(part_before, whole_before, CONFIDENCE)
    is_beyond_chance = low > high_before or high < low_before
    return is_beyond_chance and abs(part / whole - part_before / whole_before) >= LEAST_SHARE


def _means(now: Sums, before: Sums) -> Iterator[Alarm]:
    if _has_moved(now.margin, before.margin, LEAST_MARGIN_MOVE * before.margin.deviation):
        yield Alarm(
            "margin",
            f"Its answers stand {now.margin.mean:.1f} nats apart in the last {now.margin.count:.0f} calls, and stood "
            f"{before.margin.mean:.1f} before.",
        )
    if _has_moved(now.log_ms, before.log_ms, math.log(LEAST_TIME_FACTOR)):
        yield Alarm(
            "latency",
            f"An answer takes {_ms(now.log_ms)} in the last {now.log_ms.count:.0f} calls, and took "
            f"{_ms(before.log_ms)} before.",
        )


def _has_moved(now: Moments, before: Moments, least: float) -> bool:
    if now.count < LEAST_RECENT or before.count < LEAST_LONG_RUN:
        return False
    error = math.sqrt(now.deviation**2 / now.count + before.deviation**2 / before.count)
    return abs(now.mean - before.mean) > max(STANDARD_ERRORS * error, least, 1e-9)


def _ms(log_ms: Moments) -> str:
    """The geometric mean."""
    mean_ms = math.exp(log_ms.mean)
    return f"{mean_ms:.0f} ms" if mean_ms < 1000 else f"{mean_ms / 1000:.1f} s"
