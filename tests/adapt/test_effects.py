"""The preview: nothing is judged by what it taught, and a fall of recall is never left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from adapt_rig import MODELS, check_rows, labelled, manifest, scaled_rows, text_margins, window_margins, worst_windows

from guardian.adapt.effects import FOLDS, Change, Effects, HeldBack, Measured, effects_of, held_back, measured
from guardian.adapt.fitting import fit
from guardian.adapt.labels import Label
from guardian.adapt.seeing import Margins, SeenText
from guardian.calibration.bank import load_reference_bank
from guardian.calibration.thresholds import shipped_thresholds
from guardian.message import Message

IS_BAD = check_rows().is_manipulative
BEFORE = text_margins(window_margins())
FOUND, ALARMS = (worst_windows(side & (BEFORE >= 0)) for side in (IS_BAD, ~IS_BAD))
MARGINS = Margins(manifest(), shipped_thresholds(manifest()))


def seen(window: int, sender: str, *, is_bad: bool) -> SeenText:
    """A window of the test rows as a labelled message."""
    rows = slice(window, window + 1)
    label = Label(Message(b""), is_bad, sender, window)
    return SeenText(label, check_rows().embeddings[rows], scaled_rows()[rows], window_margins()[rows])


def test_a_label_that_stands_alone_is_not_judged_by_itself() -> None:
    """Each text is another one, far from the others: what a head learned of the rest moves none of them."""
    likeness = check_rows().embeddings[ALARMS] @ check_rows().embeddings[ALARMS].T
    alone = [ALARMS[place] for place in range(len(ALARMS)) if np.sort(likeness[place])[-2] < 0.5][:8]
    assert len(alone) >= 6
    words = [seen(window, f"sender {number}", is_bad=False) for number, window in enumerate(alone)]
    found = held_back(words, (), manifest())
    assert found == HeldBack(True, Change(len(alone), len(alone), len(alone)), Change(0, 0, 0))


def test_what_a_sender_taught_says_nothing_of_that_sender() -> None:
    """The same text again and again: held back by sender it is still an alarm; with other senders of it, it is none."""
    of_one = [seen(ALARMS[0], "sender 0", is_bad=False) for _ in range(6)]
    others = [seen(FOUND[place], f"sender {place}", is_bad=True) for place in range(1, FOLDS + 1)]
    assert held_back((*of_one, *others), (), manifest()).fine == Change(6, 6, 6)
    of_many = [seen(ALARMS[0], f"sender {number}", is_bad=False) for number in range(6)]
    assert held_back(of_many, (), manifest()).fine == Change(6, 6, 0)


def test_an_example_that_was_made_of_the_message_does_not_judge_it() -> None:
    """An owner who put the very texts into a policy as fine examples learns nothing by seeing those called fine."""
    likeness = check_rows().embeddings[ALARMS] @ check_rows().embeddings[ALARMS].T
    alone = [ALARMS[place] for place in range(len(ALARMS)) if np.sort(likeness[place])[-2] < 0.5][:8]
    words = [seen(window, f"sender {number}", is_bad=False) for number, window in enumerate(alone)]
    copies = [seen(window, "policies", is_bad=False) for window in alone]
    taught = fit(labelled(alone, is_bad=False, groups=[0] * len(alone)), 1)
    moved = window_margins()[alone] + taught.shifts(check_rows().embeddings[alone], scaled_rows()[alone])
    assert (moved < 0).any()  # a head that knows the copies would be quiet
    assert held_back(words, copies, manifest()).fine == Change(len(alone), len(alone), len(alone))
    assert held_back(words[:1] * 6, copies[1:], manifest()) == held_back(words[:1] * 6, copies, manifest())


def test_with_few_senders_single_messages_are_held_back_and_it_is_said() -> None:
    found = held_back([seen(ALARMS[0], "sender 0", is_bad=False) for _ in range(6)], (), manifest())
    assert not found.by_sender
    assert found.fine.after == 0


def test_the_counts_without_a_head_are_those_of_the_model() -> None:
    nothing = fit(labelled([], is_bad=True, groups=[]), 1)
    found = measured(nothing, check_rows(), MARGINS, manifest())
    assert found.found == Change(int(IS_BAD.sum()), len(FOUND), len(FOUND))
    assert found.alarms == Change(int((~IS_BAD).sum()), len(ALARMS), len(ALARMS))
    assert (found.lost, found.lowered, found.lowers_recall) == (0, (), False)


def test_a_head_of_mistaken_words_is_said_to_lower_recall_and_needs_consent() -> None:
    head = fit(labelled(FOUND[:40], is_bad=False, groups=range(40)), 1)
    bank = load_reference_bank(MODELS / manifest().bank_file, manifest().bank_sha256)
    effects = effects_of(head, (), (), manifest(), shipped_thresholds(manifest()), bank, check_rows())
    assert effects.tested is not None
    assert effects.tested.found.after < effects.tested.found.before
    assert effects.tested.lost >= 20
    assert effects.needs_consent
    assert effects.to_json()["tested"]["lowers_recall"] is True
    assert effects.ordinary.of == len(bank.channels)


def a_test(found: Change, groups: dict[str, Change]) -> Measured:
    return Measured(found, max(found.before - found.after, 0), Change(10, 0, 0), groups)


@pytest.mark.parametrize(
    ("found", "groups", "lowers"),
    [
        (Change(100, 20, 20), {"pressure": Change(50, 9, 9)}, False),
        (Change(100, 20, 21), {"pressure": Change(50, 9, 10)}, False),
        (Change(100, 20, 19), {"pressure": Change(50, 9, 9)}, True),
        (Change(100, 20, 25), {"pressure": Change(50, 9, 8), "bait": Change(50, 5, 11)}, True),  # hidden by a gain
    ],
)
def test_recall_is_lowered_where_it_falls_over_all_or_in_one_group_alone(
    found: Change, groups: dict[str, Change], lowers: bool
) -> None:
    effects = Effects(HeldBack(True, Change(0, 0, 0), Change(0, 0, 0)), a_test(found, groups), Change(1, 0, 0))
    assert effects.needs_consent is lowers


def test_where_nobody_can_tell_consent_is_needed() -> None:
    known = Effects(HeldBack(True, Change(0, 0, 0), Change(0, 0, 0)), a_test(Change(1, 1, 1), {}), Change(1, 0, 0))
    assert not known.needs_consent
    assert replace(known, tested=None).needs_consent
