"""The owner's stream as the journal holds it: sealed verdicts as scored records, for the bounds that an archive has.

A verdict is used where the present model, calibrated as now, judged its message. The journal always keeps what was
flagged, and of clean messages often no more than their number; from such days a rate of alarms would come out far too
high. So a day (UTC) counts only if no clean message of it was merely counted, and none before the first clean one.

What a sender could try: to send the same thing again and again (the same text of the same sender is one message, the
first time that it was recorded); to come before another with a copy under the other's name (that copy has the other's
scores, and counts in its place); to flood (`calibration.stream` gives a sender its share, and a stream without enough
other senders moves nothing); to lie about dates (a message's time is when this machine screened it, also of what
waited outside the journal and came in late).

Invariants: no text and no address is kept of a record; what is left out is counted, by reason; the owner's feedback is
counted and moves nothing; flagged messages are never used without the clean ones of their days. Pure.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Final

import numpy as np

from guardian.calibration.record import ScoredRecord, SenderMarks
from guardian.calibration.stream import DAYS_OF_WEEK, span_weeks
from guardian.calibration.thresholds import fingerprint
from guardian.errors import CalibrationError
from guardian.inference.base import Floats
from guardian.inference.manifest import Manifest
from guardian.journal.feedback import LatestFeedback, Says
from guardian.journal.record import Entry, Erased, Kind, Record, Unreadable
from guardian.journal.reports.facts import EntryFacts
from guardian.journal.reports.tally import DayCounts, cells_of
from guardian.message import Channel
from guardian.policy.base import Policy
from guardian.verdict import Outcome

DEFAULT_DAYS: Final = 90.0
"""How far back the journal is looked through, unless its owner says otherwise."""
MOST_MESSAGES: Final = 50_000
"""Messages that are used, newest first; as of an archive."""
_DAY_MS: Final = 86_400_000
_HOUR_MS: Final = 3_600_000
_DIGEST_BYTES: Final = 16
_ODD: Final = (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError)
"""What reading a body of another shape raises."""


class Left(StrEnum):
    """Why a verdict is not used."""

    REPEAT = "repeat"
    """The same text of the same sender was recorded before."""
    OTHER_MODEL = "other_model"
    """Another model spoke, or the same one with another calibration."""
    NOT_JUDGED = "not_judged"
    """The model did not judge the message."""
    UNREADABLE = "unreadable"
    """It does not open, or holds something else than it should."""
    PARTIAL_DAY = "partial_day"
    """Clean messages of its day were only counted, or it came before the first clean one that was kept."""
    TOO_MANY = "too_many"
    """Newer ones were enough."""


@dataclass(frozen=True, slots=True)
class Alerts:
    """Flagged messages of the time that was looked at, and what their owner said of them."""

    flagged: int
    right: int
    wrong: int
    unsure: int


@dataclass(frozen=True, slots=True, repr=False)
class JournalStream:
    """What the journal gives a calibration."""

    records: Sequence[ScoredRecord]
    """In the order of the journal; `place` is the record's number."""
    days: float
    """How long they took to come, without the days that do not count."""
    left: Mapping[Left, int]
    """How many verdicts are not used, for every reason."""
    partial_days: int
    """Days on which clean messages were only counted."""
    counted_clean: int
    """Clean messages that were only counted."""
    alerts: Alerts
    in_one_hour: int
    """The most messages that one hour recorded: near to all of them where a whole archive was scanned at once."""

    @property
    def clean(self) -> int:
        """Messages that were clean when they were screened."""
        return sum(record.outcome is Outcome.CLEAN for record in self.records)


@dataclass(frozen=True, slots=True)
class _Judged:
    record: ScoredRecord
    at_ms: int


class VerdictReader:
    """Makes a scored record of a recorded verdict."""

    def __init__(self, manifest: Manifest, policies: Iterable[Policy]) -> None:
        """`policies` are those in force now: an exception holds whenever it was made."""
        self._labels, self._sha256 = manifest.labels, manifest.sha256
        self._fingerprint = fingerprint(manifest)
        self._marks = SenderMarks(policies, bytes.fromhex(self._fingerprint))

    def read(self, seq: int, record: Record) -> ScoredRecord | Left:
        """The scored record of a verdict, or why there is none."""
        try:
            body = record.body
            stream, digest = body["stream"], bytes.fromhex(body["text"]["sha256"])
            if record.spoke.model_sha256 != self._sha256 or stream.get("fingerprint") != self._fingerprint:
                return Left.OTHER_MODEL
            if not stream["scores"]:
                return Left.NOT_JUDGED
            senders = [str(sender) for sender in stream["senders"]]
            return ScoredRecord(
                place=seq,
                id=str(seq),
                channel=Channel(body["message"]["channel"]),
                outcome=Outcome(body["verdict"]["outcome"]),
                scores=self._scores(stream["scores"]),
                sender=self._marks.hashed(senders),
                sent_s=record.at_ms / 1000,
                is_ordinary=stream["ordinary"] is True,
                excepted=self._marks.excepted(senders),
                digest=digest[:_DIGEST_BYTES],
            )
        except _ODD:
            return Left.UNREADABLE

    def _scores(self, scores: Mapping[str, Any]) -> Floats:
        """Raises ValueError or TypeError for anything but one score of each output."""
        if scores.keys() != set(self._labels):
            raise ValueError("other outputs than the model's")
        values = np.array([float(scores[label]) for label in self._labels], dtype=np.float32)
        if not ((values >= 0) & (values <= 1)).all():
            raise ValueError("a score is no score")
        return values


@dataclass(slots=True)
class _Gathered:
    """What one pass over the journal found."""

    since_ms: int
    until_ms: int
    judged: deque[_Judged] = field(default_factory=lambda: deque(maxlen=MOST_MESSAGES))
    left: Counter[Left] = field(default_factory=Counter)
    counted: Counter[date] = field(default_factory=Counter)
    """Clean messages by day, of those that were only counted."""
    flagged: list[int] = field(default_factory=list)
    said: LatestFeedback = field(default_factory=LatestFeedback)
    seen: set[bytes] = field(default_factory=set)

    def add(self, entry: Entry, reader: VerdictReader) -> None:
        self.said.add(entry)
        record = entry.record
        if isinstance(record, Unreadable):
            self.left[Left.UNREADABLE] += 1
        elif isinstance(record, Erased):
            return
        elif record.kind is Kind.COUNTS:
            self.add_counts({str(record.body.get("day")): record.body.get("counts", {})})
        elif record.kind is Kind.VERDICT:
            self._add_verdict(entry, record.at_ms, reader.read(entry.seq, record))

    def add_counts(self, counts: DayCounts) -> None:
        for cell in cells_of(counts):
            first_ms = cell.at_ms - _DAY_MS // 2
            if cell.outcome == Outcome.CLEAN and self.since_ms < first_ms + _DAY_MS and first_ms <= self.until_ms:
                self.counted[cell.day] += cell.count

    def _add_verdict(self, entry: Entry, at_ms: int, found: ScoredRecord | Left) -> None:
        is_repeat = False
        if isinstance(found, ScoredRecord):
            name = b"".join((found.digest, found.sender, found.channel.encode()))
            is_repeat = name in self.seen
            self.seen.add(name)  # also of what came before the time that is looked at: a repeat is nothing new
        if not self.since_ms <= at_ms <= self.until_ms:
            return
        if isinstance(found, Left):
            self.left[found] += 1
        elif is_repeat:
            self.left[Left.REPEAT] += 1
        else:
            self.left[Left.TOO_MANY] += len(self.judged) == MOST_MESSAGES
            self.judged.append(_Judged(found, at_ms))
        if EntryFacts(entry).outcome == Outcome.FLAGGED:
            self.flagged.append(entry.seq)


def read_stream(
    entries: Iterable[Entry], unsealed: DayCounts, reader: VerdictReader, *, since_ms: int, until_ms: int
) -> JournalStream:
    """The stream of a time, from all entries in the journal's order and the counts that no record holds yet.

    Raises CalibrationError where there is no clean message to go by.
    """
    gathered = _Gathered(since_ms, until_ms)
    gathered.add_counts(unsealed)
    for entry in entries:
        gathered.add(entry, reader)
    used = _whole_days(gathered)
    if not used:
        raise _nothing_clean(gathered)
    return JournalStream(
        records=[judged.record for judged in used],
        days=_days(used, gathered.counted),
        left={reason: gathered.left[reason] for reason in Left},
        partial_days=len(gathered.counted),
        counted_clean=gathered.counted.total(),
        alerts=_alerts(gathered),
        in_one_hour=_most_in_an_hour([judged.at_ms for judged in used]),
    )


def _whole_days(gathered: _Gathered) -> list[_Judged]:
    """The messages of days whose clean messages were all kept, from the first clean one on; none where none is."""
    whole = [judged for judged in gathered.judged if _day(judged.at_ms) not in gathered.counted]
    first_ms = min((judged.at_ms for judged in whole if judged.record.outcome is Outcome.CLEAN), default=math.inf)
    used = [judged for judged in whole if judged.at_ms >= first_ms]
    gathered.left[Left.PARTIAL_DAY] += len(gathered.judged) - len(used)
    return used


def _days(used: Sequence[_Judged], counted: Iterable[date]) -> float:
    """How long the stream lasted, at least a week, without the days in it that do not count."""
    weeks = span_weeks(judged.record for judged in used) or 1.0
    times = [judged.at_ms for judged in used]
    first, last = _day(min(times)), _day(max(times))
    return max(weeks * DAYS_OF_WEEK - sum(first < day < last for day in counted), DAYS_OF_WEEK)


def _day(at_ms: int) -> date:
    return datetime.fromtimestamp(at_ms / 1000, UTC).date()


def _alerts(gathered: _Gathered) -> Alerts:
    words = [gathered.said.of(seq) for seq in gathered.flagged]
    said = Counter(word.says for word in words if word is not None)
    return Alerts(len(gathered.flagged), said[Says.RIGHT], said[Says.WRONG], said[Says.UNSURE])


def _most_in_an_hour(times_ms: Sequence[int]) -> int:
    times = np.sort(np.array(times_ms))
    return int((np.searchsorted(times, times + _HOUR_MS) - np.arange(len(times))).max())


def _nothing_clean(gathered: _Gathered) -> CalibrationError:
    counted = gathered.counted.total()
    say = "the journal holds no clean message of this time that can be used"
    if counted:
        say += f": {counted:,} were counted and not kept, and flagged ones alone would mislead"
    elif gathered.left[Left.OTHER_MODEL]:
        say += f": {gathered.left[Left.OTHER_MODEL]:,} messages were judged by another model"
    hint = (
        'journal.clean = "scores" in settings.toml keeps them, and they count from the next day on; or calibrate '
        "--on ARCHIVE"
    )
    return CalibrationError(say, hint=hint)
