"""A record holds numbers and no text, and counts as ordinary only what nobody but the model speaks against."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from guardian.calibration.ordinary import is_ordinary
from guardian.calibration.record import ScoredRecord, sent_s
from guardian.finding import Finding, FindingKind
from guardian.message import Format, Message
from guardian.verdict import Action, Coverage, Outcome, PolicyMatch, Reason, Severity, Verdict

MATCH = PolicyMatch("p", "P", "Because.", Severity.LOW, Action.WARN, 0.9, 0.8, True)
PLAIN = Verdict(
    id="m",
    channel="incoming",
    outcome=Outcome.CLEAN,
    action=Action.NONE,
    risk=0.1,
    scores={"urgency": 0.1},
    policies=(),
    findings=(),
    vetoes=(),
    coverage=Coverage(10, 1),
    model_name="m",
    model_sha256="0",
    policy_set="sha256:0",
    wall="netns",
    elapsed_ms=1.0,
)


@pytest.mark.parametrize(
    ("change", "ordinary"),
    [
        ({}, True),
        ({"policies": (replace(MATCH, because=("tactic:urgency",)),)}, True),  # the model's word alone
        ({"findings": (Finding("encoder", "urgency", 0.9, "hurries you", kind=FindingKind.MODEL),)}, True),
        ({"findings": (Finding("links", "deceptive_link", 0.3, "mentions it"),)}, True),  # a mention
        ({"findings": (Finding("links", "deceptive_link", 0.9, "lies"),)}, False),
        ({"policies": (replace(MATCH, because=("pattern:1",)),)}, False),
        ({"policies": (replace(MATCH, because=("tactic:urgency", "rule:urgency")),)}, False),
        ({"policies": (replace(MATCH, because=("example:2",)),)}, False),
        ({"policies": (replace(MATCH, matched=False),)}, True),
        ({"coverage": Coverage(10, 1, (Reason("too-large", "cut"),))}, False),
        ({"scores": {}}, False),
    ],
)
def test_what_counts_as_ordinary(change: dict[str, object], ordinary: bool) -> None:
    assert is_ordinary(replace(PLAIN, **change)) is ordinary  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (b"Date: Sat, 21 Nov 2026 12:00:00 +0000", 1795262400.0),
        (b"Date: Sat, 21 Nov 2026 13:00:00 +0100", 1795262400.0),
        (b"Date: yesterday", None),
        (b"Date: \xff\xfe", None),
        (b"Date: Sat, 99 Nov 99999 12:00:00 +0000", None),
        (b"Subject: none", None),
    ],
)
def test_a_mail_says_when_it_was_sent_or_does_not(header: bytes, seconds: float | None) -> None:
    assert sent_s(Message(header + b"\n\nText.", format=Format.MAIL)) == seconds
    assert sent_s(Message(header + b"\n\nText.")) is None


def test_a_record_has_no_place_for_text() -> None:
    """All that is kept: whoever adds a field here has to say why it is no text of a message."""
    assert {each.name for each in fields(ScoredRecord)} == {
        *("place", "id", "channel", "outcome", "scores", "sender", "sent_s", "is_ordinary", "excepted", "digest"),
    }
    record = ScoredRecord(0, "m", None, None, np.zeros(1), b"", None, True, (), b"")  # type: ignore[arg-type]
    assert "scores" not in repr(record)
