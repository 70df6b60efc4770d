"""A personal head: what the owner's own labels add to, or take from, what the model says of a window of text.

A kernel logistic regression over the frozen model's outputs. The shift of a window x, in logits, is

    shift(x) = clip( sum over groups g of clip( sum over labels i of g: weight_i * K(x, x_i), +-MOST_OF_ONE ), ...)
    K(x, y)  = exp(-|e_x - e_y|^2 / (2 WIDTH_OF_MEANING^2) - |s_x - s_y|^2 / (2 WIDTH_OF_SCORES^2))

with e the embedding and s the scaled logits (without the stratum's shift, so that length and channel move nothing),
K cut off below `NOTHING` so that it ends in finite distance. A group is one sender's labels, or all policies' examples.
Kernel logistic regression: Zhu and Hastie, J. Comp. Graph. Stat. 14 (2005).

Invariants, whatever the numbers in it say (each a test): a window farther than the kernel reaches from every labelled
text is not moved at all; all labels of one sender together move a window by at most `MOST_OF_ONE`, and all labels
together lower it by at most `MOST_LOWERED` and raise it by at most `MOST_RAISED`; a message is judged by its worst
window, so a harmless passage excuses no other one. Pure, deterministic.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from guardian.inference.base import Encoding, Floats
from guardian.inference.manifest import Manifest

WIDTH_OF_MEANING: Final = 0.45
"""Of the kernel, in the distance of unit embeddings."""
WIDTH_OF_SCORES: Final = 4.0
"""Of the kernel, in the distance of all scaled logits."""
NOTHING: Final = 0.1
"""Likeness below which a label says nothing of a text."""
MOST_OF_ONE: Final = 1.0
"""The most by which the labels of one sender move a window, in logits: from 0.80 to 0.60, or to 0.92."""
MOST_LOWERED: Final = 2.0
"""The most by which all labels together lower a window: what the model scores over 0.967 is never set aside."""
MOST_RAISED: Final = 2.0
"""The most by which all labels together raise a window: what it scores under 0.35 never comes to 0.80."""

Doubles = NDArray[np.float64]
Groups = NDArray[np.int32]


@dataclass(frozen=True, slots=True, repr=False)
class Anchors:
    """The windows that were labelled, as the model sees them."""

    embeddings: Floats
    """(n, embedding size): unit rows."""
    scores: Floats
    """(n, outputs): scaled logits, see `scaled`."""
    groups: Groups
    """(n,): which labels are bounded together, from 0; equal ones need not stand together."""

    def __len__(self) -> int:
        return len(self.groups)

    def take(self, rows: NDArray[np.intp]) -> Anchors:
        """Some of them."""
        return Anchors(self.embeddings[rows], self.scores[rows], self.groups[rows])


@dataclass(frozen=True, slots=True, repr=False)
class PersonalHead:
    """One fitted head."""

    version: int
    """The owner's number for it, from 1."""
    anchors: Anchors
    weights: Floats
    """(n,): what each labelled window adds at its own place; below 0: it lowers."""

    def shifts(self, embeddings: Floats, scores: Floats) -> Floats:
        """(windows,): by how many logits each of (windows, ...) rows is moved."""
        if not len(self.anchors) or not len(embeddings):
            return np.zeros(len(embeddings), dtype=np.float32)
        likeness = likenesses(embeddings, scores, self.anchors)
        reached = np.maximum(likeness - NOTHING, 0.0) / (1.0 - NOTHING)
        said = reached * self.weights.astype(np.float64)
        order = np.argsort(self.anchors.groups, kind="stable")
        starts = np.flatnonzero(np.diff(self.anchors.groups[order], prepend=-1))
        of_each = np.add.reduceat(said[:, order], starts, axis=1)
        together = np.clip(of_each, -MOST_OF_ONE, MOST_OF_ONE).sum(axis=1)
        bounded: Floats = np.clip(together, -MOST_LOWERED, MOST_RAISED).astype(np.float32)
        return bounded

    def adapted(self, encoding: Encoding, manifest: Manifest) -> Floats:
        """(windows, outputs): the encoding's raw logits, moved so that each calibrated score moves by the shift of its
        window; the very same array where nothing is moved."""
        shifts = self.shifts(encoding.embeddings, scaled(encoding.logits, manifest))
        if not shifts.any():
            return encoding.logits
        moved: Floats = (encoding.logits + shifts[:, None] / scales(manifest)).astype(np.float32)
        return moved


def likenesses(embeddings: Floats, scores: Floats, anchors: Anchors) -> Doubles:
    """(windows, anchors): the kernel, 0 to 1, before it is cut off."""
    meaning = _square_distances(embeddings, anchors.embeddings) / (2 * WIDTH_OF_MEANING**2)
    said = _square_distances(scores, anchors.scores) / (2 * WIDTH_OF_SCORES**2)
    likeness: Doubles = np.exp(-meaning - said)
    return likeness


def scaled(logits: Floats, manifest: Manifest) -> Floats:
    """(windows, outputs): raw logits with every output's own scale, so that one step means as much in each."""
    found: Floats = (logits * scales(manifest)).astype(np.float32)
    return found


def scales(manifest: Manifest) -> Floats:
    """(outputs,): the scale of each output, above 0."""
    return np.array([output.scale for output in manifest.outputs], dtype=np.float32)


def reach_of_meaning() -> float:
    """The cosine below which two texts never say anything of each other, however alike their scores are."""
    return 1.0 - WIDTH_OF_MEANING**2 * math.log(1.0 / NOTHING)


def _square_distances(left: Floats, right: Floats) -> Doubles:
    """(n, m) of (n, size) and (m, size) rows; never below 0."""
    own, other = (np.einsum("ij,ij->i", rows, rows, dtype=np.float64) for rows in (left, right))
    distances: Doubles = np.maximum(own[:, None] + other[None] - 2.0 * (left @ right.T), 0.0)
    return distances
