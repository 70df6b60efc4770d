"""The owner's ordinary stream on one channel: scored records as arrays, with what each message counts.

Invariants: a sender counts for at most `LARGEST_SHARE` of a stream, however much it sends (but never for less than one
message), and all messages without a sender are one sender; how long a stream lasted does not hang on the dates that
few messages claim; which half a message falls into hangs on its sender alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from guardian.calibration.alarm import Doubles, Flags
from guardian.calibration.record import ScoredRecord
from guardian.calibration.thresholds import CERTAIN
from guardian.message import Channel

LARGEST_SHARE = 0.02
"""Of one sender, in what a stream counts."""
DAYS_OF_WEEK = 7.0
_DAY_S = 86_400.0
_TRIMMED = 0.05
"""Share of the earliest dates, and of the latest, that do not say how long the stream lasted."""
_MOST_ROUNDS = 200


@dataclass(frozen=True, slots=True, repr=False)
class Stream:
    """Ordinary messages of one channel."""

    logits: Doubles
    """(n, outputs): logits of the calibrated scores."""
    senders: NDArray[np.int64]
    """(n,): which sender, 0, 1, 2, ..."""
    shapes: Flags
    """(n,): whether it is of the half that shapes thresholds; the other half sets their level."""
    excepted: Mapping[str, Flags]
    """(n,) by policy id: whether the policy excepts its sender."""
    weeks: float
    """How long the stream lasted, at least one week."""

    def __len__(self) -> int:
        return len(self.senders)

    def weights(self) -> Doubles:
        """(n,): what each message counts, above 0 and at most 1."""
        return sender_weights(self.senders)

    def take(self, chosen: Flags) -> Stream:
        """Some of the messages."""
        excepted = {policy: flags[chosen] for policy, flags in self.excepted.items()}
        return Stream(self.logits[chosen], self.senders[chosen], self.shapes[chosen], excepted, self.weeks)

    def heaviest_senders(self, most: int, among: Flags) -> list[int]:
        """The senders of more than one message, at most `most`: those with most messages `among` (n,) some first."""
        names, places, counts = np.unique(self.senders, return_inverse=True, return_counts=True)
        weights = np.bincount(places[among], minlength=len(names))
        several = np.flatnonzero((counts > 1) & (weights > 0))
        order = several[np.lexsort((names[several], -weights[several]))][:most]
        return [int(name) for name in names[order]]


def sender_weights(senders: NDArray[np.int64]) -> Doubles:
    """(n,): 1 for the messages of an ordinary sender, less for those of one who sends more than its share.

    A sender of m messages counts as min(m, k), and k is the largest number with k <= max(1, share * sum of all).
    """
    if not len(senders):
        return np.empty(0)
    _, inverse, counts = np.unique(senders, return_inverse=True, return_counts=True)
    most = float(counts.max())
    for _ in range(_MOST_ROUNDS):  # falls towards the largest fixed point, by a constant factor or faster
        allowed = max(1.0, LARGEST_SHARE * float(np.minimum(counts, most).sum()))
        if allowed >= most:
            break
        most = allowed
    weights: Doubles = (np.minimum(counts, most) / counts)[inverse]
    return weights


def span_weeks(records: Iterable[ScoredRecord]) -> float | None:
    """How long a stream lasted by its messages' own dates, at least one week; None where no message has one."""
    dated = [(record.sent_s, record.sender) for record in records if record.sent_s is not None]
    if not dated:
        return None
    times = np.array([time for time, _ in dated])
    weights = sender_weights(np.array(_numbered([sender for _, sender in dated]), dtype=np.int64))
    order = np.argsort(times, kind="stable")
    place = (np.cumsum(weights[order]) - weights[order] / 2) / weights.sum()
    first, last = np.interp([_TRIMMED, 1 - _TRIMMED], place, times[order])
    return max(float(last - first) / (1 - 2 * _TRIMMED) / _DAY_S / DAYS_OF_WEEK, 1.0)


def stream_of(records: Sequence[ScoredRecord], channel: Channel, weeks: float) -> Stream | None:
    """The ordinary messages of one channel; None where there are none."""
    chosen = [record for record in records if record.is_ordinary and record.channel is channel]
    if not chosen:
        return None
    policies = sorted({policy for record in chosen for policy in record.excepted})
    return Stream(
        logits=logits_of(np.stack([record.scores for record in chosen])),
        senders=np.array(_numbered([record.sender for record in chosen]), dtype=np.int64),
        shapes=np.array([record.sender[0] % 2 == 0 for record in chosen]),
        excepted={policy: np.array([policy in record.excepted for record in chosen]) for policy in policies},
        weeks=weeks,
    )


def logits_of(scores: NDArray[np.floating]) -> Doubles:
    """Logits of scores, finite also at 0 and 1."""
    clipped = np.clip(scores.astype(np.float64), CERTAIN, 1 - CERTAIN)
    logits: Doubles = np.log(clipped / (1 - clipped))
    return logits


def _numbered(senders: Sequence[bytes]) -> list[int]:
    numbers = {sender: number for number, sender in enumerate(Counter(senders))}
    return [numbers[sender] for sender in senders]
