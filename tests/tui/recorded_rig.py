"""Verdicts in the journal of an app's house, put there as another program would: by a journal of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from journal_rig import SEEN, a_message, a_verdict, begun

from guardian import __version__
from guardian.journal.opening import now_ms
from guardian.journal.record import Record
from guardian.journal.verdict_record import verdict_record
from guardian.message import Message
from guardian.recording import Seen
from guardian.settings import Settings
from guardian.verdict import Outcome, Verdict


def a_record(
    text: str = "Pay now, and tell nobody.",
    outcome: Outcome = Outcome.FLAGGED,
    *,
    name: str = "note.txt",
    sender: str | None = "mallory@example.org",
    at_ms: int | None = None,
    keep_text: bool = True,
    **verdict: Any,
) -> Record:
    """A verdict's record; `verdict` sets fields of the verdict."""
    message: Message = a_message(text, id=name, sender=sender)
    made: Verdict = a_verdict(outcome, keep_text=keep_text, **verdict)
    seen: Seen = SEEN
    stream = {
        "scores": dict(seen.possible),
        "senders": [sender] if sender else [],
        "ordinary": True,
        "fingerprint": seen.fingerprint,
    }
    why_not = "" if keep_text else "a policy says so"
    at_ms = now_ms() if at_ms is None else at_ms
    return verdict_record(message, made, at_ms=at_ms, program=__version__, why_not_text=why_not, stream=stream)


def record(settings: Settings, records: Sequence[Record]) -> list[int]:
    """Put records into the journal, which is begun where there is none. Returns their numbers."""
    with begun(settings) as journal:
        first = journal.size
        journal.append_all([(each, b"") for each in records])
        return list(range(first, first + len(records)))
