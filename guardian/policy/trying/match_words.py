"""How a policy stands to a message, in words: how far from its threshold, by which reasons, or what set it aside.

Distances are told in steps of logit space, where one step means the same at 0.5 as at 0.99 (`guardian.policy.roads`):
it multiplies the odds by e, and of examples it is one standard deviation of ordinary messages.

Invariant: what comes from a policy or a record has passed `safe_line`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from guardian.judge_words import JUDGE
from guardian.policy.roads import margin_of
from guardian.safe_text import safe_line
from guardian.verdict import PolicyMatch

NEAR_STEPS: Final = 1.0
"""How many steps under its threshold a policy nearly matched: from 0.80 down to 0.60, from 0.50 down to 0.27."""
_OUTRIGHT: Final = 0.9999
"""Scores that stand for found or not found, as the journal rounds them."""
_REASON_CHARACTERS: Final = 80


def nearly_matched(match: PolicyMatch) -> bool:
    """Whether a policy that did not match was at most `NEAR_STEPS` from it, or matched but for an exception."""
    if match.matched:
        return False
    return bool(match.excused) or margin_of(match.score, match.threshold) >= -NEAR_STEPS


def standing_words(match: PolicyMatch) -> str:
    """The whole of it: `matched by the model (urgency) (score 0.97, threshold 0.80: over it by 2.1)`."""
    if match.matched:
        has_none = match.score >= _OUTRIGHT or (JUDGE in match.because and match.score <= 1 - _OUTRIGHT)
        distance = "" if has_none else f" ({distance_words(match.score, match.threshold)})"
        excused = f"; part of it set aside: {safe_line(match.excused)}" if match.excused else ""
        return f"matched by {reasons_words(match.because)}{distance}{excused}"
    if match.excused:
        return f"set aside: {safe_line(match.excused)}"
    return f"not matched ({distance_words(match.score, match.threshold)})"


def distance_words(score: float, threshold: float) -> str:
    """`score 0.97, threshold 0.80: over it by 2.1`."""
    if score >= _OUTRIGHT:
        return "found outright"
    if score <= 1 - _OUTRIGHT:
        return "nothing found"
    margin = margin_of(score, threshold)
    side = "over" if score >= threshold else "short of"
    return f"score {score:.2f}, threshold {threshold:.2f}: {side} it by {abs(margin):.1f}"


def reasons_words(because: Iterable[str]) -> str:
    """The reasons of a match, as `PolicyMatch.because` lists them: `the model (urgency, risk) and pattern 1`."""
    kinds: dict[str, list[str]] = {}
    for reason in because:
        kind, _, which = safe_line(reason, _REASON_CHARACTERS).partition(":")
        kinds.setdefault(kind, []).append(which)
    listed = {kind: ", ".join(which) for kind, which in kinds.items()}
    words = {
        "tactic": "the model ({})",
        "rule": "rules ({})",
        "pattern": "its pattern {}",
        "example": "likeness to its example {}",
        "judge": "your judge",
    }
    return " and ".join(words.get(kind, "{}").format(which) for kind, which in listed.items()) or "what it leaves out"
