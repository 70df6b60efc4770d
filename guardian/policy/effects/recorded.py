"""A message of the journal as policies look at it again: whole where its text was kept, else by its numbers.

Invariants: what the record does not hold is left out and never guessed; the time of judgement is the record's own.
"""

from __future__ import annotations

from dataclasses import replace

from guardian.detectors.base import Evidence
from guardian.inspection import Inspection
from guardian.journal.record import Record
from guardian.journal.reports.past_verdict import past_verdict
from guardian.journal.reports.view import local_time
from guardian.journal.verdict_record import text_of
from guardian.message import Channel, Format, Message
from guardian.reading.base import Reading

_NOT_KEPT = "(not kept)"
"""Stands for the earlier turns of a message whose text was not kept: that there were any is known."""


def recorded_message(record: Record) -> Message | None:
    """The message, where its text was kept. Raises ValueError where the record holds no verdict that can be read."""
    past_verdict(record)
    raw = text_of(record)
    return None if raw is None else _message(record, raw)


def at_its_time(inspection: Inspection, record: Record) -> Inspection:
    """The inspection as at the time at which the record was made."""
    return replace(inspection, evidence=replace(inspection.evidence, judged_at=local_time(record.at_ms)))


def recorded_inspection(record: Record) -> Inspection:
    """What the record's numbers say: the model's scores and the findings, without a word of the message.

    Raises ValueError where the record holds no verdict that can be read.
    """
    verdict = past_verdict(record)
    try:
        scores = {str(name): float(score) for name, score in record.body["stream"]["scores"].items()}
        senders = [str(sender) for sender in record.body["stream"]["senders"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not a verdict's record") from error
    reading = Reading((), (), sender=senders[-1] if senders else None, size_bytes=verdict.coverage.bytes)
    evidence = Evidence(_message(record, b""), reading, scores, judged_at=local_time(record.at_ms))
    return Inspection(evidence, verdict.findings, verdict.vetoes, verdict.coverage)


def _message(record: Record, raw: bytes) -> Message:
    try:
        facts, text = record.body["message"], record.body["text"]
        context = tuple(map(str, facts["context"])) or ((_NOT_KEPT,) if text["context_sha256"] and not raw else ())
        return Message(
            raw,
            channel=Channel(facts["channel"]),
            id=str(facts["id"]),
            sender=None if facts["sender"] is None else str(facts["sender"]),
            source=str(facts["source"]),
            format=Format(facts["format"]),
            context=context,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not a verdict's record") from error
