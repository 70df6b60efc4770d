"""What the tests of replay and preview build with: recorded verdicts of a small model, and a bench without one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from policy_builders import a_bank, a_manifest, evidence_of

from guardian.calibration.thresholds import fingerprint, shipped_thresholds
from guardian.events import ignore
from guardian.finding import Finding, FindingKind
from guardian.inference.base import Floats
from guardian.inspection import Inspection
from guardian.journal.record import Entry, Record
from guardian.journal.verdict_record import verdict_record
from guardian.message import Channel, Message
from guardian.policy.examples import ExampleRows
from guardian.policy.trying.bench import Bench
from guardian.verdict import Action, Coverage, Outcome, Verdict

MANIFEST = a_manifest()
NOW_MS = int(datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp() * 1000)
HOUR_MS = 3_600_000
NO_SCORES = dict.fromkeys(MANIFEST.labels, 0.0)


def a_record(
    text: str = "See you at ten.",
    *,
    scores: Mapping[str, float] | None = None,
    rules: Mapping[str, float] | None = None,
    senders: Sequence[str] = ("friend@home.example",),
    kept: bool = True,
    at_ms: int = NOW_MS,
    model_sha256: str = MANIFEST.sha256,
    meaning: str = fingerprint(MANIFEST),
    channel: Channel = Channel.INCOMING,
    context: Sequence[str] = (),
    findings: Sequence[Finding] = (),
) -> Record:
    """A recorded verdict."""
    given = {**NO_SCORES, **(scores or {})} if scores != {} else {}
    found = [
        Finding("rules", tactic, score, "says so", (), FindingKind.RULE) for tactic, score in (rules or {}).items()
    ]
    verdict = Verdict(
        id="m",
        channel=channel.value,
        outcome=Outcome.CLEAN,
        action=Action.NONE,
        risk=0.1,
        scores=given,
        policies=(),
        findings=(*found, *findings),
        vetoes=(),
        coverage=Coverage(len(text), 1),
        model_name="test",
        model_sha256=model_sha256,
        policy_set="sha256:0",
        wall="netns",
        elapsed_ms=1.0,
    )
    stream: Any = {"scores": given, "senders": list(senders), "ordinary": True, "fingerprint": meaning}
    message = Message(text.encode(), sender=senders[0] if senders else None, channel=channel, context=tuple(context))
    why_not = "" if kept else "not kept"
    return verdict_record(message, verdict, at_ms=at_ms, program="1", why_not_text=why_not, stream=stream)


def an_entry(seq: int, record: Record) -> Entry:
    """Through its bytes and back, as every record goes."""
    return Entry(seq, seq.to_bytes(32), Record.from_bytes(record.to_bytes()))


class NoEncoder:
    """For policies without examples."""

    wall = "none"

    def submit(self, texts: Sequence[str]) -> Any:
        raise AssertionError("the model was asked for an example")

    def close(self) -> None:
        """Nothing."""


class CountingEyes:
    """Stands for the gate: every text has the row that `rows` says, and the asking is counted."""

    def __init__(self, rows: Mapping[str, Floats] | None = None) -> None:
        self.rows = dict(rows or {})
        self.asked: list[str] = []

    def inspect_all(self, messages: Iterable[Message]) -> Iterator[Inspection]:
        for message in messages:
            text = message.raw.decode()
            self.asked.append(text)
            row = self.rows.get(text)
            evidence = evidence_of(text, embeddings=None if row is None else row[None])
            yield Inspection(evidence, (), (), Coverage(len(text), 1))


def a_bench(tmp_path: Any, eyes: CountingEyes, examples: Mapping[str, Floats] | None = None) -> Bench:
    """A bench on a synthetic bank; `examples` are the rows of example texts."""

    class Rows(ExampleRows):
        def of(self, policies: Any, observer: Any = None) -> Mapping[str, Floats]:
            return examples or {}

    rows = Rows(NoEncoder(), tmp_path / "examples.cache", ignore, model_sha256=MANIFEST.sha256)
    return Bench(eyes.inspect_all, rows, MANIFEST, a_bank(), shipped_thresholds(MANIFEST))
