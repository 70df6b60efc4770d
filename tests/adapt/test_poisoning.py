"""Nobody buys silence: what mistaken or planted words of the owner's cost, on the shipped model's own numbers.

Each case takes manipulative texts that the model finds, has the owner call them wrong, and counts which of the other
texts of the shipped test (held-out voices of our own corpus) are still found.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from adapt_rig import (
    check_rows,
    labelled,
    scaled_rows,
    text_margins,
    window_margins,
    worst_windows,
)
from numpy.typing import NDArray

from guardian.adapt.fitting import fit
from guardian.adapt.head import MOST_LOWERED, MOST_OF_ONE, Doubles, PersonalHead
from guardian.tactics import GROUPS

BEFORE = text_margins(window_margins())
IS_FOUND = check_rows().is_manipulative & (BEFORE >= 0)
FOUND = np.flatnonzero(IS_FOUND)
WINDOWS = worst_windows(IS_FOUND)
MOST_LOST_BY_ONE_WORD = 0.01
"""Of all found texts, beside the one that was called wrong. docs/guide/adapt.md and ADR 0022 name this number."""
MOST_OF_A_GROUP = 0.9
"""Share of a group's found texts that one mistaken word leaves at least; of a small group all but one."""


def after(head: PersonalHead) -> Doubles:
    return text_margins(window_margins() + head.shifts(check_rows().embeddings, scaled_rows()))


def called_wrong(places: list[int], groups: list[int]) -> PersonalHead:
    return fit(labelled([WINDOWS[place] for place in places], is_bad=False, groups=groups), 1)


@cache
def still_found() -> NDArray[np.bool_]:
    """(found, texts): after one mistaken word on each of the found texts, which texts are over a threshold."""
    return np.array([after(called_wrong([place], [0])) >= 0 for place in range(len(FOUND))])


def test_there_is_something_to_lose() -> None:
    assert len(FOUND) >= 200


def test_one_mistaken_wrong_on_any_text_that_is_found_costs_at_most_one_in_a_hundred_others() -> None:
    lost = [
        int((IS_FOUND & ~still).sum()) - int(not still[text]) for text, still in zip(FOUND, still_found(), strict=True)
    ]
    assert max(lost) <= MOST_LOST_BY_ONE_WORD * len(FOUND)
    assert np.mean(lost) <= 1.0


@pytest.mark.parametrize("group", [group for group in GROUPS if (check_rows().of_group(group) & IS_FOUND).any()])
def test_one_mistaken_wrong_switches_no_group_of_tactics_off(group: str) -> None:
    of_group = check_rows().of_group(group) & IS_FOUND
    left = (still_found() & of_group).sum(axis=1)
    assert left.min() >= min(MOST_OF_A_GROUP * of_group.sum(), of_group.sum() - 1)


def test_one_sender_with_any_number_of_words_never_silences_what_is_more_than_a_logit_over() -> None:
    """An address that had fifty of its scams called wrong buys no more than one logit, anywhere."""
    head = called_wrong(list(range(50)), [0] * 50)
    now = after(head)
    assert (BEFORE - now).max() <= MOST_OF_ONE + 1e-5
    assert (now[IS_FOUND & (BEFORE > MOST_OF_ONE)] >= 0).all()


def test_all_words_together_never_silence_what_the_model_is_sure_of() -> None:
    head = called_wrong(list(range(len(WINDOWS))), list(range(len(WINDOWS))))
    now = after(head)
    assert (BEFORE - now).max() <= MOST_LOWERED + 1e-5
    assert (now[IS_FOUND & (BEFORE > MOST_LOWERED)] >= 0).all()


def test_right_words_defend_what_stands_beside_a_mistaken_one() -> None:
    """The same mistaken word costs no more where the owner has confirmed other texts."""
    others = list(range(1, 30))
    alone = called_wrong([0], [0])
    windows = [WINDOWS[place] for place in (0, *others)]
    beside = fit(labelled(windows, is_bad=[False] + [True] * 29, groups=range(30)), 1)
    lost = [int((IS_FOUND & (after(head) < 0)).sum()) for head in (alone, beside)]
    assert lost[1] <= lost[0]
