"""An alert is the same on whichever road its record was read, safe to show, and small.

Texts and names are ours, 2026-11.
"""

from __future__ import annotations

import sys
from dataclasses import fields
from typing import Any

import pytest
from alerts_rig import an_alert  # first: it makes the next one importable
from entries_rig import DANGEROUS, TERMINAL_ATTACK, feedback_entry, raw_of, seal_entry, verdict_entry
from hypothesis import given
from hypothesis import strategies as st

from guardian.alerts.alert import Alert, alert_of_bytes, alert_of_view
from guardian.alerts.gist import gist_of_body, told_by_record
from guardian.journal.encoding import canonical_bytes
from guardian.journal.feedback import Feedback, Says
from guardian.journal.marks import Mark, Marked
from guardian.journal.owner_words import NOTHING_SAID, Said
from guardian.journal.record import Entry, Record
from guardian.journal.reports.past_verdict import past_verdict
from guardian.journal.reports.view import View
from guardian.message import Channel
from guardian.verdict import Outcome, Severity
from guardian.verdict_words import short_reason

MOST_BYTES = 450
"""What 100,000 alerts may take each, as the task set it."""

VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "clean": {"outcome": Outcome.CLEAN},
    "notice": {"outcome": Outcome.NOTICE, "kept": False},
    "not judged": {"outcome": Outcome.UNSCREENED, "kept": False},
    "unsure": {"outcome": Outcome.UNSURE},
    "of an assistant": {"channel": Channel.AI_OUTPUT, "sender": None},
    "several tactics": {"tactics": ("urgency", "secrecy", "money_request"), "policies": ("one", "two")},
    "no tactic": {"tactics": ()},
    "an unknown tactic": {"tactics": ("mesmerism",)},
    "quoted": {"quote": "Pay now, and tell nobody."},
    "claimed": {"sender": None, "claimed": ("a@x.example", "b@x.example")},
    "named": {"name": "inbox/07.eml"},
    "low": {"severity": Severity.LOW},
    "bytes": {"text": b"latin \xe9t\xe9"},
    "hostile": {"text": TERMINAL_ATTACK, "sender": TERMINAL_ATTACK, "name": TERMINAL_ATTACK, "quote": TERMINAL_ATTACK},
    "empty": {"text": ""},
    "scores in the text": {"text": 'they wrote "scores":{"urgency":1} and {"kind":"seal"}'},
}


def of_view(entry: Entry, said: Said = NOTHING_SAID) -> Alert | None:
    return alert_of_view(View.of(entry, said))


def unpacked(entry: Entry) -> bytes:
    """A record as one that can't be packed stands in the journal."""
    record = entry.record
    assert isinstance(record, Record)
    spoke = record.spoke.to_json()
    return canonical_bytes(
        {"v": 1, "kind": "verdict", "at_ms": record.at_ms, "late": False, "spoke": spoke, "body": dict(record.body)}
    )


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
def test_every_road_gives_the_same_alert(variant: dict[str, Any]) -> None:
    entry = verdict_entry(7, **variant)
    said = Said(Feedback(7, Says.WRONG, "my bank"), Mark(7, Marked.KEPT, "ask"))
    assert b'"packed":true' in raw_of(entry)
    quick = alert_of_bytes(7, raw_of(entry), said)
    assert quick == of_view(entry, said) == alert_of_bytes(7, unpacked(entry), said)
    assert (quick.says, quick.mark) == ("wrong", said.mark)


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
def test_an_alert_says_what_the_whole_verdict_says(variant: dict[str, Any]) -> None:
    entry = verdict_entry(7, **variant)
    assert isinstance(entry.record, Record)
    verdict, alert = past_verdict(entry.record), alert_of_bytes(7, raw_of(entry))
    assert alert.reason == short_reason(verdict, 120)
    assert (alert.outcome, alert.channel) == (verdict.outcome, verdict.channel)
    assert alert.policies == tuple(match.id for match in verdict.matched)
    assert set(alert.tactics) == {tactic for match in verdict.matched for tactic in match.tactics}
    assert alert.severity is (verdict.matched[0].severity if verdict.matched else Severity.LOW)
    assert alert.at_ms == entry.record.at_ms


_TEXTS = st.text(st.sampled_from('aB9 .,:\\"{}[]\n\r\t\x1b\u202eé中') | st.characters(), max_size=60)


@given(text=_TEXTS, sender=_TEXTS, name=_TEXTS, quote=_TEXTS, kept=st.booleans())
def test_no_text_makes_the_roads_differ(text: str, sender: str, name: str, quote: str, kept: bool) -> None:
    entry = verdict_entry(1, text, sender=sender or None, name=name, quote=quote, kept=kept)
    alert = alert_of_bytes(1, raw_of(entry))
    assert alert == of_view(entry)
    for shown in (alert.sender, alert.name, alert.reason, *alert.senders):
        assert not DANGEROUS & set(shown)
        assert "\n" not in shown


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b'{"v":1,"kind":"verdict","at_ms":0,"body":{}}',
        b'{"v":1,"kind":"verdict","at_ms":0,"body":{"message":1,"stream":[],"text":null,"verdict":"x"}}',
        raw_of(verdict_entry(1)).replace(b'"outcome":"flagged"', b'"outcome":"splendid"'),
        raw_of(verdict_entry(1)).replace(b'"v":1}', b'"v":2}'),
        raw_of(verdict_entry(1)).replace(b'"severity":"high"', b'"severity":"grave"'),
        raw_of(verdict_entry(1, quote="Pay")).replace(b'"spans":[0]', b'"spans":[9]'),
        raw_of(seal_entry(1)),
        raw_of(feedback_entry(1, 2, Says.RIGHT)),
        b'{"at_ms":' + b"[" * 100_000 + b"}",
    ],
)
def test_what_is_no_verdict_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        alert_of_bytes(1, data)


def test_a_body_of_another_shape_has_no_gist() -> None:
    bodies: list[dict[str, Any]] = [{}, {"message": {}, "text": {}, "verdict": {}, "stream": {}}, {"message": None}]
    for body in bodies:
        with pytest.raises(ValueError, match="not a verdict's body"):
            gist_of_body(body)


def test_scores_are_not_parsed_and_nothing_else_is_left_out() -> None:
    entry = verdict_entry(1, 'a text with "scores":{"a":1} in it', name="x", claimed=("m@x.example",))
    assert isinstance(entry.record, Record)
    assert told_by_record(raw_of(entry)).gist == gist_of_body(entry.record.body)


def test_a_hundred_thousand_alerts_fit_into_memory() -> None:
    """What each holds for itself, as senders, reasons, ids and most conversations are shared."""
    name = "/home/anna/Mail/Archive/2026/11/1795295859.M511P13.host:2,S"
    alerts = [an_alert(seq, f"Pay {seq} now, Anna {name}", name=f"{name}{seq}") for seq in range(10_000, 10_003)]
    shared = {id(value) for value in map(alerts[0].__getattribute__, _FIELDS)}
    for alert in alerts[1:]:
        own = [value for value in map(alert.__getattribute__, _FIELDS) if id(value) not in shared]
        gc_head_bytes = 16
        assert not any(isinstance(value, tuple) for value in own)
        assert sys.getsizeof(alert) + gc_head_bytes + sum(map(sys.getsizeof, own)) <= MOST_BYTES


_FIELDS = [field.name for field in fields(Alert)]
