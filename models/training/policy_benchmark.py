"""How well an owner's own policy works from its prose and a few examples, on policies that no training run read.

For each policy of the benchmark a few of its texts are its examples (drawn `DRAWS` times), and all others are
judged by the product's own matcher. Beside it, in the same run, the plain base model as `design.md` measured it: mean
likeness to the flagged examples less that to the fine ones, and likeness to the prose alone.

The near misses mirror the flagged texts: most have a counterpart on the other side that shares its words. A draw takes
counterparts together, for an owner who shows "this one" and "but not this one" shows both, and a judged text whose
counterpart alone was shown would be recognised as its opposite (the plain base model then falls to an AUC of 0.5).

Invariants: policies are left out whole; supports are drawn by a fixed seed; AUC is over the texts that were not drawn,
at least two in three of the fine ones near misses.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
from corpus import PolicyTexts
from giveaways import area
from numpy.typing import NDArray

from guardian.calibration.bank import ReferenceBank
from guardian.inference.base import Floats
from guardian.message import Channel
from guardian.policy.base import Example, Match, Policy, Status
from guardian.policy.probe import Probe
from guardian.policy.prose import split_prose
from guardian.verdict import Action, Severity

DRAWS = 12
SEED = 7
SIZES = (3, 10)
Array = NDArray[np.float64]
Embedder = Callable[[list[str]], Floats]


def run(policies: Sequence[PolicyTexts], bank: ReferenceBank, embed: Embedder, plain: Embedder) -> dict[str, object]:
    """Mean and worst AUC over policies, with 3 + 3 and 10 + 10 examples, of the product and of the plain base model.

    `embed` gives the shipped model's unit rows, `plain` those of the base model.
    """
    texts = sorted({text for policy in policies for text in _texts(policy)})
    ours = dict(zip(texts, embed(texts), strict=True))
    base = dict(zip(texts, plain(texts), strict=True))
    result: dict[str, object] = {"policies": len(policies), "texts": len(texts), "draws": DRAWS}
    for size in SIZES:
        key = f"{size} + {size}"
        result[key] = _summary({p.id: _mean_auc(p, size, ours, bank) for p in policies})
        result[f"{key}, plain base model"] = _summary({p.id: _mean_auc(p, size, base, None) for p in policies})
    result["prose alone, plain base model"] = _summary({p.id: _prose_alone(p, base) for p in policies})
    return result


def _summary(by_policy: Mapping[str, float]) -> dict[str, object]:
    values = np.array(list(by_policy.values()))
    spread = 1.96 * values.std(ddof=1) / np.sqrt(len(values))
    return {
        "mean": round(float(values.mean()), 4),
        "low": round(float(values.mean() - spread), 4),
        "high": round(float(values.mean() + spread), 4),
        "worst": round(float(values.min()), 4),
        "below_0_65": sorted(name for name, value in by_policy.items() if value < 0.65),
    }


def _texts(policy: PolicyTexts) -> list[str]:
    prose = split_prose(policy.prose)
    return [
        *policy.flag,
        *policy.near,
        *policy.plain,
        policy.prose,
        *(side for side in (prose.flag, prose.fine) if side),
    ]


def _mean_auc(policy: PolicyTexts, size: int, rows: Mapping[str, Floats], bank: ReferenceBank | None) -> float:
    """Mean AUC over draws of `size` flagged and `size` fine examples; by the product's matcher with a bank."""
    rng = random.Random(f"{SEED} {policy.id} {size}")
    areas = []
    for _ in range(DRAWS):
        shown, asked = _draw(policy, size, rng)
        if bank is not None:
            chosen = as_policy(policy, *shown)
            probe = Probe([chosen], bank, rows)

            def score(texts: list[str], probe: Probe = probe, name: str = chosen.id) -> Array:
                return np.asarray(probe.deviations(name, np.stack([rows[text] for text in texts])), dtype=np.float64)

        else:
            flag, fine = (np.mean([rows[text] for text in side], axis=0) for side in shown)

            def score(texts: list[str], towards: Floats = flag - fine) -> Array:
                return np.asarray(np.stack([rows[text] for text in texts]) @ towards, dtype=np.float64)

        areas.append(area(score(asked[0]), score(asked[1])))
    return float(np.mean(areas))


def _draw(policy: PolicyTexts, size: int, rng: random.Random) -> tuple[tuple[list[str], list[str]], ...]:
    """(flagged, fine) texts that are shown, and those that are asked about."""
    pairs = list(_counterparts(policy))
    rng.shuffle(pairs)
    paired = {flag for flag, _ in pairs}
    alone, plain = [text for text in policy.flag if text not in paired], list(policy.plain)
    rng.shuffle(alone)
    rng.shuffle(plain)
    both = min(size, len(pairs) - 4)
    more = size - both
    shown = [flag for flag, _ in pairs[:both]] + alone[:more], [near for _, near in pairs[:both]] + plain[:more]
    asked = [flag for flag, _ in pairs[both:]] + alone[more:], [near for _, near in pairs[both:]] + plain[more:]
    return shown, asked


@cache
def _counterparts(policy: PolicyTexts) -> tuple[tuple[str, str], ...]:
    """Flagged texts with the near miss that shares most of their words, each once; the surest pairs first."""
    bags = {text: set(re.findall(r"\w+", text.lower())) for text in (*policy.flag, *policy.near)}
    likeness = sorted(
        (
            (len(bags[flag] & bags[near]) / len(bags[flag] | bags[near]), flag, near)
            for flag in policy.flag
            for near in policy.near
        ),
        reverse=True,
    )
    taken: set[str] = set()
    pairs = []
    for _, flag, near in likeness:
        if flag not in taken and near not in taken:
            taken |= {flag, near}
            pairs.append((flag, near))
    return tuple(pairs)


def _prose_alone(policy: PolicyTexts, rows: Mapping[str, Floats]) -> float:
    prose = rows[policy.prose]
    flag = np.stack([rows[text] for text in policy.flag]) @ prose
    return area(flag, np.stack([rows[text] for text in (*policy.near, *policy.plain)]) @ prose)


def as_policy(texts: PolicyTexts, flag: Sequence[str], fine: Sequence[str]) -> Policy:
    """A policy of the product with these examples."""
    return Policy(
        id=texts.id,
        title=texts.id,
        why="benchmark",
        since=date(2026, 1, 1),
        review_by=None,
        channels=(Channel(texts.channel),),
        severity=Severity.MEDIUM,
        action=Action.NOTICE,
        status=Status.ACTIVE,
        prose=texts.prose,
        match=Match(),
        examples=(*(Example(text, True) for text in flag), *(Example(text, False) for text in fine)),
        senders_except=(),
        keep_text=True,
        path=Path(f"{texts.id}.toml"),
    )
