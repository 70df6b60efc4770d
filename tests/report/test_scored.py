"""Promises of recall and twins: hand-computed tables, and properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_rig import row

from guardian.report.rows import LabelledRow
from guardian.report.scored import length_of, measure_scores, position_of, twins


def ordinary(count: int) -> list[LabelledRow]:
    return [row(f"o{number}", False) for number in range(count)]


# 300 ordinary rows with scores 0.000 ... 0.299: at 1 % the limit is 0.296, at 0.2 % there are too few rows.
# Violating: people 0.9 (found), 0.2 (missed); scams 0.5 (found); one without a family 0.1 (missed).
def test_recall_by_hand() -> None:
    rows = [
        *ordinary(300),
        row("a", True, family="people", source="x"),
        row("b", True, family="people", source="y"),
        row("c", True, family="scams", source="y"),
        row("d", True, source="y"),
    ]
    scores = np.array([*np.arange(300) / 1000, 0.9, 0.2, 0.5, 0.1])
    recall = measure_scores(rows, scores)["recall"]
    part = recall["1 %"]
    assert (part["all"]["hits"], part["all"]["total"]) == (2, 4)
    assert {name: share["share"] for name, share in part["families"].items()} == {"people": 0.5, "scams": 1.0}
    assert part["mean_over_families"]["share"] == 0.75
    assert part["without_family"] == 1
    assert part["sources"]["y"]["hits"] == 1
    assert (part["alarms"]["hits"], part["alarms"]["total"]) == (3, 300)
    assert recall["0.2 %"] == {"stated": False, "ordinary": 300, "ordinary_needed": 500}


def test_scores_that_are_all_one_find_nothing_at_any_rate() -> None:
    rows = [*ordinary(600), row("a", True, family="people")]
    measured = measure_scores(rows, np.ones(601))
    assert [part["all"]["hits"] for part in measured["recall"].values()] == [0, 0]
    assert measured["auc"]["all"]["auc"] == 0.5


def test_one_class_alone_gives_no_number() -> None:
    only_violating = measure_scores([row("a", True)], np.array([0.5]))
    assert only_violating["recall"]["1 %"]["stated"] is False
    assert only_violating["auc"]["all"] is None
    only_ordinary = measure_scores(ordinary(600), np.zeros(600))
    assert only_ordinary["recall"]["1 %"]["all"]["share"] is None
    assert only_ordinary["recall"]["1 %"]["mean_over_families"] is None


# Three pairs: won, lost, tied (a tie is a miss). One row has no partner, and two violating rows are no pair.
def test_twins_by_hand() -> None:
    rows = [
        row("1", True, twin="a", tactics=("guilt", "fear"), voice="v"), row("2", False, twin="a"),
        row("3", False, twin="b"), row("4", True, twin="b", tactics=("guilt",), voice="v"),
        row("5", True, twin="c", tactics=("fear",), voice="w"), row("6", False, twin="c"),
        row("7", True, twin="d"),
        row("8", True, twin="e"), row("9", True, twin="e"),
        row("10", False, twin="a", source="other"),
    ]  # fmt: skip
    found = twins(rows, np.array([0.9, 0.1, 0.8, 0.2, 0.5, 0.5, 1, 1, 1, 1]))
    assert (found["all"]["hits"], found["all"]["total"]) == (1, 3)
    assert {name: (share["hits"], share["total"]) for name, share in found["tactics"].items()} == {
        "fear": (1, 2),
        "guilt": (1, 2),
    }
    assert found["voices"]["w"]["hits"] == 0
    assert found["rows_without_partner"] == 4


@settings(max_examples=40)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 10)), max_size=60))
def test_recall_never_falls_with_the_rate(known: list[tuple[bool, int]]) -> None:
    rows = [row(str(number), violating) for number, (violating, _) in enumerate(known)] + ordinary(500)
    scores = np.array([tick / 10 for _, tick in known] + [tick % 11 / 10 for tick in range(500)])
    recall = measure_scores(rows, scores)["recall"]
    assert recall["0.2 %"]["all"]["hits"] <= recall["1 %"]["all"]["hits"]


@pytest.mark.parametrize(
    ("size", "name"), [(159, "under 160 B"), (160, "160 to 499 B"), (999, "500 to 999 B"), (4000, "4000 B and more")]
)
def test_lengths_are_counted_in_bytes(size: int, name: str) -> None:
    assert length_of(row("a", True, text="ä" * (size // 2) + "x" * (size % 2))) == name


@pytest.mark.parametrize(
    ("text", "place"),
    [("NOW........", "first third"), ("....NOW....", "middle third"), (".........NOW", "last third"), ("..", "")],
)
def test_the_place_is_that_of_the_first_marked_span(text: str, place: str) -> None:
    assert position_of(row("a", True, text=text, evidence=("NOW",) if "NOW" in text else ())) == place


def test_a_score_for_every_row() -> None:
    with pytest.raises(ValueError, match="2 scores for 1 rows"):
        measure_scores(ordinary(1), np.zeros(2))
