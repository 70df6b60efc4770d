"""What the journal adds up to: every message once, by what is known of it, with honest intervals."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from entries_rig import (
    DANGEROUS,
    NOW,
    TERMINAL_ATTACK,
    ListedEntries,
    ago,
    counts_entry,
    erased_entry,
    feedback_entry,
    ms,
    seal_entry,
    verdict_entry,
)
from hypothesis import given
from hypothesis import strategies as st

from guardian.calibration.interval import rate_interval
from guardian.journal.feedback import Says
from guardian.journal.filters.query import parse_filter
from guardian.journal.record import Entry, Unreadable
from guardian.journal.reports.sparkline import BLOCKS, PLAIN, sparkline, steps_for
from guardian.journal.reports.statistics import Group, Precision, Statistics
from guardian.journal.reports.statistics_lines import statistics_lines
from guardian.journal.reports.tally import MOST_SENDERS, MOST_WEEKS, gather
from guardian.message import Channel
from guardian.verdict import Outcome

ENTRIES = [
    seal_entry(0),
    verdict_entry(1, tactics=("urgency", "secrecy"), policies=("pay", "secret"), at_ms=ago(weeks=3)),
    verdict_entry(2, sender="BOB <Bob@Shop.example>", at_ms=ago(weeks=1)),
    verdict_entry(3, channel=Channel.AI_OUTPUT, sender=None, tactics=("dependence",), policies=("clingy",)),
    verdict_entry(4, outcome=Outcome.UNSURE),
    erased_entry(5),
    feedback_entry(6, 1, Says.RIGHT),
    feedback_entry(7, 2, Says.RIGHT),
    feedback_entry(8, 2, Says.WRONG),
    feedback_entry(9, 3, Says.UNSURE),
    counts_entry(10, "2026-11-19", {"incoming": {"clean": 40, "notice": 2}, "ai_output": {"clean": 8}}),
    Entry(11, bytes(32), Unreadable("its seal does not open")),
]
TODAY = {"2026-11-21": {"incoming": {"clean": 5}}}


def counted(text: str = "", entries: list[Entry] = ENTRIES) -> Statistics:
    return gather(ListedEntries(entries), parse_filter(text, NOW), TODAY, UTC)


def totals(groups: tuple[Group, ...]) -> dict[str, int]:
    return {group.name: group.total for group in groups}


def test_every_message_is_counted_once_by_all_that_is_known_of_it() -> None:
    found = counted()
    assert (found.verdicts, found.counted, found.erased, found.unreadable, found.entries) == (4, 55, 1, 1, 12)
    assert totals(found.outcomes) == {"clean": 53, "notice": 2, "flagged": 3, "unsure": 1}
    assert totals(found.channels) == {"incoming": 50, "ai_output": 9}
    assert totals(found.tactics) == {"urgency": 2, "secrecy": 1, "dependence": 1}
    assert totals(found.policies) == {"pay": 1, "secret": 1, "pressure-to-pay": 1, "clingy": 1}
    assert totals(found.senders) == {"bob@shop.example": 3}  # one address, whatever its letters and its name
    assert found.by_channel["ai_output"] == {"clean": 8, "notice": 0, "flagged": 1, "unsure": 0, "unscreened": 0}


def test_weeks_begin_on_monday_and_none_is_left_out() -> None:
    found = counted()
    assert found.mondays == tuple(date(2026, 10, 26) + timedelta(weeks=week) for week in range(4))
    flagged = next(group for group in found.outcomes if group.name == "flagged")
    assert flagged.weeks == (1, 0, 1, 1)
    assert [sum(week.values()) for week in found.by_week] == [1, 0, 1, 57]


def test_a_week_is_that_of_the_owners_clock() -> None:
    sunday_night = datetime(2026, 11, 15, 23, 30, tzinfo=UTC)  # Monday already in Berlin
    entry = verdict_entry(1, at_ms=ms(sunday_night))
    for zone, monday in ((UTC, date(2026, 11, 9)), (ZoneInfo("Europe/Berlin"), date(2026, 11, 16))):
        assert gather(ListedEntries([entry]), parse_filter("", NOW), {}, zone).mondays == (monday,)


@pytest.mark.parametrize(
    ("text", "verdicts", "counts"),
    [
        ("~c ai", 1, 8),
        ("~o clean", 0, 53),
        ("~o notice", 0, 2),
        ("~d 2026-11-19", 0, 50),
        ("~d 1d", 2, 5),  # today's counts stand at noon
        ("~s bob", 3, 0),  # of a message that was only counted no sender is known
        ("~t urgency", 2, 0),
        ("!~t urgency", 2, 0),
        ("~f right", 1, 0),
        ("~k verdict", 4, 0),
        ("~k counts", 0, 55),
        ("pay", 4, 0),
        ("~n 1..2", 2, 0),
    ],
)
def test_a_filter_holds_for_counted_messages_too(text: str, verdicts: int, counts: int) -> None:
    found = counted(text)
    assert (found.verdicts, found.counted) == (verdicts, counts)


def test_precision_is_of_the_last_words_alone_by_policy_and_tactic() -> None:
    found = counted()
    assert found.precision == Precision(right=1, wrong=1, unsure=1)
    assert found.precision.share == 0.5
    assert {group.name: group.precision for group in found.tactics} == {
        "urgency": Precision(1, 1),
        "secrecy": Precision(1, 0),
        "dependence": Precision(0, 0, 1),
    }
    assert {group.name: group.precision.share for group in found.policies} == {
        "pay": 1.0,
        "secret": 1.0,
        "pressure-to-pay": 0.0,
        "clingy": None,
    }


@given(st.integers(0, 200), st.integers(0, 200))
def test_an_interval_holds_the_share_and_narrows_with_what_was_said(right: int, wrong: int) -> None:
    few, many = Precision(right, wrong), Precision(10 * right, 10 * wrong)
    low, high = few.interval
    assert (low, high) == rate_interval(right, right + wrong)
    if few.share is None:
        assert (low, high, few.words()) == (0.0, 1.0, "-")
    else:
        assert low <= few.share <= high
        assert many.interval[1] - many.interval[0] <= high - low + 1e-9


def test_the_most_frequent_ten_senders_are_shown() -> None:
    entries = [verdict_entry(seq, sender=f"s{seq % 15}@x.example") for seq in range(15 * 4 + 5)]
    found = counted("", entries)
    assert len(found.senders) == MOST_SENDERS
    assert [group.name for group in found.senders[:6]] == [f"s{n}@x.example" for n in (0, 1, 2, 3, 4, 10)]


@pytest.mark.parametrize("odd", ["x", {"incoming": 3}, {"incoming": {"clean": -5}}, {"incoming": {"purple": 5}}, None])
def test_a_count_of_another_shape_is_passed_over(odd: object) -> None:
    assert counted("", [counts_entry(1, "2026-11-19", odd), counts_entry(2, "someday", {})]).counted == 5


def test_a_clock_that_was_wrong_once_does_not_fill_the_weeks() -> None:
    entries = [verdict_entry(1, at_ms=0), verdict_entry(2), verdict_entry(3, at_ms=10**17)]
    found = counted("", entries)
    assert found.verdicts == 3
    assert len(found.mondays) == MOST_WEEKS
    assert found.mondays[-1] == date(2026, 11, 16)


def test_nothing_adds_up_to_nothing() -> None:
    found = gather(ListedEntries([]), parse_filter("", NOW), {}, UTC)
    assert (found.verdicts, found.mondays, found.outcomes) == (0, (), ())
    assert statistics_lines(found) == ["0 messages recorded one by one"]


@given(st.lists(st.sampled_from(list(Outcome)), max_size=12))
def test_outcomes_add_up(outcomes: list[Outcome]) -> None:
    entries = [verdict_entry(seq, outcome=outcome) for seq, outcome in enumerate(outcomes)]
    found = gather(ListedEntries(entries), parse_filter("", NOW), {}, UTC)
    assert totals(found.outcomes) == Counter(outcome.value for outcome in outcomes)
    assert sum(sum(week.values()) for week in found.by_week) == len(outcomes)


def test_the_lines_say_it_in_words_and_the_json_in_numbers() -> None:
    lines = statistics_lines(counted())
    text = "\n".join(lines)
    assert lines[0].startswith("4 messages recorded one by one, 55 only counted, 1 forgotten, 1 unreadable")
    assert lines[0].endswith("; 4 weeks from 2026-10-26")
    assert "Hurries you" in text
    assert "1 of 2 (3% to 97%)" in text
    assert "you said right: 1 of 2 (3% to 97%) (90% interval); unsure: 1" in text
    row = json.loads(json.dumps(counted().to_json()))
    assert row["weeks"] == ["2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16"]
    assert row["tactics"][0]["name"] == "urgency"
    assert row["tactics"][0]["weeks"] == [1, 0, 1, 0]
    assert row["tactics"][0]["feedback"]["share"] == 0.5


def test_a_sender_cannot_attack_the_terminal() -> None:
    lines = statistics_lines(counted("", [verdict_entry(1, sender=TERMINAL_ATTACK)]))
    assert not DANGEROUS & set("\n".join(lines))


# --- sparklines ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "line"),
    [([], ""), ([0, 0], "··"), ([1], "█"), ([0, 1, 8], "·▁█"), ([1, 2, 3, 4, 5, 6, 7, 8], BLOCKS), ([1, 10**9], "▁█")],
)
def test_a_sparkline_has_one_character_a_number(values: list[int], line: str) -> None:
    assert sparkline(values) == line


@given(st.lists(st.integers(0, 10**12), max_size=60), st.sampled_from([BLOCKS, PLAIN]))
def test_more_is_never_lower_and_little_is_not_nothing(values: list[int], steps: str) -> None:
    line = sparkline(values, steps)
    assert len(line) == len(values)
    order = f"{sparkline([0], steps)}{steps}"
    for one, other in zip(zip(values, line, strict=True), list(zip(values, line, strict=True))[1:], strict=False):
        if one[0] <= other[0]:
            assert order.index(one[1]) <= order.index(other[1])
    assert all((value == 0) == (char == order[0]) for value, char in zip(values, line, strict=True))


@pytest.mark.parametrize(
    ("encoding", "steps"), [("utf-8", BLOCKS), ("ascii", PLAIN), ("latin-1", PLAIN), (None, PLAIN), ("no-such", PLAIN)]
)
def test_a_stream_without_block_characters_gets_plain_ones(encoding: str | None, steps: str) -> None:
    assert steps_for(encoding) == steps
