"""The fit: the one answer to a convex question, the same every time, and bounded label by label."""

from __future__ import annotations

import numpy as np
import pytest
from adapt_rig import check_rows, labelled, manifest, text_margins, window_margins, worst_windows

from guardian.adapt.fitting import STRENGTH, fit
from guardian.adapt.head import MOST_OF_ONE, likenesses
from guardian.adapt.versions import content_of

FOUND = worst_windows(check_rows().is_manipulative & (text_margins(window_margins()) >= 0))
ALARMS = worst_windows(~check_rows().is_manipulative & (text_margins(window_margins()) >= 0))
A_FINGERPRINT = "ab" * 32


def thirty() -> tuple[list[int], list[bool]]:
    """Thirty labels as an owner gives them: false alarms called wrong, hits called right."""
    return [*ALARMS[:15], *FOUND[:15]], [False] * 15 + [True] * 15


def test_the_same_labels_give_the_same_bytes() -> None:
    windows, sides = thirty()
    made = [fit(labelled(windows, is_bad=sides, groups=range(30)), version) for version in (1, 2)]
    assert content_of(made[0], A_FINGERPRINT) == content_of(made[1], A_FINGERPRINT)


def test_the_order_of_labels_changes_nothing_but_rounding() -> None:
    windows, sides = thirty()
    one = fit(labelled(windows, is_bad=sides, groups=range(30)), 1)
    other = fit(labelled(windows[::-1], is_bad=sides[::-1], groups=range(30)), 1)
    assert one.weights == pytest.approx(other.weights[::-1], abs=1e-5)


def test_at_the_answer_each_weight_is_what_the_owner_says_less_what_the_head_says() -> None:
    """The condition of the optimum, worked out here a second time: w = STRENGTH * (wanted - probability)."""
    windows, sides = thirty()
    rows = labelled(windows, is_bad=sides, groups=range(30))
    head = fit(rows, 1)
    kernel = likenesses(rows.anchors.embeddings, rows.anchors.scores, rows.anchors)
    probability = 1 / (1 + np.exp(-(rows.margins + kernel @ head.weights.astype(np.float64))))
    assert head.weights == pytest.approx(STRENGTH * (rows.is_bad - probability), abs=1e-4)
    assert (np.abs(head.weights) < STRENGTH).all()


def test_one_word_takes_what_is_one_logit_over_the_threshold_just_to_it() -> None:
    rows = labelled(FOUND[:1], is_bad=False, groups=[0])
    rows.margins[0] = MOST_OF_ONE
    head = fit(rows, 1)
    assert head.weights[0] == pytest.approx(-1.0, abs=1e-6)
    assert head.shifts(rows.anchors.embeddings, rows.anchors.scores)[0] == pytest.approx(-MOST_OF_ONE, abs=1e-6)


def test_a_word_with_which_the_model_agrees_by_far_weighs_next_to_nothing() -> None:
    rows = labelled([FOUND[0], ALARMS[0]], is_bad=[True, False], groups=[0, 1])
    rows.margins[:] = 8.0, -8.0
    assert np.abs(fit(rows, 1).weights).max() < 0.01


def test_a_text_that_was_called_both_is_moved_to_where_nobody_knows() -> None:
    rows = labelled([FOUND[0]] * 2, is_bad=[True, False], groups=[0, 1])
    head = fit(rows, 1)
    together = rows.margins[0] + head.shifts(rows.anchors.embeddings[:1], rows.anchors.scores[:1])[0]
    assert 0 <= abs(together) <= abs(rows.margins[0])


def test_no_labels_make_a_head_that_moves_nothing() -> None:
    head = fit(labelled([], is_bad=True, groups=[]), 3)
    assert (head.version, len(head.anchors)) == (3, 0)
    assert not head.shifts(check_rows().embeddings, check_rows().logits).any()
    assert len(manifest().labels) == check_rows().logits.shape[1]
