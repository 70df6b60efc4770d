"""The journal as calibration reads it, and what is said of its records: numbers, never texts.

Invariants: nothing is screened again; what is shown of a message is its record's number and its scores; all that was
left out is said, by reason.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any, Final

from guardian.calibration.journal_stream import DEFAULT_DAYS, JournalStream, Left, VerdictReader, read_stream
from guardian.calibration.plan import Move
from guardian.calibration.record import ScoredRecord
from guardian.commands.progress import ProgressBar
from guardian.inference.manifest import Manifest
from guardian.journal.counts import unsealed_counts
from guardian.journal.journal import Journal
from guardian.journal.opening import now_ms, open_journal
from guardian.journal.places.passphrase import terminal_ask
from guardian.journal.record import Entry
from guardian.policy.base import Policy
from guardian.settings import Settings

MOST_SHOWN: Final = 20
"""Records that are listed in words; --json lists all."""
_DAY_MS: Final = 86_400_000
_LEAST_FOR_BURST: Final = 100
_BURST: Final = 0.5
"""Share of the messages that one hour recorded, from which on it looks like an archive that was scanned at once."""
_LEFT_WORDS: Final = {
    Left.REPEAT: "recorded before (same text, same sender)",
    Left.OTHER_MODEL: "judged by another model, or by this one calibrated otherwise",
    Left.NOT_JUDGED: "not judged by the model",
    Left.UNREADABLE: "that can't be read",
    Left.PARTIAL_DAY: "of days whose clean messages were not all kept",
    Left.TOO_MANY: "older than the newest 50,000",
}

Crossed = Sequence[tuple[ScoredRecord, list[Move]]]
"""Records that stand on another side of a moved threshold, each with the moves."""


def read_journal(
    settings: Settings, manifest: Manifest, policies: Sequence[Policy], days: float | None
) -> JournalStream:
    """The stream of the last `days`. Raises JournalError, and CalibrationError where there is nothing to go by."""
    until_ms = now_ms()
    since_ms = until_ms - round((days or DEFAULT_DAYS) * _DAY_MS)
    with open_journal(settings, ask=terminal_ask) as journal:
        unsealed = unsealed_counts(journal.store, journal.id)  # first: what is sealed meanwhile is seen all the same
        reader = VerdictReader(manifest, policies)
        return read_stream(_watched(journal), unsealed, reader, since_ms=since_ms, until_ms=until_ms)


def journal_words(stream: JournalStream, found: Crossed) -> Iterator[str]:
    """Where the messages came from, what was left out, what the owner said of alerts, and what crosses a threshold."""
    left = [f"{count:,} {_LEFT_WORDS[reason]}" for reason, count in stream.left.items() if count]
    if left:
        yield f"left out: {'; '.join(left)}"
    if stream.counted_clean:
        yield (
            f"on {stream.partial_days:,} days {stream.counted_clean:,} clean messages were only counted: "
            'such days do not count (journal.clean = "scores" keeps them)'
        )
    if len(stream.records) >= _LEAST_FOR_BURST and stream.in_one_hour > _BURST * len(stream.records):
        yield (
            f"{stream.in_one_hour:,} were recorded within one hour, as of an archive that is scanned: a rate by the "
            "week means little then (--on ARCHIVE goes by the mails' own dates)"
        )
    alerts = stream.alerts
    yield (
        f"flagged in this time: {alerts.flagged:,}; you called {alerts.right:,} right and {alerts.wrong:,} wrong "
        "(that is for you to weigh: your word moves no threshold)"
    )
    yield f"records that would stand on another side of a threshold: {len(found):,} (none is screened again)"
    for record, moves in found[:MOST_SHOWN]:
        words = ", ".join(f"{_side(move)} {move.label}" for move in moves)
        yield f"  {record.place} ({record.channel.value}, {record.outcome.value}): {words}"
    if len(found) > MOST_SHOWN:
        yield f"  and {len(found) - MOST_SHOWN:,} more (--json lists them all)"


def journal_json(stream: JournalStream, found: Crossed) -> dict[str, Any]:
    """The same as JSON."""
    alerts = stream.alerts
    return {
        "source": "journal",
        "left_out": {reason.value: stream.left[reason] for reason in Left},
        "clean": {
            "kept": stream.clean,
            "only_counted": stream.counted_clean,
            "days_only_counted": stream.partial_days,
        },
        "recorded_in_one_hour": stream.in_one_hour,
        "alerts": {
            "flagged": alerts.flagged,
            "right": alerts.right,
            "wrong": alerts.wrong,
            "unsure": alerts.unsure,
        },
        "crossings": [
            {
                "seq": record.place,
                "channel": record.channel.value,
                "outcome": record.outcome.value,
                "outputs": {move.label: _side(move) for move in moves},
            }
            for record, moves in found
        ],
    }


def _side(move: Move) -> str:
    """On which side of a threshold that moves a record that crosses it will stand."""
    return "over" if move.after < move.before else "under"


def _watched(journal: Journal) -> Iterator[Entry]:
    """All entries, oldest first, with a progress bar."""
    with ProgressBar(journal.size, sys.stderr, "records") as bar:
        for entry in journal.entries():
            yield entry
            bar.advance()
