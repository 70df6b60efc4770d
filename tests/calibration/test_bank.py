"""The reference bank is whole or refused, and its p-values keep what a conformal p-value promises."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guardian.calibration.bank import ReferenceBank, conformal_p, load_reference_bank, rarity_words
from guardian.errors import ModelError
from guardian.inference.strata import Length
from guardian.message import Channel

SEED = 20261121
DAMAGES = 200
SHIPPED = Path(__file__).resolve().parents[2] / "models" / "reference-bank.npz"


def _arrays(count: int = 30) -> dict[str, Any]:
    rows = np.random.default_rng(SEED).normal(size=(count, 128))
    return {
        "embeddings": (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16),
        "logits": np.zeros((count, 5), dtype=np.float16),
        "channel": np.array([0, 0, 1] * (count // 3), dtype=np.uint8),
    }


def _write(path: Path, arrays: dict[str, Any]) -> Path:
    np.savez(path, **arrays)
    return path


def test_a_whole_bank_loads_and_cannot_be_changed(tmp_path: Path) -> None:
    bank = load_reference_bank(_write(tmp_path / "bank.npz", _arrays()))
    assert (bank.embeddings.shape, bank.logits.shape) == ((30, 128), (30, 5))
    assert bank.rows([Channel.INCOMING]).sum() == 20
    assert bank.rows([Channel.AI_OUTPUT]).sum() == 10
    assert bank.rows(list(Channel)).sum() == 30
    with pytest.raises(ValueError, match="read-only"):
        bank.embeddings[0] = 0


def test_a_channel_without_messages_is_held_against_all() -> None:
    bank = ReferenceBank(np.eye(3, dtype=np.float32), np.zeros((3, 1), np.float32), np.zeros(3, np.uint8))
    assert bank.rows([Channel.AI_OUTPUT]).all()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"embeddings": None}, "damaged"),
        ({"channel": np.zeros(29, np.uint8)}, "shape or type"),
        ({"channel": np.zeros((30, 1), np.uint8)}, "shape or type"),
        ({"channel": np.full(30, 7, np.uint8)}, "channel that does not exist"),
        ({"channel": np.zeros(30, np.int64)}, "shape or type"),
        ({"logits": np.zeros((29, 5), np.float16)}, "shape or type"),
        ({"logits": np.full((30, 5), np.nan, np.float16)}, "not finite"),
        ({"embeddings": np.zeros((30, 128), np.float16)}, "not of unit length"),
        ({"embeddings": np.zeros((30, 128), np.float64)}, "shape or type"),
        ({"embeddings": np.array([{}] * 30, dtype=object)}, "damaged"),
        ({name: array[:0] for name, array in _arrays().items()}, "shape or type"),
    ],
)
def test_a_bank_that_holds_something_else_is_refused(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    arrays = {name: array for name, array in {**_arrays(), **change}.items() if array is not None}
    with pytest.raises(ModelError, match=reason):
        load_reference_bank(_write(tmp_path / "bank.npz", arrays))


def test_a_bank_may_say_how_long_its_messages_are(tmp_path: Path) -> None:
    plain = load_reference_bank(_write(tmp_path / "plain.npz", _arrays()))
    assert {stratum.length for stratum, _ in plain.strata()} == {Length.MEDIUM}
    lengths = np.array([0, 1, 2, 2, 1, 0] * 5, dtype=np.uint8)
    bank = load_reference_bank(_write(tmp_path / "bank.npz", {**_arrays(), "length": lengths}))
    found = dict(bank.strata())
    assert sum(int(members.sum()) for members in found.values()) == 30
    for stratum, members in found.items():
        assert (lengths[members] == stratum.length).all()
        assert (bank.channels[members] == list(Channel).index(stratum.channel)).all()


@pytest.mark.parametrize(
    "lengths", [np.zeros(29, np.uint8), np.zeros(30, np.int64), np.full(30, 3, np.uint8), np.zeros((30, 1), np.uint8)]
)
def test_lengths_that_cannot_be_are_refused(tmp_path: Path, lengths: Any) -> None:
    with pytest.raises(ModelError, match="damaged"):
        load_reference_bank(_write(tmp_path / "bank.npz", {**_arrays(), "length": lengths}))


def test_a_missing_bank_or_a_folder_is_one_line(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.npz", tmp_path):
        with pytest.raises(ModelError) as caught:
            load_reference_bank(path)
        assert "\n" not in caught.value.line()


def test_damage_is_a_model_error_or_changes_nothing(tmp_path: Path) -> None:
    path = _write(tmp_path / "bank.npz", _arrays())
    good, whole = path.read_bytes(), load_reference_bank(path)
    chance = random.Random(SEED)
    refused = 0
    lines: list[str] = []
    for _ in range(DAMAGES):
        place, length = chance.randrange(len(good)), chance.choice([1, 1, 16, 400])
        kind = chance.randrange(3)
        data = good[:place] if kind == 0 else good[:place] + chance.randbytes(length) + good[place + length :]
        path.write_bytes(data if kind < 2 else good[:place] + good[place + length :])
        try:
            bank = load_reference_bank(path)
        except ModelError as error:
            refused += 1
            lines.append(error.line())
            continue
        assert np.array_equal(bank.embeddings, whole.embeddings)
        assert np.array_equal(bank.logits, whole.logits)
        assert np.array_equal(bank.channels, whole.channels)
    assert refused > DAMAGES * 0.8
    assert not any("\n" in line for line in lines)


@pytest.mark.skipif(not SHIPPED.exists(), reason="no model in models/ yet: make train writes it")
def test_the_shipped_bank_is_whole_and_large_enough_for_the_usual_rarity() -> None:
    bank = load_reference_bank(SHIPPED)
    assert len(bank.channels) >= 1_000, "issue 2, point 7"
    for channel in Channel:
        assert bank.rows([channel]).sum() >= 200


@pytest.mark.parametrize(
    ("score", "p"), [(5.0, 1 / 5), (4.0, 2 / 5), (3.5, 2 / 5), (1.0, 5 / 5), (-9.0, 5 / 5), (float("-inf"), 1.0)]
)
def test_the_p_value_counts_the_message_itself(score: float, p: float) -> None:
    assert conformal_p(np.array([1, 2, 3, 4], dtype=np.float32), score) == p


def test_p_values_of_ordinary_messages_are_uniform() -> None:
    chance = np.random.default_rng(SEED)
    values = [conformal_p(chance.normal(size=99).astype(np.float32), float(chance.normal())) for _ in range(4_000)]
    for level in (0.05, 0.2, 0.5, 0.8):
        assert abs(np.mean(np.array(values) <= level) - level) < 0.03


@pytest.mark.parametrize(
    ("p", "words"),
    [
        (1 / 1121, "as strange as 1 in 1,100 ordinary messages"),
        (1 / 199, "as strange as 1 in 190 ordinary messages"),
        (1 / 200, "as strange as 1 in 200 ordinary messages"),
        (1 / 49, "as strange as 1 in 49 ordinary messages"),
        (0.4, "as strange as 1 in 2 ordinary messages"),
        (1.0, "as strange as 1 in 1 ordinary messages"),
    ],
)
def test_rarity_is_said_in_words_that_do_not_boast(p: float, words: str) -> None:
    assert rarity_words(p) == words


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(1, 10**6))
def test_the_number_in_the_words_never_exceeds_the_truth(one_in: int) -> None:
    said = int(rarity_words(1 / one_in).split()[5].replace(",", ""))
    assert 0.9 * one_in - 1 < said <= one_in
