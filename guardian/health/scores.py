"""Readings of the scores: do they still lie where thresholds were made for, and how often is the owner disturbed?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from guardian.calibration.bank import ReferenceBank
from guardian.calibration.interval import count_interval, rate_interval
from guardian.calibration.journal_stream import VerdictReader, read_stream
from guardian.calibration.state import Calibration
from guardian.errors import CalibrationError
from guardian.health.base import Block, Reading, Standing
from guardian.health.bounds import (
    DAY_MS,
    DRIFT_MESSAGES,
    FEWEST_BUDGET_WEEKS,
    LARGEST_DRIFT,
    LARGEST_NEAR,
    LEAST_DRIFT_MESSAGES,
    LOOK_BACK_DAYS,
    NEAR_LOGIT,
)
from guardian.health.drift import Drift, drift_of
from guardian.health.records import RecordFacts
from guardian.health.screening import CHANNEL_WORDS
from guardian.health.words import counted, share_words
from guardian.inference.manifest import Manifest
from guardian.journal.feedback import Says
from guardian.message import Channel
from guardian.verdict import Outcome


@dataclass(frozen=True, slots=True, repr=False)
class Yardstick:
    """What scores are held against."""

    manifest: Manifest
    bank: ReferenceBank
    calibration: Calibration | None
    """The owner's own; None where the shipped thresholds are in force."""


def scores_block(now_ms: int, budget: float, facts: RecordFacts | None, yardstick: Yardstick | None) -> Block:
    """`budget` is how many false alarms a week the owner puts up with."""
    if facts is None:
        say = "These readings come from the journal, which can't be read now."
        readings = [Reading("budget", "alert budget", "no journal to read", Standing.UNKNOWN, say)]
    else:
        readings = [_budget(now_ms, budget, facts), *_drifts(now_ms, facts, yardstick), _margins(facts)]
    return Block("scores", "Scores and alerts", readings)


def _budget(now_ms: int, budget: float, facts: RecordFacts) -> Reading:
    """The owner's word decides: what was called wrong counts, and nothing that nobody looked at."""
    name, bound = "alert budget", f"at most {budget:g} false alarms a week (calibration.false_alarms_per_week)"
    weeks = _weeks(now_ms, facts)
    if weeks is None:
        return Reading("budget", name, "nothing recorded yet", Standing.UNKNOWN, "", bound)
    flagged, said = facts.words_on_flagged()
    wrong, right = said[Says.WRONG], said[Says.RIGHT]
    low, high = (end / weeks for end in count_interval(wrong))
    flagged_low, flagged_high = (end / weeks for end in count_interval(flagged))
    value = (
        f"{flagged / weeks:.1f} flagged a week ({flagged_low:.1f} to {flagged_high:.1f}) over {weeks:.1f} weeks; "
        f"you called {wrong} wrong and {right} right: {wrong / weeks:.1f} false a week ({low:.1f} to {high:.1f})"
    )
    is_breached = low > budget
    say = ""
    if is_breached:
        say = (
            "More false alarms than you put up with, beyond chance. guardian calibrate --on-journal would fit the "
            "thresholds to your messages; guardian policy review names the policies that err most."
        )
    elif flagged_low > budget and wrong + right < flagged / 2:
        say = "Most of these you have not judged, so how many were false is not known. r and w in the Inbox say it."
    series = [mine for mine, _ in facts.by_day([Outcome.FLAGGED.value], LOOK_BACK_DAYS)]
    standing = Standing.BREACHED if is_breached else Standing.GOOD
    return Reading("budget", name, value, standing, say, bound, now_ms, series, "flagged in one day")


def _weeks(now_ms: int, facts: RecordFacts) -> float | None:
    """How long the record that was looked at goes back, at least one week; None where it is empty."""
    times = [verdict.at_ms for verdict in facts.verdicts] + [noon_ms for noon_ms, _, _ in facts.counted]
    if not times:
        return None
    first_ms = max(min(times), facts.since_ms)
    return max((now_ms - first_ms) / (7 * DAY_MS), FEWEST_BUDGET_WEEKS)


def _drifts(now_ms: int, facts: RecordFacts, yardstick: Yardstick | None) -> Iterator[Reading]:
    bound = f"distance at most {LARGEST_DRIFT:g} beyond chance"
    if yardstick is None:
        yield Reading("drift", "score drift", "no model to compare with", Standing.UNKNOWN, "", bound)
        return
    reader = VerdictReader(yardstick.manifest, ())
    try:
        stream = read_stream(reversed(facts.entries), facts.unsealed, reader, since_ms=facts.since_ms, until_ms=now_ms)
    except CalibrationError as error:
        say = f"{error.what[:1].upper()}{error.what[1:]}. With journal.clean = scores in your settings it is measured."
        yield Reading("drift", "score drift", "too few messages", Standing.UNKNOWN, say, bound)
        return
    calibration = yardstick.calibration
    calibrated_s = datetime.fromisoformat(calibration.made_at).timestamp() if calibration is not None else None
    for channel in Channel:
        yield _drift(now_ms, drift_of(stream.records, channel, yardstick.manifest, yardstick.bank, calibrated_s), bound)


def _drift(now_ms: int, drift: Drift, bound: str) -> Reading:
    id, name = f"drift-{drift.channel.value}", f"drift {CHANNEL_WORDS[drift.channel.value]}"
    if drift.distance is None:
        value = f"too few messages: {drift.messages} ordinary ones of {LEAST_DRIFT_MESSAGES}"
        return Reading(id, name, value, Standing.UNKNOWN, "", bound)
    value = (
        f"distance {drift.distance:.2f} (at least {drift.at_least:.2f}) of the last {drift.messages} from "
        f"{drift.reference}; typical risk {drift.medians[0]:.2f}, was {drift.medians[1]:.2f}"
    )
    is_breached = drift.at_least > LARGEST_DRIFT
    say = (
        "Your ordinary messages score otherwise than those that the thresholds were made for, so alarms may come too "
        "often or too seldom: guardian calibrate --on-journal fits the thresholds to them."
    )
    standing = Standing.BREACHED if is_breached else Standing.GOOD
    return Reading(id, name, value, standing, say * is_breached, bound, now_ms)


def _margins(facts: RecordFacts) -> Reading:
    name, bound = "near a threshold", f"at most {LARGEST_NEAR:.0%} within {NEAR_LOGIT:g} in logit space"
    last = [verdict for verdict in facts.verdicts if verdict.margin is not None][:DRIFT_MESSAGES]
    margins = np.array([verdict.margin for verdict in last], dtype=np.float64)
    if len(margins) < LEAST_DRIFT_MESSAGES:
        value = f"too few messages: {len(margins)} recorded ones of {LEAST_DRIFT_MESSAGES}"
        return Reading("margins", name, value, Standing.UNKNOWN, "", bound)
    near = int((np.abs(margins) <= NEAR_LOGIT).sum())
    low, high = rate_interval(near, len(margins))
    typical = float(np.median(np.abs(margins)))
    value = f"{share_words(near, len(margins))}, between {low:.1%} and {high:.1%}; typical distance {typical:.1f}"
    is_breached = low > LARGEST_NEAR
    say = (
        f"For {counted(near, 'message')} a small change of the text would have turned the verdict. Only recorded "
        "messages are counted, which are more often near than others unless clean ones are kept too."
    )
    standing = Standing.BREACHED if is_breached else Standing.GOOD
    return Reading("margins", name, value, standing, say * is_breached, bound, last[0].at_ms)
