"""Fits a personal head to labels: kernel logistic regression with the model's own word as its starting point.

The model's margin m(x) (how far its furthest output is over its threshold, in logits) is a fixed offset, so the head
learns only where the owner and the model disagree: P(the owner wants to be told of x) = sigmoid(m(x) + f(x)), with f in
the kernel's space and |f|^2 / (2 STRENGTH) as the penalty. Newton's method in the form that never inverts the kernel
(Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, algorithm 3.1); the problem is convex, so the
answer is the one answer.

Invariants: pure and deterministic: the same rows in the same order give the same numbers; by the optimality condition
a single window's weight is below `STRENGTH`, and a label with which the model agrees by far weighs next to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from guardian.adapt.head import Anchors, Doubles, PersonalHead, likenesses

STRENGTH: Final = 2.0
"""The prior variance of the shift: how far labels may pull against the model. At 2, one word on a text that the model
puts one logit over the threshold takes it just to the threshold."""
_MOST_STEPS: Final = 50
_SMALL: Final = 1e-9
"""A Newton step whose largest change of a shift is below this is the last one."""


@dataclass(frozen=True, slots=True, repr=False)
class LabelledRows:
    """Labelled windows as the model sees them."""

    anchors: Anchors
    margins: Doubles
    """(n,): how far the model's furthest output is over its threshold."""
    is_bad: NDArray[np.bool_]
    """(n,): True where the owner wants to be told, False where it is fine."""

    def take(self, rows: NDArray[np.intp]) -> LabelledRows:
        """Some of them."""
        return LabelledRows(self.anchors.take(rows), self.margins[rows], self.is_bad[rows])


def fit(rows: LabelledRows, version: int) -> PersonalHead:
    """The head of these rows; one that moves nothing where there are none."""
    if not len(rows.anchors):
        return PersonalHead(version, rows.anchors, np.zeros(0, dtype=np.float32))
    kernel = STRENGTH * likenesses(rows.anchors.embeddings, rows.anchors.scores, rows.anchors)
    kernel = (kernel + kernel.T) / 2
    weights = _solved(kernel, rows.margins, rows.is_bad.astype(np.float64))
    return PersonalHead(version, rows.anchors, (STRENGTH * weights).astype(np.float32))


def _solved(kernel: Doubles, margins: Doubles, wanted: Doubles) -> Doubles:
    """(n,): the `a` with shift = kernel @ a at the least penalised loss; there a = wanted - probability."""
    shift = np.zeros(len(margins))
    weights = np.zeros(len(margins))
    for _ in range(_MOST_STEPS):
        probability = 0.5 * (1.0 + np.tanh(0.5 * (margins + shift)))
        curvature = np.maximum(probability * (1.0 - probability), 1e-12)
        root = np.sqrt(curvature)
        system = np.eye(len(margins)) + root[:, None] * kernel * root[None]
        aim = curvature * shift + wanted - probability
        weights = aim - root * np.linalg.solve(system, root * (kernel @ aim))
        moved = kernel @ weights
        change = float(np.abs(moved - shift).max())
        shift = moved
        if change < _SMALL:
            break
    return weights
