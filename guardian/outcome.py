"""What a verdict comes to: the outcome, and what is to be done. Apart from `guardian.verdict`, which gives them on, so
that a thin client need not load what a whole verdict is made of. Leaf: standard library only.
"""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """The five outcomes."""

    CLEAN = "clean"
    """Fully judged, and no policy of the owner matched."""
    NOTICE = "notice"
    """A policy matched that only notes (action log or notice, or status test)."""
    FLAGGED = "flagged"
    """A policy matched that warns or holds."""
    UNSURE = "unsure"
    """Judged in part; nothing was flagged in that part."""
    UNSCREENED = "unscreened"
    """Not judged by the model at all; nothing was flagged by the rules."""


class Action(StrEnum):
    """What a policy asks for when it matches, mildest first."""

    NONE = "none"
    LOG = "log"
    NOTICE = "notice"
    WARN = "warn"
    HOLD = "hold"
