"""The losses of one batch.

labels: binary cross-entropy with label smoothing over the outputs that a row knows, rarer outputs weighted up
  (square root of the imbalance, at most 5);
twins: softplus(1 - (violating - harmless)) on `risk`, so that what differs inside a pair is what is learned;
evidence: the same between the sentence that its author marked and another one of the same text;
geometry: the base model's similarities are kept (mean squared error), so that policies on any subject still work;
episodes: a custom policy's prose and a few examples against its other texts (prototypical networks: Snell, Swersky
  and Zemel, NeurIPS 2017), which is the job that the embedding has;
adversary: a head that guesses the source, its gradient reversed (Ganin et al., JMLR 2016).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import torch
from recipe import Recipe
from sources import NAN, Row
from torch import Tensor, nn

RISK_WEIGHT = 6.0
"""`risk` decides most, so it weighs as much as several single tactics."""
MARGIN = 1.0


class LabelLoss:
    """Cross-entropy over what each row knows."""

    def __init__(self, rows: Sequence[Row], labels: tuple[str, ...], recipe: Recipe) -> None:
        self.targets = torch.tensor([[row.labels.get(label, NAN) for label in labels] for row in rows])
        known = ~self.targets.isnan()
        positives = (self.targets == 1).sum(0).clamp(min=1)
        negatives = (known.sum(0) - positives).clamp(min=1)
        self.positive_weight = (negatives / positives).sqrt().clamp(1.0, 5.0)
        self.weights = known.float()
        self.weights[:, 0] *= RISK_WEIGHT * _risk_weights(rows, recipe.one_class_risk)
        self.smoothing = recipe.smoothing
        self.sources = sorted({row.source for row in rows})
        self.source = torch.tensor([self.sources.index(row.source) for row in rows])
        self.robust = torch.ones(len(self.sources)) if recipe.group_robust else None

    def __call__(self, logits: Tensor, indices: list[int]) -> Tensor:
        """The loss of `logits`, (rows, labels), of the rows at `indices`."""
        targets = self.targets[indices].nan_to_num(0.0) * (1 - 2 * self.smoothing) + self.smoothing
        raw = nn.functional.binary_cross_entropy_with_logits(
            logits, targets, reduction="none", pos_weight=self.positive_weight
        )
        weights = self.weights[indices]
        if self.robust is not None:
            weights = weights * self._reweighted(raw.detach() * weights, indices)[:, None]
        return (raw * weights).sum() / weights.sum().clamp(min=1.0)

    def _reweighted(self, losses: Tensor, indices: list[int]) -> Tensor:
        """Group DRO: sources with a high loss gain weight (Sagawa et al., ICLR 2020), softly."""
        assert self.robust is not None
        source, each = self.source[indices], losses.sum(1) / self.weights[indices].sum(1).clamp(min=1.0)
        for number in source.unique():
            self.robust[number] *= float(torch.exp(0.02 * each[source == number].mean()))
        self.robust /= self.robust.mean()
        self.robust.clamp_(0.3, 3.0)
        return self.robust[source]


def _risk_weights(rows: Sequence[Row], one_class: float) -> Tensor:
    """Weight of `risk` per row: less where its source has but one class, for there its style is all that differs."""
    classes: dict[str, set[float]] = defaultdict(set)
    for row in rows:
        if "risk" in row.labels:
            classes[row.source].add(row.labels["risk"])
    ordinary_only = {source for source, seen in classes.items() if seen == {0.0}}
    return torch.tensor(
        [1.0 if len(classes[row.source]) > 1 or row.source in ordinary_only else one_class for row in rows]
    )


def twins_loss(risk: Tensor, pairs: Sequence[tuple[int, int]]) -> Tensor:
    """The first of each pair must score `MARGIN` higher than the second."""
    if not pairs:
        return risk.new_zeros(())
    high, low = (list(side) for side in zip(*pairs, strict=True))
    return nn.functional.softplus(MARGIN - (risk[high] - risk[low])).mean()


def twin_pairs(rows: Sequence[Row], indices: Sequence[int]) -> list[tuple[int, int]]:
    """Places in the batch of (violating, harmless) rows of one pair."""
    places: dict[str, dict[float, int]] = defaultdict(dict)
    for place, index in enumerate(indices):
        twin, risk = rows[index].twin, rows[index].labels.get("risk")
        if twin and risk is not None:
            places[twin][risk] = place
    return [(pair[1.0], pair[0.0]) for pair in places.values() if len(pair) == 2]


def geometry_loss(embedding: Tensor, teacher: Tensor, targets: Tensor) -> Tensor:
    """Keep the base model's geometry, and bring texts with the same tactics nearer than it has them."""
    known = targets.nan_to_num(0.0)
    names = nn.functional.normalize(known, dim=1)
    one_sided = (known[:, :1] - known[:, :1].T).abs()
    wanted = teacher @ teacher.T + 0.25 * names @ names.T - 0.25 * one_sided
    apart = ~torch.eye(len(embedding), dtype=torch.bool)
    return (embedding @ embedding.T - wanted)[apart].pow(2).mean()


def episode_loss(prose: Tensor, flag: Tensor, fine: Tensor, scale: Tensor) -> Tensor:
    """One episode: `prose` (size,), `flag` and `fine` (n, size), unit rows; half of each is support, half is asked.

    A query's logit is its likeness to the flagged support and to the prose less that to the fine support.
    """
    half = len(flag) // 2
    towards = flag[:half].mean(0) + 0.3 * prose - fine[:half].mean(0)
    queries = torch.cat([flag[half:], fine[half:]])
    logits = scale.exp() * (queries @ towards)
    middle = scale.exp() * 0.5 * ((flag[:half] @ towards).mean() + (fine[:half] @ towards).mean())
    wanted = torch.cat([torch.ones(len(flag) - half), torch.zeros(len(fine) - half)])
    pair = nn.functional.softplus(MARGIN - (logits[: len(flag) - half, None] - logits[None, len(flag) - half :])).mean()
    return nn.functional.binary_cross_entropy_with_logits(logits - middle, wanted) + 0.5 * pair


class Reversed(torch.autograd.Function):
    """Identity whose gradient is reversed."""

    @staticmethod
    def forward(ctx: object, value: Tensor) -> Tensor:
        """The value itself."""
        return value.view_as(value)

    @staticmethod
    def backward(ctx: object, *gradient: Tensor) -> Tensor:
        """The gradient with its sign changed."""
        return -gradient[0]
