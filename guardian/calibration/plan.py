"""What a calibration would change: from scored records to thresholds, the moves between, and what to keep of it.

Invariants: a plan changes nothing; a channel with too little data keeps the thresholds in force; a move below what
anybody could see is none; what is kept of a stream is counts and rates.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from guardian.calibration.alarm import AlarmRule, Doubles
from guardian.calibration.bank import ReferenceBank
from guardian.calibration.budget import Alarms, Ground, Settled, settle
from guardian.calibration.record import ScoredRecord
from guardian.calibration.state import Calibration, ChannelStanding, OutputStanding
from guardian.calibration.stream import DAYS_OF_WEEK, Stream, logits_of, span_weeks, stream_of
from guardian.calibration.thresholds import Thresholds, fingerprint, score_of, shipped_thresholds
from guardian.errors import CalibrationError
from guardian.inference.base import Floats
from guardian.inference.manifest import Manifest
from guardian.message import Channel
from guardian.verdict import Outcome

_DIGITS = 6
_LEAST_MOVE = 0.0005


@dataclass(frozen=True, slots=True)
class Move:
    """One threshold that would be another one."""

    channel: Channel
    label: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class ChannelPlan:
    """What the archive says of one channel."""

    stream: Stream
    settled: Settled
    can_alarm: bool
    """Whether any policy on this channel warns by an output whose threshold may move."""
    outputs: Mapping[str, OutputStanding]
    """By label, for the outputs that decide about alarms, under the thresholds of the plan."""

    @property
    def senders(self) -> int:
        """How many senders the stream has."""
        return len(np.unique(self.stream.senders))

    @property
    def is_settled(self) -> bool:
        """Whether there was enough to go by."""
        return self.can_alarm and not self.settled.missing


@dataclass(frozen=True, slots=True)
class Plan:
    """What a calibration would change."""

    records: Sequence[ScoredRecord]
    weeks: float
    channels: Mapping[Channel, ChannelPlan]
    """Those with ordinary messages."""
    before: Thresholds
    thresholds: Thresholds
    moves: tuple[Move, ...]

    @property
    def flagged(self) -> int:
        """Messages that are flagged under the thresholds in force."""
        return sum(record.outcome is Outcome.FLAGGED for record in self.records)

    def calibration(self, made_at: str, manifest: Manifest, budget: float, old: Calibration | None) -> Calibration:
        """The plan as it is kept. A channel that it settles nothing for keeps what stands of it."""
        standing = dict(old.channels) if old is not None else {}
        for channel, plan in self.channels.items():
            if plan.is_settled:
                then = plan.settled.then
                counts = (len(plan.stream), plan.senders, self.weeks, then.a_week, then.low, then.high)
                standing[channel] = ChannelStanding(*counts, outputs=plan.outputs)
        return Calibration(made_at, manifest.sha256, fingerprint(manifest), budget, standing)


def make_plan(
    records: Sequence[ScoredRecord],
    rules: Mapping[Channel, AlarmRule],
    bank: ReferenceBank,
    manifest: Manifest,
    calibration: Calibration | None,
    *,
    budget: float,
    days: float | None,
) -> Plan:
    """What `budget` false alarms a week mean on these records, which took `days` (or as long as their dates say).

    Raises CalibrationError where there is no record, or where no record has a date and no days are given.
    """
    weeks = max(days / DAYS_OF_WEEK, 1.0) if days is not None else span_weeks(records)
    if weeks is None:
        raise CalibrationError("there is no message with a date to calibrate on", hint="give --days N")
    shipped = shipped_thresholds(manifest)
    before = calibration.thresholds(manifest) if calibration is not None else shipped
    found = {channel: stream_of(records, channel, weeks) for channel in Channel}
    streams = {channel: stream for channel, stream in found.items() if stream is not None}
    bank_scores = logits_of(scores_of_bank(bank, manifest))
    grounds = {
        channel: Ground(
            alarm=rules[channel],
            bank=bank_scores[bank.rows([channel])],
            shipped=_logits(shipped, channel, manifest),
            current=_logits(before, channel, manifest),
        )
        for channel in streams
    }
    settled = settle(streams, grounds, budget)
    return _planned(records, weeks, streams, settled, rules, before, manifest)


def crossing(plan: Plan, manifest: Manifest) -> list[ScoredRecord]:
    """The records that stand on another side of a moved threshold than before: no other outcome can change."""
    return [record for record, _ in crossings(plan, manifest)]


def crossings(plan: Plan, manifest: Manifest) -> Iterator[tuple[ScoredRecord, list[Move]]]:
    """The same records, each with the moves that change its side."""
    columns = {label: column for column, label in enumerate(manifest.labels)}
    moves = [(move, columns[move.label]) for move in plan.moves]
    for record in plan.records:
        scores = record.scores
        crossed = [
            move
            for move, column in moves
            if record.channel is move.channel and (scores[column] >= move.before) != (scores[column] >= move.after)
        ]
        if crossed:
            yield record, crossed


def scores_of_bank(bank: ReferenceBank, manifest: Manifest) -> Floats:
    """(N, outputs): calibrated scores of the bank's messages, each as of its stratum."""
    scores = np.empty_like(bank.logits)
    for stratum, members in bank.strata():
        scores[members] = manifest.window_scores(bank.logits[members], stratum)
    return scores


def bank_counts(
    bank: ReferenceBank, manifest: Manifest, thresholds: Thresholds
) -> dict[Channel, dict[str, tuple[int, int]]]:
    """How many of the bank's ordinary messages pass each threshold, and of how many, by channel and label."""
    scores = scores_of_bank(bank, manifest)
    counts = {}
    for channel in Channel:
        rows = scores[bank.rows([channel])]
        limits = [thresholds.on(channel)[label] for label in manifest.labels]
        passed = (rows >= np.array(limits)).sum(axis=0)
        counts[channel] = {label: (int(n), len(rows)) for label, n in zip(manifest.labels, passed, strict=True)}
    return counts


def _planned(
    records: Sequence[ScoredRecord],
    weeks: float,
    streams: Mapping[Channel, Stream],
    settled: Mapping[Channel, Settled],
    rules: Mapping[Channel, AlarmRule],
    before: Thresholds,
    manifest: Manifest,
) -> Plan:
    channels, after = {}, before
    for channel, stream in streams.items():
        outputs = {}
        for column in rules[channel].watched:
            label = manifest.labels[column]
            threshold = _visible(before.on(channel)[label], float(settled[channel].thresholds[column]))
            outputs[label] = _standing(threshold, settled[channel].alone[column])
        after = after.moved(channel, {label: output.threshold for label, output in outputs.items()})
        channels[channel] = ChannelPlan(stream, settled[channel], rules[channel].can_alarm, outputs)
    moves = tuple(
        Move(channel, label, before.on(channel)[label], threshold)
        for channel in channels
        for label, threshold in after.on(channel).items()
        if threshold != before.on(channel)[label]
    )
    return Plan(records, weeks, channels, before, after, moves)


def _visible(before: float, wanted_logit: float) -> float:
    """The threshold that is wanted, rounded up, or the one before where nobody could tell them apart."""
    wanted = math.ceil(score_of(wanted_logit) * 10**_DIGITS) / 10**_DIGITS
    return wanted if abs(wanted - before) >= _LEAST_MOVE else before


def _standing(threshold: float, alone: Alarms) -> OutputStanding:
    return OutputStanding(threshold, alone.a_week, alone.low, alone.high)


def _logits(thresholds: Thresholds, channel: Channel, manifest: Manifest) -> Doubles:
    return logits_of(np.array([thresholds.on(channel)[label] for label in manifest.labels]))
