"""The probe finds what is like the flag examples, never the fine ones, and keeps its promise on rarity."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policy_builders import a_bank, a_policy, steady, unit_rows

from guardian.calibration.bank import conformal_p
from guardian.inference.base import Floats
from guardian.message import Channel
from guardian.policy.base import Policy
from guardian.policy.probe import THRESHOLD, Probe

SCAM = unit_rows(1, seed=1)[0]
"""Direction of the texts that the owner wants flagged."""


def _examples(flag: Floats, fine: Floats) -> dict[str, Floats]:
    names = [f"flag {number}" for number in range(len(flag))] + [f"fine {number}" for number in range(len(fine))]
    return dict(zip(names, [*flag, *fine], strict=True))


def _policy(embeddings: dict[str, Floats], **fields: object) -> Policy:
    flag = [text for text in embeddings if text.startswith("flag")]
    fine = [text for text in embeddings if text.startswith("fine")]
    return a_policy(flag=flag, fine=fine, **fields)  # type: ignore[arg-type]


FLAG = unit_rows(5, seed=2, towards=SCAM, pull=1.0)
FINE = unit_rows(5, seed=3, towards=SCAM, pull=0.3)
EXAMPLES = _examples(FLAG, FINE)


def test_new_texts_like_the_flag_examples_match() -> None:
    policy = _policy(EXAMPLES)
    like_flag = unit_rows(200, seed=4, towards=SCAM, pull=1.0)
    assert (Probe([policy], a_bank(), EXAMPLES).deviations(policy.id, like_flag) >= 0).mean() > 0.9


@pytest.mark.parametrize("channel", Channel)
def test_new_ordinary_messages_match_as_rarely_as_promised(channel: Channel) -> None:
    # Scored without leaving each message of the bank out, 2 to 4 times as many would match.
    examples = _examples(FLAG, FINE[:0])
    policy = _policy(examples, rarity=100, channels=(channel,))
    rates = []
    for seed in range(8):
        probe = Probe([policy], a_bank(1_120, seed=100 + seed, ai_output=280), examples)
        rates.append((probe.deviations(policy.id, unit_rows(1_000, seed=200 + seed)) >= 0).mean())
    assert 0.3 / 100 < np.mean(rates) < 1.5 / 100


def test_a_message_that_matches_is_as_rare_as_the_policy_demands() -> None:
    policy = _policy(EXAMPLES, rarity=50)
    probe = Probe([policy], a_bank(), EXAMPLES)
    rows = unit_rows(300, seed=51, towards=SCAM, pull=0.3)
    deviations = probe.deviations(policy.id, rows)
    assert (deviations >= 0).any()
    assert (deviations < 0).any()
    for row, deviation in zip(rows, deviations, strict=True):
        assert (deviation < 0) or probe.rarity(policy.id, row[None]) <= 1 / 50


@pytest.mark.parametrize("pull", [0.0, 0.3, 1.0])
def test_flag_examples_that_have_little_in_common_still_match_themselves(pull: float) -> None:
    flag = unit_rows(6, seed=61, towards=SCAM, pull=pull)
    examples = _examples(flag, FINE[:0])
    policy = _policy(examples)
    assert (Probe([policy], a_bank(), examples).deviations(policy.id, flag) >= 0).all()


@settings(steady, max_examples=15)
@given(st.integers(1, 5), st.integers(0, 6), st.floats(0, 3), st.floats(0, 3), st.integers(0, 10_000))
def test_no_fine_example_ever_matches_its_own_policy(
    flags: int, fines: int, flag_pull: float, fine_pull: float, seed: int
) -> None:
    fine = unit_rows(fines, seed, towards=SCAM, pull=fine_pull) if fines else np.zeros((0, 128), np.float32)
    examples = _examples(unit_rows(flags, seed + 1, towards=SCAM, pull=flag_pull), fine)
    policy = _policy(examples)
    probe = Probe([policy], a_bank(400), examples)
    for row in fine:
        assert probe.read(row[None]).scores[policy.id] < THRESHOLD


@pytest.mark.parametrize("rarity", [20, 50, 200, 500])
def test_at_most_one_message_of_the_bank_in_rarity_reaches_the_threshold(rarity: int) -> None:
    bank = a_bank(1_000)
    policy = _policy(EXAMPLES, rarity=rarity)
    probe = Probe([policy], bank, EXAMPLES)
    above = probe.deviations(policy.id, bank.embeddings) >= 0
    assert above.sum() <= 1_001 / rarity - 1
    if above.any():
        lowest = probe.deviations(policy.id, bank.embeddings)[above].min()
        assert conformal_p(probe.deviations(policy.id, bank.embeddings), float(lowest)) <= 1 / rarity


def test_a_bank_too_small_for_the_promise_lets_none_of_its_messages_through() -> None:
    bank = a_bank(50)
    policy = _policy(EXAMPLES, rarity=1_000_000)
    assert (Probe([policy], bank, EXAMPLES).deviations(policy.id, bank.embeddings) < 0).all()


def test_a_rarer_demand_never_lowers_the_threshold() -> None:
    rows = unit_rows(50, seed=9, towards=SCAM, pull=0.5)
    previous = None
    for rarity in (5, 50, 500):
        policy = _policy({name: row for name, row in EXAMPLES.items() if name.startswith("flag")}, rarity=rarity)
        deviations = Probe([policy], a_bank(), EXAMPLES).deviations(policy.id, rows)
        assert previous is None or (deviations <= previous + 1e-5).all()
        previous = deviations


def test_the_worst_window_decides_and_is_named() -> None:
    policy = _policy(EXAMPLES)
    probe = Probe([policy], a_bank(), EXAMPLES)
    rows = np.stack([*unit_rows(3, seed=11), FLAG[2], *unit_rows(2, seed=12)])
    reading = probe.read(rows)
    assert reading.windows[policy.id] == 3
    assert reading.scores[policy.id] == pytest.approx(probe.read(FLAG[2][None]).scores[policy.id], abs=1e-5)
    assert reading.scores[policy.id] > THRESHOLD


def test_the_nearest_flag_example_is_named_by_its_place_in_the_file() -> None:
    mixed = {"fine 0": FINE[0], "flag 0": FLAG[0], "fine 1": FINE[1], "flag 1": FLAG[1]}
    policy = a_policy(flag=["flag 0", "flag 1"])
    both = [*policy.examples]
    policy = a_policy(examples=(a_policy(fine=["fine 0"]).examples[0], both[0], both[1]))
    probe = Probe([policy], a_bank(), mixed)
    assert [probe.nearest_flag(policy.id, row) for row in (FLAG[0], FLAG[1])] == [2, 3]


def test_scores_are_the_same_for_one_policy_and_for_many() -> None:
    many = [
        _policy(EXAMPLES, id=f"p{number}", rarity=10 + number, channels=tuple(Channel)[: 1 + number % 2])
        for number in range(6)
    ]
    bank, rows = a_bank(ai_output=300), unit_rows(4, seed=13, towards=SCAM, pull=0.8)
    together = Probe(many, bank, EXAMPLES).read(rows).scores
    for policy in many:
        alone = Probe([policy], bank, EXAMPLES).read(rows).scores[policy.id]
        assert together[policy.id] == pytest.approx(alone, abs=1e-5)


def test_a_policy_is_held_against_ordinary_messages_of_its_own_channels() -> None:
    bank = a_bank(1_000, ai_output=400)
    loud = unit_rows(400, seed=21, towards=SCAM, pull=1.0)  # here assistants' ordinary answers look like scams
    bank.embeddings[600:] = loud
    human = _policy(EXAMPLES, id="human")
    assistant = _policy(EXAMPLES, id="assistant", channels=(Channel.AI_OUTPUT,))
    probe = Probe([human, assistant], bank, EXAMPLES)
    assert (probe.deviations("human", loud) >= 0).mean() > 0.9
    assert (probe.deviations("assistant", loud) >= 0).mean() <= 1 / 200


def test_a_copy_of_a_fine_example_is_known_only_where_every_window_is_one() -> None:
    policy = _policy(EXAMPLES)
    probe = Probe([policy], a_bank(), EXAMPLES)
    nearly = FINE[1] + 0.05 * unit_rows(1, seed=31)[0]
    nearly /= np.linalg.norm(nearly)
    assert probe.same_as_fine(policy.id, np.stack([nearly])) == 5 + 2
    assert probe.same_as_fine(policy.id, np.stack([nearly, FINE[0]])) == 5 + 2
    assert probe.same_as_fine(policy.id, np.stack([nearly, FLAG[0]])) is None
    assert probe.same_as_fine(policy.id, np.zeros((0, 128), np.float32)) is None


def test_policies_without_flag_examples_or_embeddings_have_no_probe() -> None:
    only_fine = a_policy(id="fine", fine=["fine 0"])
    unknown = a_policy(id="unknown", flag=["never embedded"])
    probe = Probe([only_fine, unknown], a_bank(), EXAMPLES)
    assert probe.read(FLAG).scores == {}
    assert np.isneginf(probe.deviations("unknown", FLAG)).all()


def test_equal_examples_on_both_sides_match_nothing() -> None:
    examples = _examples(FLAG[:1], FLAG[:1])
    policy = _policy(examples)
    assert Probe([policy], a_bank(), examples).read(FLAG[:1]).scores[policy.id] < THRESHOLD
