"""Verdicts of many days in a real journal, and the pieces of a register for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from journal_rig import SEEN, a_message, a_verdict, begun

from guardian.health.bounds import DAY_MS
from guardian.health.records import RecordFacts, read_records
from guardian.inference.register import Register, Tally
from guardian.journal.feedback import Feedback, Says
from guardian.journal.opening import open_journal
from guardian.journal.record import Record
from guardian.journal.verdict_record import verdict_record
from guardian.settings import Settings
from guardian.verdict import Outcome
from guardian.walls.probe import Probe
from guardian.walls.wall import WallLevel

NOW_MS = 1_795_000_000_000
HOUR_MS = 3_600_000


def a_record(
    outcome: Outcome = Outcome.FLAGGED, *, at_ms: int = NOW_MS, source: str = "maildir:/home/a/Mail", **other: Any
) -> Record:
    """One verdict's record."""
    text = other.pop("text", "Pay now, and tell nobody.")
    stream = {
        "scores": dict(SEEN.possible),
        "senders": [],
        "fingerprint": "",
        "ordinary": True,
        **other.pop("stream", {}),
    }
    message = a_message(text, source=source)
    verdict = a_verdict(outcome, **other)
    return verdict_record(message, verdict, at_ms=at_ms, program="test", why_not_text="", stream=stream)


def put(settings: Settings, records: Sequence[Record]) -> list[int]:
    """Records in the journal, begun where there is none. Their numbers."""
    with begun(settings) as journal:
        first = journal.size
        journal.append_all([(each, b"") for each in records])
        return list(range(first, first + len(records)))


def say(settings: Settings, seqs: Sequence[int], says: Says) -> None:
    """The owner's word on some of them."""
    put(settings, [Feedback(seq, says, at_ms=NOW_MS).to_record("test") for seq in seqs])


def facts_of(settings: Settings, now_ms: int = NOW_MS) -> RecordFacts:
    """What one pass finds."""
    with open_journal(settings) as journal:
        return read_records(journal, now_ms)


def a_register(**changes: Any) -> Register:
    """A model that runs well."""
    tally = Tally(
        wall=WallLevel.NETNS, probes=(Probe("tcp4 python", True, "ENETUNREACH"),), is_sealed=True, threads=1, process=7
    )
    tally.is_running = True
    return replace(tally.snapshot(), **changes)


def days_ago(days: float) -> int:
    """A time."""
    return round(NOW_MS - days * DAY_MS)
