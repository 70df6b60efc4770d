"""Labels: which words are asked for, what their probabilities say, and when an answer is sure."""

from __future__ import annotations

import math
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.inference.generative import GenerationFailure, Scored
from guardian.judge.base import Label
from guardian.judge.labels import (
    NEAR_TIE_NATS,
    ORDERS,
    SURE_MASS,
    SURE_NATS,
    LabelSet,
    Reading,
    choose_labels,
    combine,
    read,
)
from guardian.judge.prompt_frames import FRAMES, LabelWords
from guardian.judge.tallies import LEAST_MASS

OWN = FRAMES["chatml"].labels
SMALL = LabelSet(("yes", "Yes"), ("no",), ("unsure",))
logs = st.floats(-30, 0)
likely_yes = st.tuples(st.floats(-0.6, 0), logs, logs)
"""Without these, hardly any list of readings would come to a sure answer."""


def counted(*single: str) -> object:
    """A vocabulary in which these are single tokens, and all else is two."""
    return lambda text: 1 if text in single else 2


def scored(*logits: float) -> Scored:
    return Scored(logits, entropy=0.1, tokens=10, reused_tokens=5, elapsed_ms=1.0)


@pytest.mark.parametrize(
    ("words", "single", "wanted"),
    [
        # The tiny models of the tests: every word is one token.
        (OWN, ("yes", "no", "unsure"), LabelSet(("yes",), ("no",), ("unsure",))),
        # Llama 3 and Qwen: "unsure" is two tokens, but one behind a space, which is not where an answer stands.
        (OWN, ("yes", "Yes", " yes", "no", " unsure", "maybe"), LabelSet(("yes", "Yes", " yes"), ("no",), ("maybe",))),
        # ShieldGemma: its words in its own spelling come first.
        (FRAMES["shieldgemma"].labels, ("yes", "Yes", "No"), LabelSet(("Yes", "yes"), ("No",), ())),
        # Qwen3Guard: behind "Safety:" the words stand with their space, and the third is known by its first token.
        (
            FRAMES["qwen3guard"].labels,
            (" Unsafe", " Safe", " Con", "Unsafe"),
            LabelSet((" Unsafe",), (" Safe",), (" Con",)),
        ),
        # No word for "can't tell" at all.
        (OWN, ("yes", "no"), LabelSet(("yes",), ("no",), ())),
    ],
)
def test_labels_are_single_tokens_of_the_vocabulary(
    words: LabelWords, single: tuple[str, ...], wanted: LabelSet
) -> None:
    assert choose_labels(words, counted(*single)) == wanted  # type: ignore[arg-type]


@pytest.mark.parametrize("single", [(), ("yes",), ("no", "unsure"), (" yes", " no")])
def test_without_a_token_for_yes_or_no_there_is_no_judging(single: tuple[str, ...]) -> None:
    failure = choose_labels(OWN, counted(*single))  # type: ignore[arg-type]
    assert isinstance(failure, GenerationFailure)
    assert failure.code == "bad-label"


def test_a_model_that_is_down_is_no_model_without_labels() -> None:
    down = GenerationFailure("model-down", "it is down")
    assert choose_labels(OWN, lambda _: down) is down


def test_the_spellings_of_a_label_count_together() -> None:
    reading = read(scored(math.log(0.3), math.log(0.25), math.log(0.4), math.log(0.05)), SMALL)
    assert isinstance(reading, Reading)
    assert reading.likeliest is Label.YES
    assert reading.yes == pytest.approx(math.log(0.55))
    assert reading.mass == pytest.approx(1.0)


@given(logs, logs, logs)
def test_the_likelier_label_wins(yes: float, no: float, unsure: float) -> None:
    answer = combine([Reading(yes, no, unsure)])
    best = {Label.YES: yes, Label.NO: no, Label.UNSURE: unsure}[answer.label]
    assert best == max(yes, no, unsure)
    assert answer.margin >= 0
    assert 0 <= answer.entropy <= math.log(3) + 1e-9


def test_of_two_that_are_alike_the_more_careful_one_counts() -> None:
    assert Reading(-1, -1, -5).likeliest is Label.YES
    assert Reading(-5, -1, -1).likeliest is Label.UNSURE


@pytest.mark.parametrize("bad", [math.nan, math.inf, 5.0])
@pytest.mark.parametrize("place", range(4))
def test_numbers_that_are_no_probabilities_are_no_answer(bad: float, place: int) -> None:
    logits = [-1.0] * 4
    logits[place] = bad
    failure = read(scored(*logits), SMALL)
    assert isinstance(failure, GenerationFailure)
    assert failure.code == "bad-numbers"


def test_a_label_without_any_probability_is_a_number_still() -> None:
    reading = read(scored(-0.1, -2.5, -math.inf, -math.inf), SMALL)
    assert isinstance(reading, Reading)
    assert reading.likeliest is Label.YES
    assert math.isfinite(reading.margin)
    assert reading.entropy == 0.0


def test_too_few_numbers_are_no_answer() -> None:
    assert isinstance(read(scored(-1.0), SMALL), GenerationFailure)


def test_each_label_stands_once_in_each_place() -> None:
    for place in range(3):
        assert {order[place] for order in ORDERS} == set(Label)
    assert LabelSet(("yes",), ("no",), ()).orders == ((Label.YES, Label.NO), (Label.NO, Label.YES))
    assert len(SMALL.orders) == 3


@given(st.permutations([-0.5, -1.5, -4.0]), st.tuples(logs, logs, logs))
def test_a_pull_to_a_place_cancels_out(true: list[float], pull: tuple[float, float, float]) -> None:
    """A model that likes what is named first (or last) says the same as one that does not, once asked in all orders."""
    own = dict(zip((Label.YES, Label.NO, Label.UNSURE), true, strict=True))
    readings = []
    for order in ORDERS:
        seen = {label: own[label] + pull[place] for place, label in enumerate(order)}
        readings.append(Reading(seen[Label.YES], seen[Label.NO], seen[Label.UNSURE]))
    fair = combine([Reading(own[Label.YES], own[Label.NO], own[Label.UNSURE])])
    assert combine(readings).label is fair.label
    assert combine(readings).margin == pytest.approx(fair.margin)


def test_flips_are_counted_against_the_first_order() -> None:
    yes, no = Reading(-0.5, -1.5, -9), Reading(-1.5, -0.5, -9)
    assert [combine(list(order)).order_flips for order in permutations((yes, yes, no))].count(1) == 4
    assert combine([no, yes, yes]).order_flips == 2
    assert not combine([yes, yes, no]).is_sure


@given(st.lists(likely_yes | st.tuples(logs, logs, logs), min_size=1, max_size=3))
def test_sure_is_never_said_of_a_small_margin_a_flip_or_a_model_about_to_say_something_else(
    rows: list[tuple[float, float, float]],
) -> None:
    readings = [Reading(*row) for row in rows]
    answer = combine(readings)
    if not answer.is_sure:
        return
    assert answer.margin >= SURE_NATS
    assert all(reading.mass >= SURE_MASS for reading in readings)
    assert len({reading.likeliest for reading in readings}) == 1


def test_what_the_model_says_of_itself_is_noted_and_does_not_count() -> None:
    """Nearly all of what the labels have between them, but that is a thousandth of what it would rather say."""
    answer = combine([Reading(math.log(0.001), math.log(0.00001), math.log(0.00001))])
    assert answer.says_sure
    assert not answer.is_sure


def test_the_bounds_fit_each_other_and_the_register() -> None:
    assert SURE_NATS < NEAR_TIE_NATS
    assert SURE_MASS == LEAST_MASS
