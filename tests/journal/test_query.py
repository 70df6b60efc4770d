"""The filter language: what it finds, what it refuses and where, and that the fast test never loses a record.

Texts and names are ours, 2026-11.
"""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from entries_rig import (
    NOW,
    ago,
    erased_entry,
    feedback_entry,
    ms,
    raw_of,
    seal_entry,
    verdict_entry,
)
from hypothesis import given
from hypothesis import strategies as st

from guardian.exits import ExitCode, exit_code_for
from guardian.journal.feedback import Feedback, Says
from guardian.journal.filters.query import DEEPEST, LONGEST_FILTER_CHARACTERS, FilterError, joined, parse_filter
from guardian.journal.marks import Mark, Marked
from guardian.journal.owner_words import NOTHING_SAID, Said
from guardian.journal.record import Entry, Kind, Record
from guardian.message import Channel
from guardian.verdict import Outcome

ENTRIES = {
    "scam": verdict_entry(
        1,
        "Buy four gift\n cards today, and tell nobody.",
        sender="Boss <boss@fake.example>",
        tactics=("urgency", "secrecy"),
        quote="tell nobody",
        at_ms=ago(days=2),
    ),
    "sales": verdict_entry(
        2,
        "Only 2 rooms left!",
        outcome=Outcome.NOTICE,
        sender="news@hotel.example",
        tactics=("pressure",),
        policies=("hurry",),
        at_ms=ago(days=20),
    ),
    "ai": verdict_entry(
        3,
        "You understand me like nobody else.",
        channel=Channel.AI_OUTPUT,
        sender=None,
        tactics=("dependence",),
        policies=("clingy",),
        at_ms=ago(hours=3),
    ),
    "unsure": verdict_entry(4, "Łódź, café, Ünderground", outcome=Outcome.UNSURE, sender="a@łódź.example"),
    "seal": seal_entry(5),
    "erased": erased_entry(6),
    "word": feedback_entry(7, 1, Says.RIGHT, "it was a fraudster"),
}
SAID = {
    "scam": Said(Feedback(1, Says.RIGHT, "it was a fraudster", ms(NOW)), Mark(1, Marked.KEPT, "ask the police")),
    "ai": Said(mark=Mark(3, Marked.NONE, "only a thought")),
}


def found(text: str) -> set[str]:
    wanted = parse_filter(text, NOW)
    return {name for name, entry in ENTRIES.items() if wanted.matches(entry, SAID.get(name, NOTHING_SAID))}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", set(ENTRIES)),
        ("~o flagged", {"scam", "ai"}),
        ("~o FLAGGED", {"scam", "ai"}),
        ("~o notice | ~o unsure", {"sales", "unsure"}),
        ("~t urgency", {"scam"}),
        ("~t pressure", {"scam", "sales"}),  # a group holds its tactics
        ("~t secrecy ~t urgency", {"scam"}),
        ("~s boss@fake.example", {"scam"}),
        ("~s @HOTEL", {"sales"}),
        ("~s łódź", {"unsure"}),
        ("~p hurry", {"sales"}),
        ("~p other-policy", set()),  # it looked, and did not match
        ("~c ai", {"ai"}),
        ("~c ai_output", {"ai"}),
        ("~d 7d ~k verdict", {"scam", "ai", "unsure"}),
        ("~d 24h ~k verdict", {"ai", "unsure"}),
        ("~d 3w ~o notice", {"sales"}),
        ("~d 2026-11-19", {"scam"}),
        ("~d 2026-11-01..2026-11-19", {"scam", "sales"}),
        ("~d ..2026-11-18", {"sales"}),
        ("~d 21d..1d", {"scam", "sales"}),
        ("~d 2026-11-20.. ~k verdict", {"ai", "unsure"}),
        ("~m nobody", {"scam", "ai"}),
        ("nobody", {"scam", "ai"}),
        ('"gift cards"', {"scam"}),  # over a line's end
        ("'gift car'", {"scam"}),  # the last word may go on
        ("ift", set()),  # a word is found from its beginning
        ("gift boss", set()),  # bare words are sought in the text, not in the sender
        ("CAFE underground", {"unsure"}),
        ("fraudster", {"scam", "word"}),  # the owner's own note
        ("~f right", {"scam"}),
        ("~f none", {"sales", "ai", "unsure"}),
        ("~a kept", {"scam"}),
        ("~a KEPT police", {"scam"}),
        ("~a none", {"sales", "ai", "unsure"}),  # a note alone is no mark
        ("!~a done", {"scam", "sales", "ai", "unsure"}),
        ("thought", {"ai"}),
        ("~k seal", {"seal"}),
        ("~n 2..4", {"sales", "ai", "unsure"}),
        ("~n 5", {"seal"}),
        ("~n ..1 | ~n 7..", {"scam", "word"}),
        ("!~o flagged", {"sales", "unsure"}),  # a seal has no outcome: neither true nor false of it
        ("!(~o flagged | ~c ai)", {"sales", "unsure"}),
        ("!!~o flagged", {"scam", "ai"}),
        ("~k verdict !nobody", {"sales", "unsure"}),
        ("~o flagged (~c ai | ~s boss) !~f wrong", {"scam", "ai"}),
        ("(~o flagged)(~c ai)", {"ai"}),
        ("~o flagged|~o notice ~d 1d", {"scam", "ai"}),  # beside each other binds tighter than |
        ("~oflagged", None),
    ],
)
def test_a_filter_finds_what_it_says(text: str, names: set[str] | None) -> None:
    if names is None:
        with pytest.raises(FilterError):
            found(text)
    else:
        assert found(text) == names


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("~o purple", 4, 'expected an outcome, not "purple" (one of clean, notice'),
        ("~o flaged", 4, 'did you mean "flagged"?'),
        ("~t urgencyy", 4, 'did you mean "urgency"?'),
        ("~k verdit", 4, 'did you mean "verdict"?'),
        ("~f right ~f wong", 13, 'did you mean "wrong"?'),
        ("~a keep", 4, 'did you mean "kept"?'),
        ("~a kept ~a done", 9, "impossible: a record has one mark"),
        ("~c mail", 4, "expected a channel"),
        ("~p No_Such", 4, "expected a policy's id"),
        ("~o", 3, "expected a value for ~o"),
        ("~o ~t urgency", 4, "expected a value for ~o"),
        ("flagged ~z x", 9, 'unknown code "~z" (the codes are ~o'),
        ("~", 1, 'unknown code "~"'),
        ("~d tomorrow", 4, "expected an age (7d, 24h, 2w), a day"),
        ("~d 2026-02-30", 4, 'there is no day "2026-02-30"'),
        ("~d ..", 4, "expected an age"),
        ("~d 2026-11-21..2026-11-01", 4, "impossible"),
        ("~d 7d..14d", 4, "impossible"),
        ("~n 9..3", 4, "impossible"),
        ("~n x", 4, "expected a number or a range"),
        ("~o clean ~o flagged", 10, "impossible: a record has one outcome"),
        ("~c ai !nobody ~c incoming", 15, "impossible: a record has one channel"),
        ("(~o clean", 10, 'expected ")"'),
        ("~o clean)", 9, '")" without its "("'),
        ("()", 2, "expected a code"),
        ("!", 2, "but the filter ends"),
        ("a | | b", 5, 'not "|"'),
        ('~m "gift card', 4, 'expected a closing "'),
        ("~m '!?'", 4, "no letter or digit"),
        ("~s ' '", 4, "expected a part of the sender"),
        ("(" * (DEEPEST + 1), DEEPEST + 1, "nested deeper"),
        ("!" * (DEEPEST + 1) + "a", DEEPEST + 1, "nested deeper"),
        ("a " * LONGEST_FILTER_CHARACTERS, LONGEST_FILTER_CHARACTERS + 1, "longer than"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line_with_its_column(text: str, column: int, words: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_filter(text, NOW)
    assert caught.value.column == column
    assert f"column {column}: " in caught.value.line()
    assert words in caught.value.line()
    assert "\n" not in caught.value.line()
    assert exit_code_for(caught.value) == ExitCode.USAGE


def test_a_policy_that_is_not_known_is_refused_where_the_known_ones_are_told() -> None:
    assert parse_filter("~p long-gone", NOW).policies() == ("long-gone",)  # a journal outlives policies
    with pytest.raises(FilterError, match="no policy has the id") as caught:
        parse_filter("~p hury", NOW, policies=["hurry"])
    assert 'did you mean "hurry"?' in caught.value.line()


@given(st.text(st.sampled_from("~otspcdmfkn ()!|\"'\\.-0129adegflrhiw"), max_size=40))
def test_every_text_is_a_filter_or_one_line(text: str) -> None:
    problem = None
    try:
        wanted = parse_filter(text, NOW)
        for entry in ENTRIES.values():
            wanted.matches(entry)
    except FilterError as error:
        problem = error
    assert problem is None or (1 <= problem.column <= len(text) + 1 and "\n" not in problem.line())


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_no_filter_reaches_the_terminal_raw(text: str) -> None:
    problem = ""
    try:
        parse_filter("~o " + text, NOW)
    except FilterError as error:
        problem = error.line()
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e]", problem)


def test_days_are_those_of_the_owners_clock_and_summer_time_is_known() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    # Clocks went back on 2026-10-25: that day had 25 hours.
    wanted = parse_filter("~d 2026-10-25", datetime(2026, 11, 21, 12, tzinfo=berlin))
    first, last = datetime(2026, 10, 25, tzinfo=berlin), datetime(2026, 10, 25, 23, 59, tzinfo=berlin)
    assert (ms(last) - ms(first)) / 3_600_000 == pytest.approx(25, abs=0.1)
    for moment, is_in in ((ms(first), True), (ms(first) - 1, False), (ms(last), True), (ms(last) + 60_000, False)):
        assert wanted.matches(verdict_entry(at_ms=moment)) is is_in


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ([], ""),
        (["~o flagged ~d 7d"], "~o flagged ~d 7d"),
        (["~o", "flagged"], "~o flagged"),
        (["~m", "gift card"], '~m "gift card"'),  # the shell took the quotes away
        (["~m", 'the "best" one'], '~m "the \\"best\\" one"'),
        (["~o flagged", "~d 7d"], "~o flagged ~d 7d"),
        (["!(~o clean | ~c ai)", "~d 7d"], "!(~o clean | ~c ai) ~d 7d"),
    ],
)
def test_a_filter_that_the_shell_cut_is_put_together(arguments: list[str], text: str) -> None:
    assert joined(arguments) == text
    parse_filter(joined(arguments), NOW)


# --- the fast test on a record's bytes (`test_words` has the words) -------------------------------------------------

_EVERY_CODE = """~o flagged; ~o unsure; ~c ai; ~k seal; ~k feedback; ~t pressure; ~t dependence; ~p hurry; ~s @hotel;
~s łódź; ~d 7d; ~d ..2026-11-18; ~f none; ~a none; ~n 2..4; nobody; cafe; !~o flagged; ~o flagged (~c ai | ~s boss);
!(~c ai); ~m 'gift cards' | ~k seal"""


@pytest.mark.parametrize("text", [text.strip() for text in _EVERY_CODE.split(";")])
def test_the_fast_test_lets_through_whatever_matches(text: str) -> None:
    wanted = parse_filter(text, NOW)
    for entry in ENTRIES.values():
        if isinstance(entry.record, Record) and wanted.matches(entry):
            assert wanted.may_match(raw_of(entry))


def test_the_fast_test_is_worth_its_name() -> None:
    for text in ("~o unsure", "~c ai", "~k seal", "~t secrecy", "~p clingy", "~s nowhere", "~d ..2026-01-01", "zebra"):
        wanted = parse_filter(text, NOW)
        assert not wanted.may_match(raw_of(ENTRIES["sales"])), text


@pytest.mark.parametrize(
    "body",
    [{}, {"message": 1, "text": [], "verdict": None}, {"message": {}, "text": {}, "verdict": {"policies": [{}]}}],
)
def test_a_verdict_of_another_shape_matches_nothing_and_breaks_nothing(body: dict[str, object]) -> None:
    entry = Entry(1, bytes(32), Record(Kind.VERDICT, 0, body))
    for text in ("~o flagged", "~c ai", "~t urgency", "~p hurry", "~s bob", "gift"):
        assert not parse_filter(text, NOW).matches(entry)
