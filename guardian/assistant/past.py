"""Recorded messages as an answer looks back at them: the newest whose text was kept, with the model's view of each.

Invariants: bounded; what the model said of a recorded message is worked out once in a run and kept in memory alone; a
journal that is being written to goes on being written to.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np

from guardian.alerts.alert import Alert, alert_of_view
from guardian.inference.base import Floats
from guardian.journal.feedback import Feedback, LatestFeedback
from guardian.journal.journal import Journal
from guardian.journal.record import Record
from guardian.journal.reports.view import View
from guardian.journal.scan import Scan
from guardian.journal.verdict_record import text_of
from guardian.message import Channel, Format, Message
from guardian.policy.trying.bench import Bench

MOST_TEXTS: Final = 2_000
"""Newest recorded messages with their text that are looked at."""
MOST_VERDICTS: Final = 20_000
"""Newest verdicts that are looked through for them."""
PATIENCE_S: Final = 10.0
"""How long one answer may have the model look at recorded messages; the next one goes on from there."""
_BATCH: Final = 8
"""Messages that the model is given at a time: between two batches it is there for what is screened now, and the work
can be cancelled."""


@dataclass(frozen=True, slots=True, repr=False)
class PastMessage:
    """One recorded message."""

    alert: Alert
    feedback: Feedback | None
    """The owner's word on it."""
    message: Message | None
    """None where its text was not kept."""

    @property
    def seq(self) -> int:
        """Its number in the journal."""
        return self.alert.key


class Memory:
    """What the model sees in recorded messages, by their number. For any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: dict[tuple[bytes, int], Floats] = {}

    def rows(
        self,
        journal: Journal,
        past: list[PastMessage],
        bench: Bench,
        is_cancelled: Callable[[], bool],
        progress: Callable[[int, int], None],
    ) -> dict[int, Floats]:
        """(windows, embedding size) unit rows for each message by its number; no row for one that the model could not
        judge. Cut short where it is cancelled, and after `PATIENCE_S`: newest first, so what is left out is old."""
        with_text = [each for each in past if each.message is not None]
        with self._lock:
            found = {
                each.seq: rows for each in with_text if (rows := self._rows.get((journal.id, each.seq))) is not None
            }
        missing = iter([each for each in with_text if each.seq not in found])
        done, give_up = len(found), time.monotonic() + PATIENCE_S
        while not is_cancelled() and time.monotonic() < give_up and (batch := list(islice(missing, _BATCH))):
            inspections = bench.inspect_all(each.message for each in batch if each.message is not None)
            for each, inspection in zip(batch, inspections, strict=True):
                encoding = inspection.evidence.encoding
                found[each.seq] = encoding.embeddings if encoding is not None else np.empty((0, 0), np.float32)
            with self._lock:
                self._rows.update(((journal.id, each.seq), found[each.seq]) for each in batch)
            done += len(batch)
            progress(done, len(with_text))
        return found


def past_messages(journal: Journal, is_cancelled: Callable[[], bool]) -> Iterator[PastMessage]:
    """The newest recorded messages, newest first. Raises JournalError."""
    latest, texts, verdicts = LatestFeedback(), 0, 0
    for entry in Scan(journal, most_readers=0).entries(newest_first=True, where=_is_wanted):
        if is_cancelled() or texts >= MOST_TEXTS or verdicts >= MOST_VERDICTS:
            return
        latest.add(entry)
        alert = alert_of_view(View(entry))
        if alert is None or not isinstance(entry.record, Record):
            continue
        message = _message(entry.record)
        verdicts, texts = verdicts + 1, texts + (message is not None)
        yield PastMessage(alert, latest.of(entry.seq), message)


def _is_wanted(_seq: int, data: bytes) -> bool:
    return b'"kind":"verdict"' in data or b'"kind":"feedback"' in data


def _message(record: Record) -> Message | None:
    """The message as it was judged; None where its text was not kept, or is not to be read."""
    try:
        raw, body = text_of(record), record.body["message"]
        if raw is None:
            return None
        return Message(
            raw,
            channel=Channel(body["channel"]),
            format=Format(body["format"]),
            context=tuple(map(str, body["context"])),
        )
    except (KeyError, TypeError, ValueError):
        return None
