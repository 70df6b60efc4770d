"""A recorded message is looked at again as it was: whole where its text was kept, else by its numbers alone."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest
from journal_rig import SEEN, a_message, a_verdict, begun, settings_in

from guardian.inspection import Inspection
from guardian.journal.record import Kind, Record
from guardian.journal.verdict_record import verdict_record
from guardian.message import Channel, Format, Message
from guardian.policy.effects.recorded import at_its_time, recorded_inspection, recorded_message
from guardian.verdict import Outcome

AT_MS = 1_795_262_400_000
STREAM = {"scores": dict(SEEN.possible), "senders": list(SEEN.senders), "ordinary": True, "fingerprint": "f"}


def _record(message: Message, why_not: str = "") -> Record:
    return verdict_record(message, a_verdict(), at_ms=AT_MS, program="0", why_not_text=why_not, stream=STREAM)


@pytest.mark.parametrize("raw", [b"Pay now.", "Jetzt zahlen, größter Rabatt!".encode(), b"\xff\x00 not UTF-8", b""])
def test_a_kept_message_comes_back_as_it_was(raw: bytes) -> None:
    message = a_message(raw, sender="a@x.example", format=Format.MAIL, context=("Hello.",), id="7", source="inbox")
    assert recorded_message(_record(message)) == message


def test_without_the_text_the_numbers_come_back_and_nothing_else() -> None:
    record = _record(a_message("Pay now.", context=("Hello.",)), "not wanted")
    assert recorded_message(record) is None
    inspection = recorded_inspection(record)
    evidence = inspection.evidence
    assert dict(evidence.scores) == dict(SEEN.possible)
    assert (evidence.message.raw, evidence.reading.views, evidence.encoding) == (b"", (), None)
    assert evidence.message.context, "that there were earlier turns is known, though not what they said"
    assert evidence.message.channel is Channel.INCOMING
    assert inspection.coverage == a_verdict().coverage


def test_it_is_judged_at_its_own_time() -> None:
    record = _record(a_message())
    inspection = at_its_time(recorded_inspection(record), record)
    assert isinstance(inspection, Inspection)
    assert inspection.evidence.judged_at is not None
    assert inspection.evidence.judged_at.astimezone(UTC).timestamp() * 1000 == AT_MS


@pytest.mark.parametrize("body", [{}, {"message": None}, {"verdict": {}, "stream": 3}])
def test_a_record_of_another_kind_or_shape_is_refused(body: dict[str, object]) -> None:
    for record in (Record(Kind.VERDICT, AT_MS, body), Record(Kind.FEEDBACK, AT_MS, body)):
        for read in (recorded_message, recorded_inspection):
            with pytest.raises(ValueError, match="verdict"):
                read(record)


def test_a_record_without_its_stream_is_refused() -> None:
    record = _record(a_message(), "not wanted")
    broken = Record(record.kind, record.at_ms, {**record.body, "stream": {}}, record.spoke)
    with pytest.raises(ValueError, match="not a verdict"):
        recorded_inspection(broken)


def test_what_the_journal_gives_back_is_what_was_put_in(tmp_path: Path) -> None:
    message = a_message("Pay now, and tell nobody.", sender="a@x.example")
    with begun(settings_in(tmp_path)) as journal:
        placed = journal.append(_record(message))
        entry = journal.entry(placed.seq)
        assert isinstance(entry.record, Record)
        assert recorded_message(entry.record) == message
        assert (
            recorded_inspection(entry.record).evidence.scores == recorded_inspection(_record(message)).evidence.scores
        )
    assert a_verdict().outcome is Outcome.FLAGGED
