"""A verdict's body takes fewer bytes in the file, comes back as it was, and can still be searched by its bytes."""

from __future__ import annotations

from typing import Any

import pytest
from entries_rig import feedback_entry, verdict_entry
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian.journal.encoding import canonical_bytes, parsed
from guardian.journal.feedback import Says
from guardian.journal.packing import packed, unpacked
from guardian.journal.record import Kind, Record, Spoke
from guardian.journal.reports.past_verdict import past_verdict
from guardian.verdict import Outcome

SPOKE = {"model": "m", "sha256": "ab" * 32, "policy_set": "sha256:1", "wall": "netns", "program": "0"}
LONG = "Pay four gift cards today, and tell nobody what they are for. " * 6

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
four_digits = st.integers(0, 10_000).map(lambda n: n / 10_000)
spans = st.fixed_dictionaries(
    {
        "start": st.integers(0, 9),
        "end": st.integers(0, 9),
        "quote": st.text(max_size=5),
        "view": st.sampled_from(["visible", "hidden"]),
        "exact": st.booleans(),
    }
)
findings = st.fixed_dictionaries({"tactic": st.text(max_size=3), "spans": st.lists(spans, max_size=3)})
policies = st.fixed_dictionaries(
    {
        "id": st.text(max_size=4),
        "score": four_digits | st.floats(0, 1),
        "threshold": four_digits,
        "matched": st.booleans(),
        "because": st.lists(st.text(max_size=3), max_size=1),
    },
    optional={"excused": st.just("sender"), "title": st.text(max_size=3)},
)


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    """Bodies of the right shape, and of one that is wrong in one place."""
    scores = draw(st.dictionaries(st.text(max_size=3), four_digits | st.floats(0, 1) | st.just(0), max_size=3))
    zeroed = {name: draw(st.sampled_from([0.0, score])) for name, score in scores.items()}
    body: dict[str, Any] = {
        "message": {
            "id": "7",
            "channel": "incoming",
            "sender": draw(st.none() | st.text()),
            "source": "",
            "context": [],
        },
        "text": {
            "sha256": "00",
            "bytes": draw(st.integers(0, 9)),
            "data": draw(st.text()),
            "kept": draw(st.booleans()),
            "encoding": draw(st.sampled_from(["utf-8", "base64"])),
            "why_not": "",
            "context_sha256": None,
        },
        "verdict": {
            "id": draw(st.sampled_from(["7", "8"])),
            "channel": "incoming",
            "scores": scores,
            "findings": draw(st.lists(findings, max_size=2)),
            "vetoes": [{"finding": each} for each in draw(st.lists(findings, max_size=1))],
            "policies": draw(st.lists(policies, max_size=3)),
            "advice": [],
            "coverage": {"bytes": 0, "complete": True, "reasons": [], "windows": 1},
            "model": draw(st.sampled_from([{"name": "m", "sha256": "ab" * 32}, {}])),
            "policy_set": "sha256:1",
            "wall": "netns",
            "v": draw(st.sampled_from([1, True, 1.0])),
        },
        "stream": {"scores": draw(st.sampled_from([zeroed, {}])), "senders": []},
    }
    part = draw(st.sampled_from(["", *body]))
    if part:
        body[part] = {**body[part], draw(st.sampled_from([*body[part], "other"])): draw(json_values)}
    return body


@pytest.mark.long
@settings(max_examples=400, deadline=None)
@given(bodies() | st.dictionaries(st.sampled_from(["message", "text", "verdict", "stream"]), json_values))
def test_a_body_comes_back_to_the_byte_or_is_not_packed(body: dict[str, Any]) -> None:
    small = packed(body, SPOKE)
    if small is not None:
        read = parsed(canonical_bytes(small))  # as from the file
        assert canonical_bytes(unpacked(read, SPOKE)) == canonical_bytes(body)
    record = Record(Kind.VERDICT, 1, body, Spoke("m", "ab" * 32, "sha256:1", "netns", "0"))
    assert Record.from_bytes(record.to_bytes()).to_bytes() == record.to_bytes()


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("kept", [True, False])
def test_a_gates_verdict_is_packed_and_read_back_equal(outcome: Outcome, kept: bool) -> None:
    entry = verdict_entry(1, LONG, outcome=outcome, kept=kept, quote="tell nobody", context=("Hello.",), name="4")
    assert isinstance(entry.record, Record)
    data = entry.record.to_bytes()
    assert b'"packed":true' in data
    again = Record.from_bytes(data)
    assert again == entry.record
    assert past_verdict(again) == past_verdict(entry.record)


def test_what_stood_there_several_times_stands_there_once() -> None:
    entry = verdict_entry(1, LONG, quote="tell nobody what they are for")
    assert isinstance(entry.record, Record)
    data, plain = entry.record.to_bytes(), canonical_bytes(entry.record.body)
    assert len(data) < len(plain), "the whole record is shorter than the plain body alone"
    body = dict(entry.record.body)
    body["verdict"] = {**body["verdict"], "findings": body["verdict"]["findings"] * 20}
    more = Record(Kind.VERDICT, 1, body, entry.record.spoke).to_bytes()
    assert more.count(b"tell nobody what they are for") == data.count(b"tell nobody what they are for")


def test_a_record_from_before_there_was_packing_is_read() -> None:
    entry = verdict_entry(1, LONG)
    record = entry.record
    assert isinstance(record, Record)
    old = {"v": 1, "kind": "verdict", "at_ms": record.at_ms, "late": False, "spoke": record.spoke.to_json()}
    assert Record.from_bytes(canonical_bytes({**old, "body": record.body})) == record


def test_other_kinds_are_written_as_they_are() -> None:
    entry = feedback_entry(3, 1, Says.WRONG, "no")
    assert isinstance(entry.record, Record)
    assert b"packed" not in entry.record.to_bytes()


@pytest.mark.parametrize(
    "change",
    [
        {"message": 3},
        {"verdict": {"scores": {"a": "b"}}},
        {"verdict": {"scores": {}, "policies": [[1, 2]]}},
        {"verdict": {"scores": {}, "policies": [], "findings": [{"spans": [9]}]}},
        {"text": {"kept": 3, "data": 4}},
    ],
)
def test_what_claims_to_be_packed_and_is_not_is_no_record(change: dict[str, Any]) -> None:
    entry = verdict_entry(1, LONG)
    assert isinstance(entry.record, Record)
    value = dict(parsed(entry.record.to_bytes()))
    value["body"] = {**value["body"], **change}
    with pytest.raises(ValueError):  # noqa: PT011  the words are the reader's
        Record.from_bytes(canonical_bytes(value))
