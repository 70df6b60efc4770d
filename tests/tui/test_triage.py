"""Order, filter and groups of the Inbox's list, without an app."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guardian import gate
from guardian.alerts.alert import Alert, alert_of_screened
from guardian.alerts.grouping import Grouping, group
from guardian.gate import Screened
from guardian.message import Message
from guardian.verdict import Action, Coverage, Outcome, Verdict
from tui.book import AlertBook
from tui.rows import AlertRows, GroupRows, Row
from tui.sorted_alerts import SortedAlerts, newest_first
from tui.triage import GROUPS, Lines, Order, Triage
from tui.widgets.alert_line import Columns, when_words


def a_verdict(outcome: Outcome) -> Verdict:
    return Verdict(
        id="",
        channel="incoming",
        outcome=outcome,
        action=Action.NONE,
        risk=0.0,
        scores={},
        policies=(),
        findings=(),
        vetoes=(),
        coverage=Coverage(0, 0),
        model_name="m",
        model_sha256="0",
        policy_set="sha256:0",
        wall="netns",
        elapsed_ms=0.0,
    )


def a_screened(outcome: Outcome, name: str = "", sender: str | None = None) -> Screened:
    """Made with the gate's own seal: what only a test may do."""
    return Screened(gate._SEAL, Message(b"", id=name, sender=sender), a_verdict(outcome))


def an_alert(key: int, at_ms: int = 0, outcome: Outcome = Outcome.FLAGGED, sender: str = "") -> Alert:
    return alert_of_screened(a_screened(outcome, f"text-{key}", sender or None), key, at_ms)


KEYS_AND_TIMES = st.lists(
    st.tuples(st.integers(-50, 200), st.integers(0, 20), st.sampled_from(list(Outcome))),
    unique_by=lambda each: each[0],
    max_size=20,
)
BATCHES = st.lists(KEYS_AND_TIMES, max_size=4)
ON_BUSY_CORES = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def keys(alerts: object) -> list[int]:
    return [alert.key for alert in alerts]  # type: ignore[attr-defined]


@ON_BUSY_CORES
@given(BATCHES)
def test_the_newest_stand_first_in_whatever_batches_they_arrive(batches: list[list[tuple[int, int, Outcome]]]) -> None:
    book, known = AlertBook(), {}
    for batch in batches:
        alerts = [an_alert(*each) for each in batch]
        book.add(alerts)
        known.update({alert.key: alert for alert in alerts})
    assert keys(book.everything()) == keys(sorted(known.values(), key=newest_first))
    assert len(book) == len(known)
    for at, alert in enumerate(book.everything()):
        assert book.everything().index_of(alert) == at


@ON_BUSY_CORES
@given(BATCHES, st.sets(st.integers(-50, 200)))
def test_what_is_dropped_goes_and_the_rest_stays_in_order(
    batches: list[list[tuple[int, int, Outcome]]], gone: set[int]
) -> None:
    alerts = SortedAlerts(newest_first)
    known = {key: an_alert(key, at, outcome) for batch in batches for key, at, outcome in batch}
    alerts.put(known.values())
    alerts.drop(known[key] for key in gone if key in known)
    left = [alert for alert in known.values() if alert.key not in gone]
    assert keys(alerts) == keys(sorted(left, key=newest_first))


@ON_BUSY_CORES
@given(BATCHES, st.sets(st.integers(-50, 200)), st.sampled_from(list(Order)))
def test_filter_and_order_hold_for_what_comes_later_as_for_what_was_there(
    batches: list[list[tuple[int, int, Outcome]]], hits: set[int], order: Order
) -> None:
    book = AlertBook()
    triage = Triage(book)
    triage.sort(order)
    triage.show_only(hits)
    for batch in batches:
        changed = book.add(an_alert(*each) for each in batch)
        triage.take(keys(changed))
    shown = list(triage.shown())
    assert set(keys(shown)) == hits & set(keys(book.everything()))
    if order is Order.WORST:
        places = [(GROUPS.index(alert.outcome), -alert.at_ms) for alert in shown]
        assert places == sorted(places)
    else:
        assert shown == sorted(shown, key=newest_first)
    triage.show_all()
    triage.sort(Order.NEWEST)
    assert keys(triage.shown()) == keys(book.everything())


def test_a_word_of_the_owners_changes_an_alert_where_it_stands() -> None:
    book = AlertBook()
    book.add([an_alert(key, at_ms=key) for key in range(5)])
    book.add([replace(an_alert(2, at_ms=2), reason="another")])
    assert keys(book.everything()) == [4, 3, 2, 1, 0]
    assert book.everything()[2].reason == "another"


def test_what_is_judged_anew_and_fails_the_filter_leaves_the_list() -> None:
    book = AlertBook()
    triage = Triage(book)
    book.add([an_alert(key, at_ms=key) for key in range(4)])
    triage.show_only([1, 2, 3])
    triage.let_through(keys=[2], judged=[2, 3])
    assert keys(triage.shown()) == [2, 1]


def test_what_was_forgotten_is_gone_from_the_list_too() -> None:
    book = AlertBook()
    triage = Triage(book)
    triage.sort(Order.WORST)
    book.add([an_alert(key, at_ms=key) for key in range(10)])
    triage.take(range(10))
    triage.take(book.forget([(2, 4), (8, 8)]))
    assert keys(triage.shown()) == [9, 7, 6, 5, 1, 0]


def test_every_outcome_has_its_place_and_what_was_not_judged_stands_above_clean() -> None:
    assert set(GROUPS) == set(Outcome)
    assert GROUPS.index(Outcome.UNSCREENED) < GROUPS.index(Outcome.CLEAN)
    assert GROUPS.index(Outcome.UNSURE) < GROUPS.index(Outcome.CLEAN)


def test_a_group_is_one_row_until_it_is_unfolded_and_an_alert_alone_is_its_own() -> None:
    alerts = [an_alert(1, 1, sender="a@x"), an_alert(2, 2, sender="b@x"), an_alert(3, 3, sender="a@x")]
    groups = group(alerts, Grouping.CONVERSATION)
    folded = GroupRows(groups, set())
    assert [(row.key[0], row.alert.key) for row in map(folded.__getitem__, range(len(folded)))] == [
        ("group", 3),
        ("alert", 2),
    ]
    unfolded = GroupRows(groups, {groups[0].key})
    rows = [unfolded[index] for index in range(len(unfolded))]
    assert [(row.key[0], row.alert.key) for row in rows] == [("group", 3), ("alert", 3), ("alert", 1), ("alert", 2)]
    assert [unfolded.find(row) for row in rows] == [0, 1, 2, 3]
    assert folded.find(rows[2]) == 0  # the head of the group that it is folded into
    assert folded.find(Row(an_alert(9))) is None


def test_rows_are_found_by_what_they_stand_for() -> None:
    alerts = SortedAlerts(newest_first, [an_alert(key, at_ms=key) for key in range(100)])
    assert AlertRows(alerts).find(Row(an_alert(40, at_ms=40))) == 59
    assert AlertRows(alerts).find(Row(an_alert(400, at_ms=400))) is None


def test_lines_go_round() -> None:
    assert Lines.SINGLE.next.next.next is Lines.SINGLE


@pytest.mark.parametrize(
    ("at", "columns", "words"),
    [
        ("2026-11-21T17:45", 6, "17:45"),  # today
        ("2026-11-21T00:00", 6, "00:00"),
        ("2026-11-20T23:59", 6, "Fri"),
        ("2026-11-15T12:00", 6, "Sun"),
        ("2026-11-14T12:00", 6, "14 Nov"),  # a week ago: another Saturday
        ("2026-01-01T12:00", 6, "1 Jan"),
        ("2025-11-12T12:00", 10, "2025-11-12"),
        ("2025-11-12T12:00", 6, "2025"),
        ("2026-11-22T12:00", 6, "22 Nov"),  # a clock that was wrong
    ],
)
def test_when_is_said_as_shortly_as_it_can_be(at: str, columns: int, words: str) -> None:
    at_ms = int(datetime.fromisoformat(at).timestamp() * 1000)
    assert when_words(at_ms, datetime(2026, 11, 21, 18, 0), columns) == words


def test_a_time_that_no_calendar_has_is_no_crash() -> None:
    assert when_words(10**18, datetime(2026, 11, 21), 6) == "?"


@given(st.integers(1, 400))
def test_the_columns_fill_the_line(total: int) -> None:
    columns = Columns.of(total)
    widths = [1, 12, columns.when, columns.name, columns.reason, columns.word]
    used = sum(width + 1 for width in widths if width) - 1
    assert used == total or total < 24


@pytest.mark.parametrize(
    ("total", "has"),
    [
        (200, {"when", "name", "reason", "word"}),
        (59, {"when", "name", "reason", "word"}),
        (38, {"when", "name", "word"}),
    ],
)
def test_columns_give_way(total: int, has: set[str]) -> None:
    columns = Columns.of(total)
    assert {name for name in ("when", "name", "reason", "word") if getattr(columns, name)} == has
