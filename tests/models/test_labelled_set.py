"""Promises of the labelled set of `make eval`: nothing that training reads is measured on."""

from __future__ import annotations

import hashlib
import importlib
from pathlib import Path
from typing import Any

import pytest

TRAINING = Path(__file__).resolve().parents[2] / "models" / "training"
DATA = TRAINING.parents[2] / "shared" / "data"


def held_out(row: Any) -> bool:
    """As `train.held_out`, which cannot be imported without torch."""
    return hashlib.sha256(row.group.encode()).digest()[0] < 38


@pytest.mark.long
@pytest.mark.skipif(not DATA.is_dir(), reason="the shared data lies beside the repository, and is not here")
def test_nothing_that_training_reads_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(TRAINING))
    labelled, corpus, sources = map(importlib.import_module, ("labelled", "corpus", "sources"))
    found, notes = labelled.labelled_set(TRAINING, DATA, held_out)
    trained = {row.text for row in sources.shared_rows(DATA / "train") if not held_out(row)}
    trained |= {text.text for text in corpus.read_corpus(TRAINING / "corpus") if not text.is_held_out}
    assert not trained & {row.text for row in found.rows}
    assert len(found.rows) == sum(file.rows for file in found.files)
    assert {row.source.split(":")[0] for row in found.rows} == {"own", "bank", "train", "dev"}
    assert all(row.family for row in found.rows if row.violating)
    assert all("bank" in note for note in notes)
