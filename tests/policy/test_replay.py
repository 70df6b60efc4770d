"""Stored messages are tried again as they were judged, and what is not known of one is never guessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from policy_builders import a_bank, a_policy, unit_rows
from replay_rig import MANIFEST, NOW_MS, a_record, an_entry

from guardian.errors import JournalError
from guardian.finding import Finding, FindingKind
from guardian.inference.strata import Length, Stratum
from guardian.journal.record import Entry, Erased, Kind, Record, Unreadable
from guardian.journal.secret import Secret
from guardian.message import Channel
from guardian.policy.effects.replay_rows import StoredRows
from guardian.policy.effects.sample import answer
from guardian.policy.match import Matcher
from guardian.policy.replay import Left, Stored, StoredReader, bank_samples, untold_roads
from guardian.reading.base import ViewKind, exact_view

READER = StoredReader(MANIFEST)


def stored(record: Record, seq: int = 7) -> Stored:
    found = READER.read(an_entry(seq, record))
    assert isinstance(found, Stored)
    return found


def test_a_recorded_message_keeps_what_policies_look_at() -> None:
    senders = ("a@x.example", "b@y.example")
    one = stored(a_record("hello", scores={"urgency": 0.9}, rules={"secrecy": 0.6}, senders=senders))
    evidence = one.sample.evidence
    assert evidence.scores["urgency"] == 0.9
    assert (evidence.message.sender, evidence.reading.sender) == senders
    assert [(finding.tactic, finding.score) for finding in one.sample.findings] == [("secrecy", 0.6)]
    assert evidence.judged_at == datetime.fromtimestamp(NOW_MS / 1000).astimezone()
    assert one.message is not None
    assert one.message.raw == b"hello"
    assert one.sample.name == "record 7"


def test_what_policies_and_the_model_found_is_not_taken_for_a_rules_finding() -> None:
    findings = (
        Finding("policy", "policy:mine", 1.0, "", (), FindingKind.RULE),
        Finding("encoder", "urgency", 0.9, "", (), FindingKind.MODEL),
    )
    assert stored(a_record(findings=findings)).sample.findings == ()


def test_earlier_turns_are_known_to_have_been_there_even_where_they_were_not_kept() -> None:
    assert stored(a_record(kept=False, context=("Hi.",))).sample.evidence.message.context
    assert not stored(a_record(kept=False)).sample.evidence.message.context


def test_a_text_that_was_not_kept_is_not_there() -> None:
    assert stored(a_record(kept=False)).message is None


@pytest.mark.parametrize(
    ("record", "left"),
    [
        (a_record(model_sha256="f" * 64), Left.OTHER_MODEL),
        (a_record(meaning="another calibration"), Left.OTHER_MODEL),
        (a_record(scores={}), Left.NOT_JUDGED),
        (Record(Kind.VERDICT, NOW_MS, {"odd": 1}), Left.UNREADABLE),
        (replace(a_record(), body={**a_record().body, "message": {"channel": "radio"}}), Left.UNREADABLE),
        (Record(Kind.SEAL, NOW_MS, {"did": "begun"}), None),
    ],
)
def test_what_is_no_sample_says_why(record: Record, left: Left | None) -> None:
    assert READER.read(an_entry(1, record)) is left


@pytest.mark.parametrize("record", [Erased(), Unreadable("it does not open")])
def test_what_is_gone_is_no_sample(record: Any) -> None:
    assert READER.read(Entry(1, bytes(32), record)) is None


def test_a_policy_is_told_only_where_its_roads_are_known() -> None:
    sample = stored(a_record()).sample
    assert not untold_roads(a_policy(tactics="urgency"), sample)
    assert untold_roads(a_policy(patterns=("x",)), sample)
    assert untold_roads(a_policy(flag=("x",)), sample)
    known = stored(a_record()).with_text((exact_view(ViewKind.VISIBLE, "text", "x"),), unit_rows(1, 1))
    assert not untold_roads(a_policy(patterns=("x",), flag=("x",)), known)


def test_the_text_and_its_rows_are_tried_where_they_are_known() -> None:
    towards = unit_rows(1, 5)[0]
    rows = {"example": towards}
    policy = a_policy(patterns=("gift",), flag=("example",))
    matcher = Matcher([policy], MANIFEST, a_bank(), rows)
    one = stored(a_record("a gift"))
    with_views = one.with_text((exact_view(ViewKind.VISIBLE, "text", "a gift"),), None)
    with_rows = one.with_text(None, towards[None])
    found = [answer(matcher, each.evidence, each.findings) for each in (one.sample, with_views, with_rows)]
    assert [match.because if match else None for match in found] == [(), ("pattern:1",), ("example:1",)]


def test_the_bank_gives_each_message_of_the_channels_its_scores() -> None:
    bank = a_bank(60, ai_output=20)
    bank = replace(bank, logits=np.random.default_rng(1).normal(size=(60, 5)).astype(np.float32))
    incoming = list(bank_samples(bank, MANIFEST, [Channel.INCOMING]))
    both = list(bank_samples(bank, MANIFEST, list(Channel)))
    assert (len(incoming), len(both)) == (40, 60)
    expected = MANIFEST.scores(bank.logits[3][None], Stratum(Channel.INCOMING, Length.MEDIUM))
    assert incoming[3].evidence.scores == pytest.approx(expected)
    assert incoming[3].name == "ordinary message 4"


# Rows of recorded texts

LEAF = bytes(32)
ROWS = unit_rows(3, 4)


def keys(seq: int) -> Secret:
    """Of records 0 to 9; others were forgotten."""
    if seq > 9:
        raise JournalError("forgotten")
    return Secret(bytes([seq]) * 32)


def rows_in(path: Path, *, journal: bytes = b"j" * 16, model: str = "0" * 64, key: Any = keys) -> StoredRows:
    return StoredRows(path, journal, key, model)


def test_rows_come_back_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "replay.cache"
    rows = rows_in(path)
    rows.put(3, LEAF, ROWS)
    rows.save()
    found = rows_in(path).get(3, LEAF, ROWS.shape[1])
    assert found is not None
    assert np.abs(found - ROWS).max() < 1e-3
    assert path.stat().st_mode & 0o777 == 0o600
    assert ROWS.astype("<f2").tobytes()[:32] not in path.read_bytes()


@pytest.mark.parametrize(
    "other",
    [
        {"journal": b"k" * 16},
        {"model": "1" * 64},
        {"key": lambda seq: Secret(b"another key".ljust(32))},
        {"key": lambda seq: keys(seq + 100)},
    ],
)
def test_rows_of_another_journal_model_or_key_and_of_a_forgotten_record_do_not_open(
    tmp_path: Path, other: dict[str, Any]
) -> None:
    rows = rows_in(tmp_path / "r")
    rows.put(3, LEAF, ROWS)
    rows.save()
    assert rows_in(tmp_path / "r", **other).get(3, LEAF, ROWS.shape[1]) is None
    assert rows_in(tmp_path / "r").get(3, b"x" * 32, ROWS.shape[1]) is None
    assert rows_in(tmp_path / "r").get(4, LEAF, ROWS.shape[1]) is None


def test_a_damaged_file_counts_as_less_and_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "r"
    rows = rows_in(path)
    for seq in range(5):
        rows.put(seq, LEAF, ROWS)
    rows.save()
    whole = path.read_bytes()
    rng = np.random.default_rng(20261121)
    for _ in range(200):
        damaged = bytearray(whole[: int(rng.integers(0, len(whole) + 1))])
        if damaged:
            damaged[int(rng.integers(0, len(damaged)))] ^= 1 << int(rng.integers(0, 8))
        path.write_bytes(damaged)
        for seq in range(5):
            found = rows_in(path).get(seq, LEAF, ROWS.shape[1])
            assert found is None or np.abs(found - ROWS).max() < 1e-3


def test_a_record_that_was_forgotten_meanwhile_is_passed_over(tmp_path: Path) -> None:
    rows = rows_in(tmp_path / "r")
    rows.put(11, LEAF, ROWS)
    rows.save()
    assert not (tmp_path / "r").exists()
