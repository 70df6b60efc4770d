"""One entry as its owner sees it: whole, safe, and with the word that counts."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from datetime import UTC
from typing import Any

import pytest
from entries_rig import (
    DANGEROUS,
    NOW,
    TERMINAL_ATTACK,
    a_match,
    an_entry,
    counts_entry,
    erased_entry,
    feedback_entry,
    ms,
    seal_entry,
    verdict_entry,
)
from hypothesis import given
from hypothesis import strategies as st

from guardian import gate
from guardian.gate import Screened
from guardian.journal.feedback import Feedback, Says
from guardian.journal.record import Entry, Kind, Record, Unreadable
from guardian.journal.reports.past_verdict import past_verdict
from guardian.journal.reports.snippet import snippet
from guardian.journal.reports.view import View, local_time
from guardian.journal.reports.view_lines import fitted, list_line, show_lines
from guardian.journal.reports.words import Phrase
from guardian.message import Message
from guardian.sinks import lines as sink_lines
from guardian.verdict import Outcome, Verdict
from guardian.verdict_words import MARKS

CANARY = "kumquat"


def shown(view: View) -> str:
    """All that any face of text shows of a view."""
    return "\n".join([list_line(view, zone=UTC), *show_lines(view, zone=UTC), snippet(view, Phrase("pay"))])


def a_past_verdict(entry: Entry) -> Verdict:
    verdict = View(entry).verdict()
    assert verdict is not None
    return verdict


# --- safety -------------------------------------------------------------------------------------------------------


@given(st.text(st.characters(codec=None), max_size=80))
def test_no_dangerous_character_of_a_record_reaches_a_line(text: str) -> None:
    clean = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    entry = verdict_entry(
        1, f"pay {text}", sender=text, quote=text, name=text, title=clean, why=clean, excused=clean, context=[text]
    )
    view = View(entry, Feedback(1, Says.WRONG, clean, ms(NOW)))
    for each in (view, View(an_entry(2, Record(Kind.GAP, 0, {"why": clean, clean: clean})))):
        lines = shown(each)
        assert not {unicodedata.category(char) for char in lines if char not in "\n\t"} & {"Cc", "Cs"}
        assert not DANGEROUS & set(lines)
        assert json.dumps(each.to_json(), ensure_ascii=True).isascii()


def test_an_attack_on_the_terminal_is_shown_as_visible_escapes() -> None:
    entry = verdict_entry(1, TERMINAL_ATTACK, sender=TERMINAL_ATTACK, quote=TERMINAL_ATTACK)
    lines = shown(View(entry))
    assert "\\x1b]52" in lines
    assert not DANGEROUS & set(lines)


def test_no_line_of_a_text_can_pass_for_one_of_guardians() -> None:
    forged = "hello\n  leaf      0000\r\nrecord 7, verdict"
    lines = show_lines(View(verdict_entry(1, forged)))
    start = next(place for place, line in enumerate(lines) if line.startswith("  text "))
    assert lines[start + 1 :] == ["  | hello", "  |   leaf      0000", "  | record 7, verdict"]


def test_repr_shows_no_text() -> None:
    view = View(verdict_entry(1, CANARY, sender=CANARY, quote=CANARY), Feedback(1, Says.WRONG, CANARY))
    assert CANARY not in repr(view.entry)
    assert CANARY not in repr(view)


# --- what the lines say -------------------------------------------------------------------------------------------


def test_a_list_line_has_number_time_outcome_channel_sender_tactic_and_the_owners_word() -> None:
    view = View(verdict_entry(412), Feedback(412, Says.WRONG))
    line = list_line(view, zone=UTC, columns=200)
    assert line.startswith("   412  2026-11-21 12:00  ! flagged")
    for part in ("incoming", "Bob <bob@shop.example>", "Hurries you"):
        assert part in line
    assert line.endswith("[you: wrong]")


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_is_told_by_a_word_and_a_shape(outcome: Outcome) -> None:
    line = list_line(View(verdict_entry(1, outcome=outcome)), zone=UTC)
    assert f"{MARKS[outcome]}{outcome.value}" in line
    assert "\x1b" not in line
    coloured = list_line(View(verdict_entry(1, outcome=outcome)), zone=UTC, colour=True)
    assert ("\x1b[" in coloured) == (outcome is not Outcome.CLEAN)


@pytest.mark.parametrize("sender", ["a" * 60, "山田太郎" * 9, "x", ""])
@pytest.mark.parametrize("columns", [60, 80, 120])
def test_columns_stand_under_each_other_whatever_the_senders_letters(sender: str, columns: int) -> None:
    cells = fitted(sender, 26)
    assert sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in cells) == 26
    assert cells.rstrip() in list_line(View(verdict_entry(1, sender=sender or None)), zone=UTC, columns=columns)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (seal_entry(1), "the journal was begun"),
        (erased_entry(1), "forgotten; a later record says why"),
        (Entry(1, bytes(32), Unreadable("its seal does not open")), "its seal does not open"),
        (feedback_entry(1, 7, Says.WRONG, "my sister"), "on 7: wrong (my sister)"),
        (counts_entry(1, "2026-11-20", {"incoming": {"clean": 1200}}), "incoming: 1,200 clean"),
        (counts_entry(1, "2026-11-20", "odd"), "odd"),
        (an_entry(1, Record(Kind.FORGOTTEN, 0, {"seqs": [[3, 5], [9, 9]], "why": "mine"})), "3 to 5, 9: mine"),
        (Entry(1, bytes(32), Record(Kind.VERDICT, 0, {"verdict": 1})), "not a verdict"),
    ],
)
def test_every_kind_of_entry_has_a_line_and_a_page(entry: Entry, words: str) -> None:
    assert words in list_line(View(entry), zone=UTC)
    assert len(show_lines(View(entry), zone=UTC)) > 1


def test_show_has_reasons_and_what_the_journal_knows_and_the_text() -> None:
    entry = verdict_entry(5, "Pay now.\nTell nobody.", quote="Pay now.")
    lines = show_lines(View(entry, Feedback(5, Says.WRONG, "it was my bank", ms(NOW))), zone=UTC)
    text = "\n".join(lines)
    for part in (
        "record 5, verdict, 2026-11-21 12:00:00 +0000",
        "! flagged: this may be working on you",
        'it hurries you: "Pay now."',
        "your policy: Pressure to pay. You wrote: I lost 300 euros.",
        "you can: Call them on a number that you have.",
        "guardian-mini-2 abababababab, wall netns",
        "guardian 0.4.0",
        entry.leaf.hex(),
        "wrong, 2026-11-21 12:00:00 +0000: it was my bank",
        "  | Pay now.\n  | Tell nobody.",
    ):
        assert part in text, part


def test_a_text_that_was_not_kept_is_told_and_its_hash_shown() -> None:
    lines = "\n".join(show_lines(View(verdict_entry(5, CANARY, quote=CANARY, kept=False))))
    assert "not kept: as you asked" in lines
    assert CANARY not in lines


@pytest.mark.parametrize("at_ms", [10**17, -(10**17), 10**15])
def test_a_time_that_no_calendar_has_breaks_nothing(at_ms: int) -> None:
    assert local_time(at_ms, UTC) is None
    assert "flagged" in shown(View(verdict_entry(1, at_ms=at_ms)))


@pytest.mark.parametrize("outcome", list(Outcome))
def test_the_past_is_told_in_the_same_words_as_the_present(outcome: Outcome) -> None:
    verdict = a_past_verdict(verdict_entry(1, outcome=outcome, quote="Pay now"))
    screened = Screened(gate._SEAL, Message(b"x"), verdict)
    shown_lines = show_lines(View(verdict_entry(1, outcome=outcome, quote="Pay now")))
    past = "\n".join(line.removeprefix(MARKS[outcome]) for line in shown_lines)
    assert "\n".join(sink_lines.verdict_lines(screened)) in past


def test_a_tactic_that_this_version_does_not_know_is_shown_by_its_id() -> None:
    assert "mesmerism" in list_line(View(verdict_entry(1, tactics=["mesmerism"])), zone=UTC, columns=160)


# --- a verdict read back ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_verdict_comes_back_as_it_was_given(outcome: Outcome) -> None:
    entry = verdict_entry(1, outcome=outcome, quote="Pay now", tactics=("urgency", "secrecy"), excused="")
    assert isinstance(entry.record, Record)
    again = past_verdict(entry.record)
    given_json = {**entry.record.body["verdict"]}
    assert again.to_json(all_policies=True)["findings"] == given_json["findings"]
    assert again.outcome is outcome
    assert again.coverage.to_json() == given_json["coverage"]
    assert [match.to_json() for match in again.policies] == [
        {key: row[key] for key in match.to_json()}
        for match, row in zip(again.policies, given_json["policies"], strict=True)
    ]
    if again.matched:
        assert again.matched[0] == a_match("pressure-to-pay", "urgency", "secrecy")


@pytest.mark.parametrize(
    "change",
    [
        {"verdict": None},
        {"verdict": {}},
        {"text": {}},
        {"text": {"kept": True, "encoding": "base64", "data": "!!"}},
        {"message": "x"},
    ],
)
def test_a_record_of_another_shape_is_no_verdict(change: dict[str, Any]) -> None:
    entry = verdict_entry(1)
    assert isinstance(entry.record, Record)
    odd = replace(entry.record, body={**entry.record.body, **change})
    with pytest.raises(ValueError, match=r"."):
        past_verdict(odd)
    view = View(Entry(1, bytes(32), odd))
    assert "not a verdict" in list_line(view)
    assert show_lines(view)


# --- without the text ---------------------------------------------------------------------------------------------


def test_without_the_text_no_word_of_the_message_is_left_anywhere() -> None:
    entry = verdict_entry(3, f"{CANARY} one", quote=CANARY, context=[f"{CANARY} two"])
    view = View(entry).without_text()
    assert CANARY in json.dumps(View(entry).to_json())
    assert CANARY not in json.dumps(view.to_json())
    assert CANARY not in shown(view)
    row = view.to_json()["body"]["text"]
    assert (row["kept"], row["bytes"], len(row["sha256"])) == (False, len(f"{CANARY} one"), 64)
    assert "left out here" in shown(view)


def test_of_an_odd_record_nothing_is_left_without_the_text() -> None:
    odd = View(Entry(1, bytes(32), Record(Kind.VERDICT, 0, {"text": CANARY, "message": CANARY})))
    assert CANARY not in json.dumps(odd.without_text().to_json())


def test_a_snippet_shows_the_words_round_the_hit_and_no_more() -> None:
    text = " ".join(f"w{number}" for number in range(400)) + " Gíft\ncards! " + "more " * 400
    found = snippet(View(verdict_entry(1, text)), Phrase("gift cards"))
    assert "Gíft cards!" in found
    assert found.startswith("… w394")
    assert len(found) < 150
    assert snippet(View(verdict_entry(1, "x", sender="gift cards")), Phrase("gift cards")) == ""
