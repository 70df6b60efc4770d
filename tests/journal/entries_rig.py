"""Entries for the tests of what reads a journal: real records of real verdicts, in a list instead of a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from guardian.finding import Finding, FindingKind, Span
from guardian.journal.feedback import Feedback, Says
from guardian.journal.record import Entry, Erased, Kind, Record
from guardian.journal.reports.view import Also, Where, none_besides
from guardian.journal.verdict_record import verdict_record
from guardian.message import Channel, Message
from guardian.verdict import Action, Coverage, Outcome, PolicyMatch, Reason, Severity, Verdict

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
"""A Saturday."""
TERMINAL_ATTACK = "\x1b]52;c;aGk=\x07 \u202egnp.exe \x9b31m [/bold] \u2028 \U000e0041 \r\n\x00"
DANGEROUS = {"\x1b", "\x07", "\x9b", "\u202e", "\u2028", "\r", "\x00", "\U000e0041", "\udc80"}


def ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def ago(**span: float) -> int:
    """Milliseconds since 1970, some time before NOW."""
    return ms(NOW - timedelta(**span))


def a_match(policy: str, *tactics: str, **other: Any) -> PolicyMatch:
    match = PolicyMatch(
        id=policy,
        title="Pressure to pay",
        why="I lost 300 euros.",
        severity=Severity.HIGH,
        action=Action.WARN,
        score=0.9,
        threshold=0.8,
        matched=True,
        because=tuple(f"tactic:{tactic}" for tactic in tactics),
        tactics=tactics,
    )
    return replace(match, **other)


def verdict_entry(
    seq: int = 0,
    text: str | bytes = "Pay now, and tell nobody.",
    *,
    outcome: Outcome = Outcome.FLAGGED,
    channel: Channel = Channel.INCOMING,
    sender: str | None = "Bob <bob@shop.example>",
    tactics: Sequence[str] = ("urgency",),
    policies: Sequence[str] = ("pressure-to-pay",),
    quote: str = "",
    at_ms: int | None = None,
    kept: bool = True,
    context: Sequence[str] = (),
    name: str = "",
    claimed: Sequence[str] = (),
    **of_policy: Any,
) -> Entry:
    """The entry of one verdict. Policies match where the outcome says so."""
    is_matched = outcome in (Outcome.FLAGGED, Outcome.NOTICE)
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    message = Message(raw, channel=channel, id=name, sender=sender, source="stdin", context=tuple(context))
    spans = (Span(0, len(quote), quote),) if quote else ()
    finding = Finding("encoder", tactics[0] if tactics else "risk", 0.9, "hurries you", spans, FindingKind.MODEL)
    looked = PolicyMatch("other-policy", "", "", Severity.LOW, Action.WARN, 0.1, 0.8, False)
    reasons = () if outcome not in (Outcome.UNSURE, Outcome.UNSCREENED) else (Reason("model-down", "it was down"),)
    verdict = Verdict(
        id=name,
        channel=channel.value,
        outcome=outcome,
        action=Action.WARN if is_matched else Action.NONE,
        risk=0.9 if is_matched else 0.1,
        scores={"urgency": 0.9, "secrecy": 0.2},
        policies=(*(a_match(policy, *tactics, **of_policy) for policy in policies if is_matched), looked),
        findings=(finding,) if is_matched else (),
        vetoes=(),
        coverage=Coverage(len(raw), 1, reasons),
        model_name="guardian-mini-2",
        model_sha256="ab" * 32,
        policy_set="sha256:" + "cd" * 32,
        wall="netns",
        elapsed_ms=8.0,
        advice=("Call them on a number that you have.",) if is_matched else (),
    )
    record = verdict_record(
        message,
        verdict,
        at_ms=ms(NOW) if at_ms is None else at_ms,
        program="0.4.0",
        why_not_text="" if kept else "as you asked",
        stream={"scores": {}, "senders": list(claimed), "ordinary": False},
    )
    return an_entry(seq, record)


def an_entry(seq: int, record: Record) -> Entry:
    """Through its bytes and back, as every record goes."""
    return Entry(seq, seq.to_bytes(32), Record.from_bytes(record.to_bytes()))


def feedback_entry(seq: int, of: int, says: Says, note: str = "", at_ms: int | None = None) -> Entry:
    return an_entry(seq, Feedback(of, says, note, ms(NOW) if at_ms is None else at_ms).to_record("0.4.0"))


def counts_entry(seq: int, day: str, counts: Any) -> Entry:
    return an_entry(seq, Record(Kind.COUNTS, ms(NOW), {"day": day, "counts": counts}))


def seal_entry(seq: int) -> Entry:
    return an_entry(seq, Record(Kind.SEAL, ms(NOW), {"did": "the journal was begun", "place": "file"}))


def erased_entry(seq: int) -> Entry:
    return Entry(seq, seq.to_bytes(32), Erased())


def raw_of(entry: Entry) -> bytes:
    assert isinstance(entry.record, Record)
    return entry.record.to_bytes()


class ListedEntries:
    """Entries in memory, read as a journal is (`guardian.journal.reports.view.Readable`)."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.all = list(entries)
        self.parsed = 0
        """How many records a `where` let through, since the beginning."""

    def entries(
        self,
        start: int = 0,
        stop: int | None = None,
        *,
        newest_first: bool = False,
        where: Where | None = None,
        also: Also = none_besides,
    ) -> Iterator[Entry]:
        chosen = [entry for entry in self.all if start <= entry.seq and (stop is None or entry.seq < stop)]
        for entry in reversed(chosen) if newest_first else chosen:
            if isinstance(entry.record, Record) and where is not None:
                if not (where(entry.seq, entry.record.to_bytes()) or also(entry.seq)):
                    continue
                self.parsed += 1
            yield entry
