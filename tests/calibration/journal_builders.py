"""What the tests of the journal's stream build with: journal entries as a recorder writes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from calibration_builders import LABELS, a_manifest

from guardian.calibration.journal_stream import JournalStream, VerdictReader, read_stream
from guardian.calibration.thresholds import fingerprint
from guardian.journal.feedback import Feedback, Says
from guardian.journal.record import Entry, Kind, Record
from guardian.journal.verdict_record import verdict_record
from guardian.message import Channel, Message
from guardian.policy.base import Policy
from guardian.verdict import Action, Coverage, Outcome, Verdict

MANIFEST = a_manifest()
DAY_MS = 86_400_000
NOON_MS = 1_795_262_400_000
"""Saturday 21 November 2026, 12:00 UTC."""


def a_verdict_record(
    text: str = "See you at ten.",
    sender: str = "friend@home.example",
    *,
    at_ms: int = NOON_MS,
    outcome: Outcome = Outcome.CLEAN,
    scores: Mapping[str, float] | None = None,
    channel: Channel = Channel.INCOMING,
    ordinary: bool = True,
    model_sha256: str = MANIFEST.sha256,
    meaning: str = fingerprint(MANIFEST),
) -> Record:
    """A recorded verdict, of which the scores alone are kept."""
    given = dict.fromkeys(LABELS, 0.1) if scores is None else dict(scores)
    verdict = Verdict(
        id="m",
        channel=channel.value,
        outcome=outcome,
        action=Action.NONE,
        risk=0.1,
        scores=given,
        policies=(),
        findings=(),
        vetoes=(),
        coverage=Coverage(len(text), 1),
        model_name="test",
        model_sha256=model_sha256,
        policy_set="sha256:0",
        wall="netns",
        elapsed_ms=1.0,
    )
    senders = [sender] if sender else []
    stream = {"scores": given, "senders": senders, "ordinary": ordinary, "fingerprint": meaning}
    message = Message(text.encode(), sender=sender or None, channel=channel)
    return verdict_record(message, verdict, at_ms=at_ms, program="1", why_not_text="only scores", stream=stream)


def counts(day: str, clean: int, **others: int) -> Record:
    """A sealed count of one day's messages that were not kept."""
    return Record(Kind.COUNTS, NOON_MS, {"day": day, "counts": {"incoming": {"clean": clean, **others}}})


def said(of: int, says: Says) -> Record:
    """The owner's word on a verdict."""
    return Feedback(of, says, at_ms=NOON_MS).to_record("1")


def entries(records: Iterable[Any]) -> list[Entry]:
    """Records (or what stands in place of one) in the order of the journal."""
    return [Entry(seq, bytes(32), record) for seq, record in enumerate(records)]


def streamed(
    records: Iterable[Any],
    *,
    days: float = 90,
    unsealed: Mapping[str, Mapping[str, Mapping[str, int]]] | None = None,
    policies: Iterable[Policy] = (),
) -> JournalStream:
    """The stream of the days before the evening of `NOON_MS`."""
    until_ms = NOON_MS + DAY_MS // 4
    since_ms = until_ms - round(days * DAY_MS)
    reader = VerdictReader(MANIFEST, policies)
    return read_stream(entries(records), unsealed or {}, reader, since_ms=since_ms, until_ms=until_ms)
