"""The shipped file says what the trained network said: 20 texts of our own, written down by the training framework.

Provenance: `tests/data/golden_logits.json` is written by `models/training/evaluate.py --ship` from PyTorch in float32,
over texts of voices that training did not read. The file ships BF16 matrices, which keep 8 bits of mantissa.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from guardian.inference.base import Encoding
from guardian.inference.client import CellEncoder
from guardian.inference.manifest import load_manifest

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = json.loads((ROOT / "tests" / "data" / "golden_logits.json").read_text(encoding="utf-8"))
LARGEST_ERROR = 0.25
"""Of one logit; logits span about -6 to 6."""
MEAN_ERROR = 0.03


@pytest.fixture(scope="module")
def encoded() -> Iterator[Encoding]:
    manifest = load_manifest(ROOT / "models" / "manifest.toml")
    with CellEncoder(manifest, ROOT / "models") as encoder:
        answer = encoder.submit([row["text"] for row in GOLDEN["golden"]]).result(120)
        assert isinstance(answer, Encoding)
        yield answer


def test_there_are_twenty_texts_and_their_labels_are_the_manifests() -> None:
    assert len(GOLDEN["golden"]) == 20
    assert tuple(GOLDEN["labels"]) == load_manifest(ROOT / "models" / "manifest.toml").labels


def test_the_logits_are_the_training_frameworks(encoded: Encoding) -> None:
    wanted = np.array([row["logits"] for row in GOLDEN["golden"]], dtype=np.float32)
    error = np.abs(encoded.logits - wanted)
    assert error.max() < LARGEST_ERROR
    assert error.mean() < MEAN_ERROR


def test_the_embeddings_are_the_training_frameworks(encoded: Encoding) -> None:
    wanted = np.array([row["embedding"] for row in GOLDEN["golden"]], dtype=np.float32)
    assert (encoded.embeddings * wanted).sum(axis=1).min() > 0.995


def test_a_judgement_does_not_depend_on_its_neighbours_in_a_batch(encoded: Encoding) -> None:
    manifest = load_manifest(ROOT / "models" / "manifest.toml")
    with CellEncoder(manifest, ROOT / "models") as encoder:
        for index in (0, 7, 19):
            alone = encoder.submit([GOLDEN["golden"][index]["text"]]).result(120)
            assert isinstance(alone, Encoding)
            assert np.abs(alone.logits[0] - encoded.logits[index]).max() < 0.1
