"""How a training run goes: every choice that was compared, as one value.

Invariant: `SHIPPED` is what `make train` runs; `variants` are what `make compare` holds against it, each one change
away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

SHARE = {
    "sms_spam_uci": 500,
    "spamassassin_a": 250,
    "robocall_ftc": 150,
    "ec_darkpattern": 250,
    "persusafety_dialogues": 150,
    "darkpatterns_llm_train": 700,
    "darkbench_sft": 150,
    "bipia_email_train": 150,
    "inthewild_jailbreaks": 200,
    "jailbreakbench_artifacts": 100,
    "persuasionforgood_a": 100,
    "taskmaster4": 200,
    "transactional_otp": 66,
}  # fmt: skip
"""Rows drawn from each shared source per epoch; our own corpus is always seen whole."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """One training run."""

    steps: int = 1400
    batch_tokens: int = 3200
    """Tokens of one batch, padding included."""
    rate: float = 1e-4
    """Peak learning rate of the encoder; the heads learn six times as fast."""
    shares: Mapping[str, int] = field(default_factory=lambda: SHARE)
    one_class_risk: float = 0.3
    """Weight of `risk` (and of nothing else) in sources that have one class only: their style is no reason."""
    smoothing: float = 0.03
    twins: float = 0.3
    """Weight of the twin loss."""
    evidence: float = 0.3
    """Weight of the evidence loss; 0 trains on no single sentence."""
    policies: float = 0.7
    """Weight of the policy episodes; 0 trains none."""
    geometry: float = 2.0
    """Weight of keeping the base model's similarities."""
    adversary: float = 0.0
    """Weight of the gradient-reversed head that guesses the source."""
    group_robust: bool = False
    """Whether sources are weighted by how badly they do (group DRO)."""
    freeze_words: bool = False
    """Whether the word embeddings stay as published."""
    freeze_layers: int = 0
    vary: bool = True
    """Whether give-aways are dropped and typos made at random."""
    masked: float = 0.1
    """Share of words that are hidden, so that no single one decides."""
    average: float = 0.998
    """Decay of the weight average that ships."""
    own_only: bool = False
    """Whether nothing but our own corpus is read."""
    left_out: tuple[str, ...] = ()
    """Shared sources that are not read."""


PLAIN = Recipe(
    steps=250, twins=0, evidence=0, policies=0, geometry=0, vary=False, masked=0.0, average=0.0, one_class_risk=1.0
)
"""The plain fine-tune: cross-entropy on everything, last weights."""
SHIPPED = Recipe()
FOLDS = {
    "without-calls": ("robocall_ftc", "sms_spam_uci", "spamassassin_a"),
    "without-assistants": ("darkbench_sft", "darkpatterns_llm_train"),
    "without-injections": ("bipia_email_train", "inthewild_jailbreaks", "jailbreakbench_artifacts"),
    "without-persuaders": ("persusafety_dialogues", "ec_darkpattern"),
}
"""Leave-one-source-out: each fold's sources are measured by the run that did not read them."""


def variants(base: Recipe) -> dict[str, Recipe]:
    """The comparisons, each one change away from `base`."""
    return {
        "base": base,
        "rate x 2.5": replace(base, rate=base.rate * 2.5),
        "own corpus only": replace(base, own_only=True),
        "risk of one-class sources in full": replace(base, one_class_risk=1.0),
        "risk of one-class sources unknown": replace(base, one_class_risk=0.0),
        "no twin loss": replace(base, twins=0.0),
        "twin loss x 3": replace(base, twins=1.0),
        "no evidence loss": replace(base, evidence=0.0),
        "no policy episodes": replace(base, policies=0.0),
        "no geometry": replace(base, geometry=0.0),
        "source adversary": replace(base, adversary=0.1),
        "group-robust": replace(base, group_robust=True),
        "words frozen": replace(base, freeze_words=True),
        "lower two layers frozen": replace(base, freeze_words=True, freeze_layers=2),
        "no words hidden": replace(base, masked=0.0),
        "no variation": replace(base, vary=False),
        "more smoothing": replace(base, smoothing=0.1),
    }
