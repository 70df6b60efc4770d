"""Sinks: what the owner sees is safe, in order, and in words."""

from __future__ import annotations

import io
import json
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian import gate
from guardian.errors import OutputError
from guardian.finding import Finding, FindingKind, Span
from guardian.gate import Screened
from guardian.message import Message
from guardian.service.answer import Answer, answer_of
from guardian.service.answering import answer_frame
from guardian.sinks.answered import hold_back, pass_through
from guardian.sinks.lines import annotation, headline, reason_lines, short_reason, verdict_lines
from guardian.sinks.mail_headers import headers_of
from guardian.sinks.ndjson import json_line
from guardian.sinks.streams import write_text
from guardian.sinks.table import table_row
from guardian.verdict import Action, Coverage, Outcome, PolicyMatch, Reason, Severity, Verdict

HOSTILE = "\x1b]52;c;aGk=\x07 \u202egnp.exe \x9b31m [/bold] \u2028 \udc80 \U000e0041 \r\n\x00"
FORBIDDEN = {"\x1b", "\x07", "\x9b", "\u202e", "\u2028", "\r", "\x00", "\U000e0041", "\udc80"}


def screened(
    outcome: Outcome = Outcome.FLAGGED, *, text: str = HOSTILE, raw: bytes = b"raw", reasons: tuple[Reason, ...] = ()
) -> Screened:
    """A verdict whose every untrusted part is `text`."""
    finding = Finding("money", "money_request", 0.9, "asks you for money", (Span(0, 3, text),), FindingKind.RULE)
    match = PolicyMatch(
        "pay", text, text, Severity.HIGH, Action.WARN, 0.9, 0.5, True, ("rule:money_request",), ("money_request",)
    )
    verdict = Verdict(
        id=text,
        channel="incoming",
        outcome=outcome,
        action=Action.WARN,
        risk=0.9,
        scores={"risk": 0.9},
        policies=(match,) if outcome is Outcome.FLAGGED else (),
        findings=(finding,) if outcome is Outcome.FLAGGED else (),
        vetoes=(),
        coverage=Coverage(len(raw), 1, reasons),
        model_name="m",
        model_sha256="0" * 64,
        policy_set="sha256:0",
        wall="netns",
        elapsed_ms=1.0,
        advice=("Call them on a number that you have.",) if outcome is Outcome.FLAGGED else (),
    )
    return Screened(gate._SEAL, Message(raw, id=text, source=text), verdict)


def everything_shown(one: Screened) -> str:
    rows = [*verdict_lines(one, scores=True), short_reason(one), annotation(one), headline(one), json_line(one)]
    return "\n".join([*rows, table_row(one, colour=False, columns=80)])


@given(st.text(st.characters(codec=None)))
def test_no_dangerous_character_reaches_a_sink(text: str) -> None:
    shown = everything_shown(screened(text=text))
    categories = {unicodedata.category(char) for char in shown if char not in "\n\t"}
    assert not categories & {"Cc", "Cs"}
    assert not FORBIDDEN & set(shown)


def test_hostile_text_is_shown_as_visible_escapes() -> None:
    shown = everything_shown(screened())
    assert not FORBIDDEN & set(shown)
    assert "\\x1b]52" in shown
    assert "\\u{202e}" in shown


def test_reasons_come_in_order_not_judged_what_policy_what_to_do() -> None:
    lines = reason_lines(screened(text="pay now", reasons=(Reason("too-large", "only a part was read"),)))
    assert [line.split(":")[0] for line in lines] == [
        "not judged",
        "it asks you for money",
        "your policy",
        "you can",
    ]


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_has_a_headline_of_its_own(outcome: Outcome) -> None:
    assert headline(screened(outcome)).startswith(outcome.value + ":")


def test_what_was_not_judged_is_never_shown_as_clean() -> None:
    for outcome in (Outcome.UNSURE, Outcome.UNSCREENED):
        one = screened(outcome, reasons=(Reason("model-down", "the model is down"),))
        assert "clean" not in everything_shown(one)
        assert "the model is down" in short_reason(one)
        assert annotation(one)


def test_a_clean_message_gets_no_note() -> None:
    assert annotation(screened(Outcome.CLEAN)) == ""


def test_a_row_names_the_outcome_in_words_and_shape_without_colour() -> None:
    row = table_row(screened(text="pay now"), colour=False, columns=80)
    assert row.startswith("! flagged")
    assert "\x1b" not in row
    assert "\x1b[33m" in table_row(screened(text="pay now"), colour=True, columns=80)


def test_json_is_one_ascii_line() -> None:
    line = json_line(screened())
    assert line.isascii()
    assert "\n" not in line
    assert json.loads(line)["id"] == HOSTILE


def answered(one: Screened) -> Answer:
    """What another process has of it."""
    return answer_of(answer_frame(one, all_policies=False))


@given(st.binary(), st.binary())
def test_pass_through_is_byte_exact_with_the_rest_behind_it(raw: bytes, rest: bytes) -> None:
    out = io.BytesIO()
    pass_through(answered(screened(raw=raw)), raw, io.BytesIO(rest), out)
    assert out.getvalue() == raw + rest


def test_a_failing_stream_is_an_output_error() -> None:
    with Path("/dev/full").open("wb", buffering=0) as full:
        with pytest.raises(OutputError, match="cannot write"):
            pass_through(answered(screened()), b"x", None, full)
        with pytest.raises(OutputError, match="cannot write"):
            write_text(screened(), "x", full)


def test_a_held_message_is_the_owners_alone_and_whole(tmp_path: Path) -> None:
    path = hold_back(answered(screened()), b"held", io.BytesIO(b" and the rest"), tmp_path)
    assert path.read_bytes() == b"held and the rest"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_held_message_that_cannot_be_kept_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot keep"):
        hold_back(answered(screened()), b"", None, tmp_path / "missing")


# --- the headers of a mail --------------------------------------------------------------------------------------


def test_a_mails_headers_name_outcome_tactics_and_what_was_not_judged() -> None:
    flagged = dict(headers_of(screened(reasons=(Reason("too-large", HOSTILE),))))
    assert flagged == {
        "X-Guardian-Outcome": "flagged",
        "X-Guardian-Reasons": "money_request, not-judged:too-large",
        "X-Guardian-Receipt": "none",
    }
    assert dict(headers_of(screened(Outcome.CLEAN)))["X-Guardian-Reasons"] == "none"


@given(st.text(st.characters(codec=None)), st.sampled_from(list(Outcome)))
def test_no_text_of_a_message_gets_into_its_headers(text: str, outcome: Outcome) -> None:
    shown = headers_of(screened(outcome, text=text, reasons=(Reason(text or "x", text),)))
    assert [name for name, _ in shown] == ["X-Guardian-Outcome", "X-Guardian-Reasons", "X-Guardian-Receipt"]
    allowed = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:.-, ")
    assert all(set(value) <= allowed for _, value in shown)


def test_the_receipt_is_number_and_leaf_of_the_record() -> None:
    one = screened()
    recorded = replace(one.verdict, journal={"seq": 412, "leaf": "ab" * 32})
    assert dict(headers_of(Screened(gate._SEAL, one.message, recorded)))["X-Guardian-Receipt"] == f"412 {'ab' * 32}"
    waiting = replace(one.verdict, journal={"seq": None, "leaf": None, "problem": HOSTILE, "waiting": True})
    assert dict(headers_of(Screened(gate._SEAL, one.message, waiting)))["X-Guardian-Receipt"] == "none"
