"""Runs the benchmark of custom policies on what ships: the shipped model in its cell, and the base model beside it.

Invariant: the policies are those that no training run reads; both models see every text whole or cut as they ship.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from corpus import read_policies
from policy_benchmark import Embedder, run

from guardian.assembly import MANIFEST_NAME
from guardian.calibration.bank import load_reference_bank
from guardian.errors import CellError
from guardian.inference.base import Encoding, Floats
from guardian.inference.client import CellEncoder
from guardian.inference.manifest import load_manifest

BATCH_TEXTS = 32


def measure_own_policies(here: Path, models: Path) -> Mapping[str, object] | None:
    """Areas under the curve of the held-out policies; None where there are none. Raises ModelError or CellError."""
    from network import teacher_embeddings  # loads torch

    policies = read_policies(here / "policies", held_out=True)
    if not policies:
        return None
    manifest = load_manifest(models / MANIFEST_NAME)
    bank = load_reference_bank(models / manifest.bank_file, manifest.bank_sha256)
    with CellEncoder(manifest, models) as encoder:
        return run(policies, bank, _embedder(encoder), lambda texts: np.asarray(teacher_embeddings(texts).numpy()))


def _embedder(encoder: CellEncoder) -> Embedder:
    def embed(texts: list[str]) -> Floats:
        parts = []
        for start in range(0, len(texts), BATCH_TEXTS):
            answer = encoder.submit(texts[start : start + BATCH_TEXTS]).result()
            if not isinstance(answer, Encoding):
                raise CellError(f"the model did not judge a text of the benchmark: {answer.say}")
            parts.append(answer.embeddings)
        return np.concatenate(parts)

    return embed
