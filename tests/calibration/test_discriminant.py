"""Ordinary messages are scored as if the bank had not seen them: in closed form, and exactly."""

from __future__ import annotations

import numpy as np
import pytest

from guardian.calibration.bank import ReferenceBank
from guardian.calibration.discriminant import SHRINKAGE, Discriminant, Doubles
from guardian.message import Channel

SIZE = 40
SEED = 20261121


def _bank(incoming: int, ai_output: int) -> ReferenceBank:
    rows = np.random.default_rng(SEED).normal(size=(incoming + ai_output, SIZE))
    rows[incoming:, 0] += 3.0
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    channels = np.array([0] * incoming + [1] * ai_output, dtype=np.uint8)
    return ReferenceBank(rows.astype(np.float32), np.zeros((len(rows), 1), np.float32), channels)


def _squares(bank: ReferenceBank) -> Doubles:
    """Sum of squares within channels, by hand."""
    total: Doubles = np.zeros((SIZE, SIZE))
    for code in np.unique(bank.channels):
        rows = bank.embeddings[bank.channels == code].astype(np.float64)
        centred = rows - rows.mean(axis=0)
        total += centred.T @ centred
    return total


@pytest.mark.parametrize("index", [0, 59, 60, 99])
def test_a_left_out_score_is_that_of_a_fit_without_the_message(index: int) -> None:
    bank = _bank(60, 40)
    discriminant = Discriminant(bank)
    towards = np.random.default_rng(1).normal(size=(SIZE, 3))
    scores = discriminant.ordinary(list(Channel)).scores(discriminant.inverse @ towards)
    keep = np.arange(100) != index
    rest = ReferenceBank(bank.embeddings[keep], bank.logits[keep], bank.channels[keep])
    # The scale of the covariance and the ridge stay as they were: what is left out is the message's own square.
    without = np.linalg.inv(discriminant.inverse) - (1 - SHRINKAGE) * (_squares(bank) - _squares(rest)) / 98
    expected = bank.embeddings[index].astype(np.float64) @ np.linalg.solve(without, towards)
    assert scores[index] == pytest.approx(expected, rel=1e-9)


def test_scores_of_one_channel_are_those_of_its_messages_among_all() -> None:
    discriminant = Discriminant(_bank(60, 40))
    weights = np.random.default_rng(2).normal(size=(SIZE, 2))
    both = discriminant.ordinary(list(Channel)).scores(weights)
    assert discriminant.ordinary([Channel.INCOMING]).scores(weights) == pytest.approx(both[:60])
    assert discriminant.ordinary([Channel.AI_OUTPUT]).scores(weights) == pytest.approx(both[60:])


def test_what_sets_the_channels_apart_is_not_taken_for_ordinary_spread() -> None:
    discriminant = Discriminant(_bank(600, 400))
    apart = np.eye(SIZE)[0]
    usual = np.eye(SIZE)[1]
    assert apart @ discriminant.inverse @ apart == pytest.approx(usual @ discriminant.inverse @ usual, rel=0.5)


@pytest.mark.parametrize(("incoming", "ai_output"), [(1, 0), (1, 1), (3, 1)])
def test_a_bank_of_almost_nothing_still_gives_finite_scores(incoming: int, ai_output: int) -> None:
    discriminant = Discriminant(_bank(incoming, ai_output))
    assert np.isfinite(discriminant.ordinary(list(Channel)).scores(np.ones((SIZE, 1)))).all()
