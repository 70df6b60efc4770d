"""Promises of what is counted over the product's answers: alarms, outcomes, languages, evidence, calibration."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_rig import answer, row, sentence

from guardian.report import answered
from guardian.report.pointing import evidence, overlaps
from guardian.report.reliability import reliability
from guardian.verdict import Outcome


def test_false_alarms_are_counted_by_what_the_ordinary_row_is() -> None:
    pairs = [
        (row("1", False, kind="bank notice", language="en"), answer(0.9, Outcome.FLAGGED)),
        (row("2", False, kind="bank notice", language="de"), answer(0.1)),
        (row("3", False, twin="t"), answer(0.5, Outcome.NOTICE)),
        (row("4", False), answer(0.0, Outcome.UNSURE)),
        (row("5", True, kind="bank notice"), answer(0.9, Outcome.FLAGGED)),
    ]
    alarms = answered.false_alarms(pairs)
    flagged, notice = alarms["flagged"], alarms["notice"]
    assert (flagged["all"]["hits"], flagged["all"]["total"]) == (1, 4)
    assert {name: share["total"] for name, share in flagged["kinds"].items()} == {
        "bank notice": 2,
        "harmless twin": 1,
        "other": 1,
    }
    assert flagged["languages"]["en"]["share"] == 1.0
    assert notice["kinds"]["harmless twin"]["hits"] == 1
    assert answered.found(pairs)["flagged"]["hits"] == 1


def test_every_outcome_is_named_for_every_channel() -> None:
    pairs = [(row("1", True), answer(0.9, Outcome.FLAGGED)), (row("2", True), answer(0.0, Outcome.UNSCREENED))]
    assert answered.outcomes(pairs) == {
        "incoming": {"violating": {"clean": 0, "notice": 0, "flagged": 1, "unsure": 0, "unscreened": 1}}
    }


def test_a_language_says_how_much_of_it_was_not_judged() -> None:
    pairs = [
        (row("1", True, language="de"), answer(0.9, Outcome.UNSURE)),
        (row("2", False, language="de"), answer(0.1, Outcome.CLEAN)),
        (row("3", False), answer(0.1)),
    ]
    found = answered.languages(pairs)
    assert list(found) == ["de"]
    assert found["de"]["not_judged"]["share"] == 0.5
    assert found["de"]["auc"]["auc"] == 1.0


def test_the_worst_errors_come_first_and_bring_no_text() -> None:
    pairs = [(row(str(number), number % 2 == 0, text=f"secret {number}"), answer(number / 10)) for number in range(6)]
    errors = answered.worst_errors(pairs)
    assert [each["id"] for each in errors["alarms"]] == ["5", "3", "1"]
    assert [each["id"] for each in errors["misses"]] == ["0", "2", "4"]
    assert "secret" not in str(errors)


# "Hi there. Pay now." with "Pay now" marked: bytes 10 to 17 of the text.
TEXT, MARKED = "Hi there. Pay now.", ("Pay now",)


@pytest.mark.parametrize(
    ("quote", "outcome", "hits", "total"),
    [
        ((10, 18), Outcome.FLAGGED, 1, 1),
        ((0, 9), Outcome.FLAGGED, 0, 1),
        ((0, 11), Outcome.FLAGGED, 1, 1),
        (None, Outcome.FLAGGED, 0, 1),  # flagged without a quote is a miss
        ((10, 18), Outcome.NOTICE, 0, 0),
    ],
)
def test_a_flagged_rows_quote_must_touch_the_marked_words(
    quote: tuple[int, int] | None, outcome: Outcome, hits: int, total: int
) -> None:
    found = evidence([row("1", True, text=TEXT, evidence=MARKED)], [answer(0.9, outcome, quote=quote)])
    assert (found["flagged"]["hits"], found["flagged"]["total"]) == (hits, total)


def test_the_best_sentence_is_compared_with_chance() -> None:
    two = (sentence(0, 9, 0.2), sentence(10, 18, 0.7))
    wrong = (sentence(0, 9, 0.8), sentence(10, 18, 0.7))
    rows = [row(id, True, text=TEXT, evidence=MARKED) for id in "abc"] + [row("d", True, text=TEXT)]
    answers = [answer(0, sentences=two), answer(0, sentences=wrong), answer(0, sentences=two[1:]), answer(0)]
    found = evidence(rows, answers)
    assert (found["all_rows"]["hits"], found["all_rows"]["total"]) == (1, 2)  # one sentence alone shows nothing
    assert found["chance"] == 0.5


def test_ranges_that_only_touch_do_not_overlap() -> None:
    assert not overlaps((0, 5), [(5, 9)])
    assert overlaps((0, 6), [(5, 9)])


# By hand: two rows at 0.9 of which one violates (off by 0.4), two at 0.1 of which none does (off by 0.1).
def test_the_calibration_error_by_hand() -> None:
    found = reliability(np.array([0.9, 0.9, 0.1, 0.1]), np.array([True, False, False, False]))
    assert found["error"] == pytest.approx(0.25)
    assert [(part["from"], part["violating"]["total"]) for part in found["bins"]] == [(0.1, 2), (0.9, 2)]


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=80))
def test_every_row_stands_in_one_bin_and_the_error_is_a_share(known: list[tuple[float, bool]]) -> None:
    risks, violating = (np.array(column) for column in zip(*known, strict=True))
    found = reliability(risks, violating)
    assert sum(part["violating"]["total"] for part in found["bins"]) == len(known)
    assert 0 <= found["error"] <= 1
    for part in found["bins"]:
        assert part["from"] - 1e-9 <= part["mean_risk"] <= part["to"] + 1e-9


def test_latency_is_of_all_messages() -> None:
    times = answered.latency([answer(0, elapsed_ms=each) for each in (1.0, 2.0, 90.0)])
    assert (times["median_ms"], times["messages"]) == (2.0, 3)
    assert 2 < times["p95_ms"] <= 90
