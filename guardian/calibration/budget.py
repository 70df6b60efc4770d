"""The alert budget: from "at most N false alarms a week" to thresholds, by split-conformal quantiles.

Two steps, on messages that share no sender. First the shape: each output's level that `SHAPE_RATE` of the ordinary
messages pass, over the shipped bank and one half of the owner's stream, so that a head which is noisy on this stream
does not set the level of the others. Then the height: all levels are shifted together until the other half raises no
more alarms than the budget allows. With n exchangeable messages in that half, a new ordinary message alarms with a
probability of at most the rate that was aimed at (Papadopoulos et al., ECML 2002; Vovk, ACML 2012).

Invariants: a smaller budget never gives a lower threshold; no sender of several messages lifts a threshold by more than
`ONE_SENDER` over where it would stand without that sender; a threshold stays within `MOST_STEP` of the one in force
and within `MOST_TOTAL` of the shipped one; too little data moves nothing. Pure: same streams, same thresholds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from guardian.calibration.alarm import AlarmRule, Doubles, Flags
from guardian.calibration.interval import rate_interval
from guardian.calibration.stream import Stream
from guardian.calibration.thresholds import MOST_STEP, MOST_TOTAL
from guardian.message import Channel

SHAPE_RATE = 0.01
"""Share of ordinary messages that pass an output's level before all are shifted; the manifest's own choice."""
LEAST_COUNTED = 100
"""What the half that sets the height must count, in messages of senders who keep to their share."""
LEAST_ALARMS = 2.0
"""Alarms in that half, counting the new message, below which a rate is too fine for the data."""
HIGHEST_RATE = 0.05
"""Share of ordinary messages that may alarm, however large the budget."""
ONE_SENDER = 0.2
"""How far one sender may lift a threshold, as a logit."""
_MOST_LEFT_OUT = 32
"""Senders without whom everything is computed again: as many of those with the most messages, and in each half of those
with the most messages at or over a threshold, for a few are enough where it hangs on few."""
_JUST_ABOVE = 1e-3
"""A threshold stands this much over the highest ordinary margin that must not pass, as a logit."""


@dataclass(frozen=True, slots=True)
class Alarms:
    """Alarms that a stream's ordinary messages raise in a week."""

    a_week: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Ground:
    """What stands fixed while the thresholds of one channel are sought."""

    alarm: AlarmRule
    bank: Doubles
    """(N, outputs): logits of the bank's messages on this channel."""
    shipped: Doubles
    """(outputs,): shipped thresholds, as logits."""
    current: Doubles
    """(outputs,): thresholds in force, as logits."""


@dataclass(frozen=True, slots=True, repr=False)
class Settled:
    """What the budget means for one channel."""

    thresholds: Doubles
    """(outputs,): as logits. The ones in force where nothing moves."""
    counted: float
    """What the half that sets the height counts, in messages."""
    now: Alarms
    """Under the thresholds in force."""
    then: Alarms
    """Under these thresholds."""
    alone: tuple[Alarms, ...]
    """By output: how often its threshold is passed, whether or not a policy warns of it."""
    missing: int = 0
    """Ordinary messages, of further senders, that are needed before anything moves."""
    finer: int = 0
    """Ordinary messages that are needed before the data can hold so small a budget; 0 where it can."""
    is_bounded: bool = False
    """Whether a bound kept a threshold from where the budget wants it."""


def settle(
    streams: Mapping[Channel, Stream], grounds: Mapping[Channel, Ground], budget: float
) -> dict[Channel, Settled]:
    """Thresholds for each channel's stream, so that all together raise at most `budget` false alarms a week."""
    volumes = {channel: _volume(stream) for channel, stream in streams.items()}
    whole = sum(volumes.values())
    return {
        channel: _settle(stream, grounds[channel], budget, whole - volumes[channel])
        for channel, stream in streams.items()
    }


def _settle(stream: Stream, ground: Ground, budget: float, elsewhere: float) -> Settled:
    counted = float(stream.weights()[~stream.shapes].sum())
    missing = max(math.ceil(2 * (LEAST_COUNTED - counted)), 0)
    if missing or not ground.alarm.can_alarm:
        return _described(stream, ground, ground.current, counted, missing=missing)
    wanted, decisive = _wanted(stream, ground, budget, elsewhere)
    guarded = wanted
    every = np.ones(len(stream), dtype=np.bool_)
    kinds = (every, decisive & stream.shapes, decisive & ~stream.shapes)
    for sender in {sender for among in kinds for sender in stream.heaviest_senders(_MOST_LEFT_OUT, among)}:
        without, _ = _wanted(stream.take(stream.senders != sender), ground, budget, elsewhere)
        guarded = np.minimum(guarded, without + ONE_SENDER)
    bounded = np.clip(guarded, *_bounds(ground))
    needed = LEAST_ALARMS / _rate(stream, budget, elsewhere) - 1
    return _described(
        stream,
        ground,
        bounded,
        counted,
        finer=max(math.ceil(2 * (needed - counted)), 0),
        is_bounded=bool((np.abs(bounded - wanted) > 1e-9).any()),
    )


def _bounds(ground: Ground) -> tuple[Doubles, Doubles]:
    """(outputs,) each: the lowest and the highest that a threshold may be set now."""
    lowest = np.maximum(ground.shipped - MOST_TOTAL, ground.current - MOST_STEP)
    highest = np.minimum(ground.shipped + MOST_TOTAL, ground.current + MOST_STEP)
    return lowest, highest


def _volume(stream: Stream) -> float:
    """Ordinary messages a week, each sender up to its share."""
    return float(stream.weights().sum()) / stream.weeks


def _rate(stream: Stream, budget: float, elsewhere: float) -> float:
    return min(budget / (_volume(stream) + elsewhere), HIGHEST_RATE)


def _wanted(stream: Stream, ground: Ground, budget: float, elsewhere: float) -> tuple[Doubles, Flags]:
    """(outputs,): where the budget wants the thresholds, as logits, before any bound. (n,): which messages, each in
    its half, stand so high that this hangs on them."""
    weights, shapes = stream.weights(), stream.shapes
    level = ground.shipped.copy()
    rows = np.concatenate([ground.bank, stream.logits[shapes]])
    counts = np.concatenate([np.ones(len(ground.bank)), weights[shapes]])
    for column in ground.alarm.watched:
        level[column] = conformal_quantile(rows[:, column], counts, SHAPE_RATE)
    level = np.clip(level, *_bounds(ground))
    rest = stream.take(~shapes)
    counts = weights[~shapes]
    finest = LEAST_ALARMS / (float(counts.sum()) + 1)
    margins = ground.alarm.margins(rest.logits, level, rest.excepted)
    shift = conformal_quantile(margins, counts, max(_rate(stream, budget, elsewhere), finest))
    wanted = ground.current.copy()
    watched = list(ground.alarm.watched)
    wanted[watched] = level[watched] + shift
    decisive: Flags = np.any(stream.logits[:, watched] >= level[watched] - 2 * _JUST_ABOVE, axis=1)
    decisive[~shapes] = margins >= shift - 2 * _JUST_ABOVE
    return wanted, decisive


def conformal_quantile(values: Doubles, weights: Doubles, rate: float) -> float:
    """The lowest threshold that at most `rate` of (the values and one new, which passes) reach.

    A value just above one of `values`; infinite where even that is too many. `weights` are what the values count.
    """
    order = np.argsort(-values, kind="stable")
    sorted_values, cumulative = values[order], np.cumsum(weights[order])
    first = np.searchsorted(-sorted_values, -sorted_values, side="left")  # how many values are larger
    above = np.where(first > 0, cumulative[first - 1], 0.0)
    fits = np.flatnonzero((above + 1) <= rate * (float(weights.sum()) + 1) + 1e-9)
    return float(sorted_values[fits[-1]]) + _JUST_ABOVE if len(fits) else math.inf


def _described(
    stream: Stream,
    ground: Ground,
    thresholds: Doubles,
    counted: float,
    *,
    missing: int = 0,
    finer: int = 0,
    is_bounded: bool = False,
) -> Settled:
    counts = float(stream.weights().sum())
    volume = len(stream) / stream.weeks

    def alarms(passes: Doubles) -> Alarms:
        """Every message counts here, for every one disturbs; but many of one sender make no rate surer."""
        rate = float(np.mean(passes >= 0))
        low, high = rate_interval(rate * counts, counts)
        return Alarms(rate * volume, low * volume, high * volume)

    return Settled(
        thresholds=thresholds,
        counted=counted,
        now=alarms(ground.alarm.margins(stream.logits, ground.current, stream.excepted)),
        then=alarms(ground.alarm.margins(stream.logits, thresholds, stream.excepted)),
        alone=tuple(alarms(stream.logits[:, column] - each) for column, each in enumerate(thresholds)),
        missing=missing,
        finer=finer,
        is_bounded=is_bounded,
    )
