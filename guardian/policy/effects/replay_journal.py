"""The stored messages of a journal's last days, newest first, each with what is known of its text.

Invariants: nothing is screened again; the model is asked for a text only where the policies have examples and the
text's rows are not in the cache yet; what is left out is counted, by reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from guardian.inference.base import Floats
from guardian.journal.counts import unsealed_counts
from guardian.journal.journal import Journal
from guardian.journal.record import Kind, Record
from guardian.journal.reports.tally import DayCounts, cells_of
from guardian.journal.scan import Scan
from guardian.message import Message
from guardian.policy.base import Policy
from guardian.policy.effects.preview import Span
from guardian.policy.effects.replay_rows import StoredRows
from guardian.policy.effects.sample import Sample
from guardian.policy.replay import Left, Stored, StoredReader
from guardian.policy.trying.bench import Bench
from guardian.reading.base import View
from guardian.reading.reader import Reader
from guardian.verdict import Outcome

MOST_MESSAGES: Final = 50_000
"""Messages that are tried, newest first."""
_AT_ONCE: Final = 64
"""Texts that are read ahead, so that the model is kept busy."""
_HOUR_MS: Final = 3_600_000
_DAY_MS: Final = 86_400_000
_KINDS: Final = (b'"kind":"verdict"', b'"kind":"counts"')


class JournalReplay:
    """One pass over the journal's messages of some days."""

    def __init__(
        self,
        journal: Journal,
        bench: Bench,
        rows: StoredRows,
        reader: Reader,
        policies: Sequence[Policy],
        *,
        days: float,
        now_ms: int,
        most: int = MOST_MESSAGES,
        advance: Callable[[], None] = lambda: None,
    ) -> None:
        """`policies` are those to be tried: what they need of a text is made ready. At most so many messages, the
        newest, are tried; `advance` hears of each."""
        self._journal, self._bench, self._rows, self._reader = journal, bench, rows, reader
        self._needs_views = any(policy.match.patterns for policy in policies)
        self._needs_rows = any(policy.examples for policy in policies)
        self._since_ms, self._now_ms = now_ms - round(days * _DAY_MS), now_ms
        self._most, self._advance = most, advance
        self._left: Counter[Left] = Counter()
        self._times_ms: list[int] = []
        self._only_counted = 0

    def messages(self) -> Iterator[tuple[Stored, Sample]]:
        """The messages, newest first. Raises JournalError."""
        self._count(unsealed_counts(self._journal.store, self._journal.id))
        found = islice(self._stored(), self._most)
        try:
            while batch := list(islice(found, _AT_ONCE)):
                rows = self._rows_of(batch) if self._needs_rows else {}
                for stored in batch:
                    self._times_ms.append(stored.at_ms)
                    yield stored, self._completed(stored, rows.get(stored.seq))
                    self._advance()
        finally:
            self._rows.save()  # also where it was ended early: what the model said need not be asked again

    def span(self) -> Span:
        """What was gone through; to be asked behind the last message."""
        first = min(self._times_ms, default=self._now_ms)
        since_ms = max(self._since_ms, first)
        return Span(since_ms, self._now_ms, dict(self._left), self._only_counted, _most_in_an_hour(self._times_ms))

    def _stored(self) -> Iterator[Stored]:
        reader = StoredReader(self._bench.manifest)
        for entry in Scan(self._journal).entries(newest_first=True, where=_is_wanted):
            record = entry.record
            if not isinstance(record, Record):
                continue
            if record.kind is Kind.COUNTS:
                self._count({str(record.body.get("day")): record.body.get("counts", {})})
            elif record.at_ms >= self._since_ms:
                found = reader.read(entry)
                if isinstance(found, Stored):
                    yield found
                elif found is not None:
                    self._left[found] += 1

    def _count(self, counts: DayCounts) -> None:
        for cell in cells_of(counts):
            if cell.outcome == Outcome.CLEAN and cell.at_ms >= self._since_ms:
                self._only_counted += cell.count

    def _rows_of(self, batch: Iterable[Stored]) -> dict[int, Floats]:
        """Rows of the kept texts by record: from the cache, and else from the model."""
        size = self._bench.manifest.embedding
        rows: dict[int, Floats] = {}
        missing: list[tuple[Stored, Message]] = []
        for stored in batch:
            if stored.message is None:
                continue
            cached = self._rows.get(stored.seq, stored.leaf, size)
            if cached is not None:
                rows[stored.seq] = cached
            else:
                missing.append((stored, _alone(stored.message)))
        inspections = self._bench.inspect_all(message for _, message in missing)
        for (stored, _), inspection in zip(missing, inspections, strict=True):
            encoding = inspection.evidence.encoding
            if encoding is not None:
                rows[stored.seq] = encoding.embeddings
                self._rows.put(stored.seq, stored.leaf, encoding.embeddings)
        return rows

    def _completed(self, stored: Stored, rows: Floats | None) -> Sample:
        if stored.message is None:
            return stored.sample
        views: tuple[View, ...] | None = None
        if self._needs_views:
            views = self._reader.read(stored.message).views
        return stored.with_text(views, rows)


def _alone(message: Message) -> Message:
    """The message without its conversation, which changes no row and doubles the passes of the model."""
    return Message(message.raw, channel=message.channel, format=message.format)


def _is_wanted(_seq: int, data: bytes) -> bool:
    return any(kind in data for kind in _KINDS)


def _most_in_an_hour(times_ms: Sequence[int]) -> int:
    times, first, most = sorted(times_ms), 0, 0
    for place, at_ms in enumerate(times):
        while at_ms - times[first] >= _HOUR_MS:
            first += 1
        most = max(most, place - first + 1)
    return most
