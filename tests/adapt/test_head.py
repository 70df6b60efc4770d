"""What a personal head can do at most, whatever the numbers in it say."""

from __future__ import annotations

import numpy as np
import pytest
from adapt_rig import check_rows, manifest, scaled_rows, window_margins
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from guardian.adapt.head import (
    MOST_LOWERED,
    MOST_OF_ONE,
    MOST_RAISED,
    NOTHING,
    WIDTH_OF_MEANING,
    WIDTH_OF_SCORES,
    Anchors,
    PersonalHead,
    reach_of_meaning,
)
from guardian.inference.base import Encoding, Floats
from guardian.inference.strata import STRATA

SIZE, OUTPUTS = 16, 5
_ROUNDING = 1e-5


def units(count: int, seed: int) -> Floats:
    rows = np.random.default_rng(seed).normal(size=(count, SIZE))
    found: Floats = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return found


def a_head(weights: list[float], groups: list[int], seed: int = 1) -> PersonalHead:
    """Labels that all stand on one spot, where they say most."""
    spot = np.repeat(units(1, seed), len(weights), axis=0)
    anchors = Anchors(spot, np.zeros((len(weights), OUTPUTS), dtype=np.float32), np.array(groups, dtype=np.int32))
    return PersonalHead(1, anchors, np.array(weights, dtype=np.float32))


def shift_at_the_spot(head: PersonalHead) -> float:
    return float(head.shifts(head.anchors.embeddings[:1], head.anchors.scores[:1])[0])


@hypothesis_settings(max_examples=200, deadline=None)
@given(
    labels=st.lists(st.tuples(st.floats(-1e6, 1e6, width=32), st.integers(0, 5)), min_size=1, max_size=40),
    seed=st.integers(0, 1000),
)
def test_no_weights_move_a_window_beyond_the_bounds(labels: list[tuple[float, int]], seed: int) -> None:
    weights, groups = zip(*labels, strict=True)
    head = a_head(list(weights), list(groups), seed)
    probes = np.concatenate([head.anchors.embeddings, units(50, seed + 1)])
    shifts = head.shifts(probes, np.zeros((len(probes), OUTPUTS), dtype=np.float32))
    senders = len(set(groups))
    assert (shifts >= -min(MOST_LOWERED, senders * MOST_OF_ONE) - _ROUNDING).all()
    assert (shifts <= min(MOST_RAISED, senders * MOST_OF_ONE) + _ROUNDING).all()


@pytest.mark.parametrize("labels", [1, 2, 10, 500])
def test_one_sender_moves_a_window_by_one_logit_however_many_of_its_messages_are_labelled(labels: int) -> None:
    assert shift_at_the_spot(a_head([-3.0] * labels, [0] * labels)) == pytest.approx(-MOST_OF_ONE)


def test_two_senders_move_it_further_and_a_hundred_no_further_than_the_bound() -> None:
    assert shift_at_the_spot(a_head([-3.0] * 2, [0, 1])) == pytest.approx(-2 * MOST_OF_ONE)
    assert shift_at_the_spot(a_head([-3.0] * 100, list(range(100)))) == pytest.approx(-MOST_LOWERED)


def test_labels_that_disagree_cancel_each_other() -> None:
    assert shift_at_the_spot(a_head([-0.8, 0.8], [0, 1])) == pytest.approx(0.0)


@pytest.mark.parametrize("cosine", [0.99, 0.8, 0.6, 0.5, 0.3, 0.0, -1.0])
def test_what_is_less_alike_than_the_reach_is_not_moved_at_all(cosine: float) -> None:
    first = np.zeros((1, SIZE), dtype=np.float32)
    first[0, 0] = 1.0
    other = np.zeros((1, SIZE), dtype=np.float32)
    other[0, :2] = cosine, np.sqrt(1 - cosine**2)
    nothing = np.zeros((1, OUTPUTS), dtype=np.float32)
    head = PersonalHead(1, Anchors(first, nothing, np.zeros(1, dtype=np.int32)), np.array([-1e6], dtype=np.float32))
    is_moved = bool(head.shifts(other, nothing).any())
    assert is_moved is (cosine > reach_of_meaning())


def test_what_the_model_says_quite_something_else_of_is_not_moved_however_alike_it_is() -> None:
    head = a_head([-1e6], [0])
    away = np.sqrt(2 * np.log(1 / NOTHING)) * WIDTH_OF_SCORES
    scores = np.zeros((1, OUTPUTS), dtype=np.float32)
    scores[0, 0] = away + 0.01
    assert not head.shifts(head.anchors.embeddings, scores).any()


def test_the_reach_is_the_one_that_the_guide_names() -> None:
    assert (WIDTH_OF_MEANING, round(reach_of_meaning(), 2)) == (0.45, 0.53)


def test_a_head_without_labels_and_a_message_without_windows_move_nothing() -> None:
    none = Anchors(
        np.zeros((0, SIZE), dtype=np.float32), np.zeros((0, OUTPUTS), dtype=np.float32), np.zeros(0, dtype=np.int32)
    )
    scores = np.zeros((3, OUTPUTS), dtype=np.float32)
    assert not PersonalHead(1, none, np.zeros(0, dtype=np.float32)).shifts(units(3, 1), scores).any()
    assert a_head([-1.0], [0]).shifts(units(1, 1)[:0], np.zeros((0, OUTPUTS), dtype=np.float32)).shape == (0,)


# --- on the shipped model's numbers -------------------------------------------------------------------------------


def an_encoding(rows: list[int]) -> Encoding:
    nothing = np.zeros(len(rows), dtype=np.int32)
    return Encoding(check_rows().logits[rows], check_rows().embeddings[rows], nothing, nothing, 0.0)


def a_head_at(row: int, weight: float) -> PersonalHead:
    anchors = Anchors(check_rows().embeddings[row : row + 1], scaled_rows()[row : row + 1], np.zeros(1, dtype=np.int32))
    return PersonalHead(1, anchors, np.array([weight], dtype=np.float32))


@pytest.mark.parametrize("stratum", STRATA, ids=lambda stratum: f"{stratum.channel.value}-{stratum.length.name}")
def test_every_score_of_a_window_moves_by_the_same_number_of_logits_in_every_stratum(stratum: object) -> None:
    head, encoding = a_head_at(0, -0.75), an_encoding([0])
    before, after = (
        np.log(scores / (1 - scores))
        for scores in (
            manifest().window_scores(logits, stratum).astype(np.float64)  # type: ignore[arg-type]
            for logits in (encoding.logits, head.adapted(encoding, manifest()))
        )
    )
    assert after - before == pytest.approx(np.full(after.shape, -0.75), abs=2e-3)


def test_where_nothing_is_near_the_logits_are_the_very_same() -> None:
    row = int(window_margins().argmax())
    other = int((check_rows().embeddings @ check_rows().embeddings[row]).argmin())
    encoding = an_encoding([other])
    assert a_head_at(row, -5.0).adapted(encoding, manifest()) is encoding.logits


def test_a_harmless_passage_excuses_no_other_window_of_its_message() -> None:
    worst = int(window_margins().argmax())
    harmless = int((check_rows().embeddings @ check_rows().embeddings[worst]).argmin())
    head, both = a_head_at(harmless, -5.0), an_encoding([harmless, worst])
    moved = head.adapted(both, manifest())
    assert (moved[0] < both.logits[0]).all()
    assert np.array_equal(moved[1], both.logits[1])
