"""What a record commits to: every field for itself, so that one can be shown and the others stay closed."""

from __future__ import annotations

import hmac
import json
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.journal.fields import (
    FIELDS,
    commitment,
    commitments,
    field_values,
    fields_digest,
    leaf_data,
    salt_of,
)
from guardian.journal.record import Kind, Record, Spoke
from guardian.journal.secret import Secret

KEY = bytes(range(32))
SPOKE = Spoke("guardian-mini-1", "ab" * 32, "sha256:" + "cd" * 32, "netns", "1.2.3")


def verdict(sender: str | None = "boss@example.com", outcome: str = "flagged") -> Record:
    policies: list[dict[str, Any]] = [
        {"id": "pressure-to-pay", "matched": True, "tactics": ["urgency", "money_request"]},
        {"id": "secrecy", "matched": True, "tactics": ["secrecy", "urgency"]},
        {"id": "flattery", "matched": False},
    ]
    body = {
        "message": {"id": "m1", "channel": "incoming", "sender": sender, "source": "stdin", "format": "mail"},
        "text": {
            "sha256": "ef" * 32,
            "bytes": 42,
            "context_sha256": "12" * 32,
            "kept": False,
            "data": "",
            "why_not": "x",
        },
        "verdict": {"outcome": outcome, "policies": policies},
        "stream": {},
    }
    return Record(Kind.VERDICT, 1_700_000_000_000, body, SPOKE)


def test_a_verdict_shows_what_was_said_of_whom_and_by_whom() -> None:
    assert field_values(verdict()) == {
        "kind": "verdict",
        "time": 1_700_000_000_000,
        "channel": "incoming",
        "sender": "boss@example.com",
        "outcome": "flagged",
        "policy": {"matched": ["pressure-to-pay", "secrecy"], "set": "sha256:" + "cd" * 32},
        "tactic": ["urgency", "money_request", "secrecy"],
        "model": {"name": "guardian-mini-1", "sha256": "ab" * 32, "wall": "netns", "program": "1.2.3"},
        "text": {"sha256": "ef" * 32, "bytes": 42, "format": "mail", "context_sha256": "12" * 32},
    }


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.VERDICT])
def test_every_other_record_has_the_same_fields_and_shows_nothing_of_a_message(kind: Kind) -> None:
    values = field_values(Record(kind, 7, {"why": "said so", "of": 3}))
    assert tuple(values) == FIELDS
    assert {name for name, value in values.items() if value is not None} == {"kind", "time"}
    assert field_values(Record(kind, 7, {}, SPOKE))["model"]["name"] == "guardian-mini-1"


def test_commitments_follow_the_written_formula() -> None:
    """docs/guide/journal-format.md, spelt out again."""
    salts_key = hmac.new(KEY, b"guardian/salts/v1", "sha256").digest()
    made = commitments(verdict(), KEY)
    joined = b""
    for name in ("kind", "time", "channel", "sender", "outcome", "policy", "tactic", "model", "text"):
        salt = hmac.new(salts_key, name.encode(), "sha256").digest()
        value = json.dumps(field_values(verdict())[name], sort_keys=True, separators=(",", ":")).encode()
        expected = sha256(b"guardian/commit/v1\0" + salt + name.encode() + b"\0" + value).digest()
        assert salt_of(KEY, name) == salt
        assert made[name] == expected
        joined += expected
    assert tuple(made) == FIELDS
    assert fields_digest(made) == sha256(b"guardian/fields/v1\0" + joined).digest()


def test_a_secret_and_its_bytes_give_the_same_commitments() -> None:
    assert commitments(verdict(), Secret(KEY)) == commitments(verdict(), KEY)


def test_the_same_values_under_another_key_can_not_be_told_to_be_the_same() -> None:
    one, other = commitments(verdict(), KEY), commitments(verdict(), bytes(32))
    assert not set(one.values()) & set(other.values())


def test_salts_differ_from_field_to_field() -> None:
    assert len({salt_of(KEY, name) for name in FIELDS}) == len(FIELDS)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (verdict(sender=None), verdict(sender="null")),
        (verdict(sender=""), verdict(sender=None)),
        (verdict(sender="a\u0301"), verdict(sender="\u00e1")),  # two spellings of one letter are two senders
        (verdict(outcome="flagged"), verdict(outcome="clean")),
    ],
    ids=["none is not the word null", "empty is not none", "not normalised", "another outcome"],
)
def test_another_value_is_another_commitment(one: Record, other: Record) -> None:
    assert fields_digest(commitments(one, KEY)) != fields_digest(commitments(other, KEY))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=4), max_leaves=8
)


@given(VALUES, VALUES, st.sampled_from(FIELDS), st.sampled_from(FIELDS))
def test_a_commitment_binds_name_and_value(one: Any, other: Any, name: str, other_name: str) -> None:
    is_same = name == other_name and json.dumps(one) == json.dumps(other)
    assert (commitment(KEY, name, one) == commitment(KEY, other_name, other)) is is_same


@pytest.mark.parametrize(
    "broken",
    [
        {},
        dict.fromkeys(FIELDS[1:], bytes(32)),
        {**dict.fromkeys(FIELDS, bytes(32)), "mood": bytes(32)},
        {**dict.fromkeys(FIELDS, bytes(32)), "text": bytes(31)},
    ],
    ids=["none", "one missing", "one too many", "one too short"],
)
def test_a_digest_is_made_of_exactly_the_known_fields(broken: dict[str, bytes]) -> None:
    with pytest.raises(ValueError, match="not the commitments"):
        fields_digest(broken)


def test_leaf_data_has_the_written_layout() -> None:
    data = leaf_data(bytes(16), 258, 1, b"f" * 32, b"s" * 32, b"public")
    numbers = b"\0\0\0\0\0\0\1\2" + b"\0\1"
    assert data == b"guardian/leaf/v1\0" + bytes(16) + numbers + b"f" * 32 + b"s" * 32 + b"\0\0\0\6public"


@pytest.mark.parametrize("part", [0, 3, 4])
def test_leaf_data_refuses_parts_of_another_length(part: int) -> None:
    parts: list[Any] = [bytes(16), 1, 1, bytes(32), bytes(32), b""]
    parts[part] += b"\0"
    with pytest.raises(ValueError, match="wrong length"):
        leaf_data(*parts)
    with pytest.raises(OverflowError):
        leaf_data(bytes(16), -1, 1, bytes(32), bytes(32), b"")
