"""Labelled texts for tests of the personal head: the shipped model's own numbers for texts of our corpus, no model."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from guardian.adapt.check_rows import CheckRows, load_check_rows
from guardian.adapt.fitting import LabelledRows
from guardian.adapt.head import Anchors, Doubles, scaled
from guardian.adapt.seeing import Margins
from guardian.calibration.thresholds import shipped_thresholds
from guardian.inference.base import Floats
from guardian.inference.manifest import Manifest, load_manifest

MODELS = Path(__file__).resolve().parents[2] / "models"


@cache
def manifest() -> Manifest:
    """The shipped model's."""
    return load_manifest(MODELS / "manifest.toml")


@cache
def check_rows() -> CheckRows:
    """The shipped test rows."""
    rows = load_check_rows(MODELS, manifest())
    assert rows is not None
    return rows


@cache
def window_margins() -> Doubles:
    """(windows,): how far each window of the test rows is over the shipped thresholds."""
    check, margins = check_rows(), Margins(manifest(), shipped_thresholds(manifest()))
    found = np.zeros(len(check.message))
    for row, text in enumerate(check.message.tolist()):
        logits = check.logits[row : row + 1]
        found[row] = margins.of(logits, check.strata[text], has_link=bool(check.has_link[text]))[0]
    return found


@cache
def scaled_rows() -> Floats:
    """(windows, outputs): what heads compare."""
    return scaled(check_rows().logits, manifest())


def worst_windows(which: NDArray[np.bool_]) -> list[int]:
    """The worst window of each of the chosen texts."""
    check, margins = check_rows(), window_margins()
    rows = [np.flatnonzero(check.message == text) for text in np.flatnonzero(which)]
    return [int(own[margins[own].argmax()]) for own in rows]


def text_margins(windows: Doubles) -> Doubles:
    """(texts,): of each text its highest window."""
    found: Doubles = np.maximum.reduceat(windows, np.flatnonzero(np.diff(check_rows().message, prepend=-1)))
    return found


def labelled(windows: Sequence[int], *, is_bad: bool | Sequence[bool], groups: Sequence[int]) -> LabelledRows:
    """Windows of the test rows as if the owner had labelled them."""
    rows = np.array(windows, dtype=np.intp)
    anchors = Anchors(check_rows().embeddings[rows], scaled_rows()[rows], np.array(groups, dtype=np.int32))
    sides = np.broadcast_to(np.asarray(is_bad, dtype=np.bool_), len(rows)).copy()
    return LabelledRows(anchors, window_margins()[rows], sides)
