"""A message as policies look at it, kept apart from any one set of policies: what a policy can be tried on.

Invariant: how strongly a policy answers is what the gate would say (`guardian.policy.decide`) had it this policy alone
and the whole message been judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from guardian.detectors.base import Evidence
from guardian.finding import Finding
from guardian.policy.decide import decide
from guardian.policy.match import Matcher
from guardian.verdict import Action, Coverage, Outcome, PolicyMatch

NOTHING: Final = (0, 0)
"""The rank of an answer that does nothing."""
_WHOLE: Final = Coverage(0, 1)
_OUTCOMES: Final = (Outcome.CLEAN, Outcome.NOTICE, Outcome.FLAGGED)
_ACTIONS: Final = tuple(Action)


@dataclass(frozen=True, slots=True, repr=False)
class Sample:
    """One message, read and judged."""

    name: str
    """What it is called to the owner, such as `example 3` or `record 412`."""
    evidence: Evidence
    findings: tuple[Finding, ...] = ()


def answer(matcher: Matcher, evidence: Evidence, findings: Sequence[Finding]) -> PolicyMatch | None:
    """What the one policy of a matcher says of a message; None where it does not look."""
    return next(iter(matcher.match(evidence, findings)), None)


def rank_of(match: PolicyMatch | None) -> tuple[int, int]:
    """Outcome's rank and action's rank of one policy's answer; `NOTHING` is the mildest."""
    outcome, action = decide([match] if match is not None else [], _WHOLE, judged=True)
    return _OUTCOMES.index(outcome), _ACTIONS.index(action)


def ranked(matcher: Matcher, evidence: Evidence, findings: Sequence[Finding]) -> tuple[int, int]:
    """How strongly the one policy of a matcher answers to a message."""
    return rank_of(answer(matcher, evidence, findings))
