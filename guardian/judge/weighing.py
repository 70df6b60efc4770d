"""What opinions do to a verdict: pure. Here is decided, and nowhere else, what the judge may do.

Invariants (each a property test):

- an opinion may raise what is said of a message; it never clears: every policy that matched still does;
- what a rule or a pattern stands behind is never lowered; anything else only where its owner allows it
  (`judge_may_soften`), and then to `unsure`, never below;
- an opinion that is not sure, or that failed, changes nothing, and neither does one on a policy that was excused;
- one more `yes` never lowers an outcome, and one more `no` never raises one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from guardian.finding import Finding, FindingKind
from guardian.hearing import Weighed
from guardian.judge.base import Label, Opinion
from guardian.judge.undecided import stands_on_rule
from guardian.judge_words import DOUBTS, JUDGE
from guardian.policy.base import Policy
from guardian.second_opinion import Changed, SecondOpinion
from guardian.verdict import Action, PolicyMatch, Reason

_RANKS: Final = {action: rank for rank, action in enumerate(Action)}
_FLAGGING: Final = (Action.WARN, Action.HOLD)


class _Weighed(NamedTuple):
    match: PolicyMatch
    finding: Finding | None = None
    reason: Reason | None = None


class Agreed(NamedTuple):
    """Whether an opinion is what rules and encoder said; None where they, or the judge, said nothing."""

    with_rules: bool | None
    with_encoder: bool | None


def weigh(
    matches: Sequence[PolicyMatch],
    opinions: Sequence[Opinion],
    policies: Mapping[str, Policy],
    judge: tuple[str, str],
    *,
    is_late: bool = False,
) -> Weighed:
    """The matches as they stand once the opinions are heard. `judge`: its name and its file's SHA-256."""
    name, sha256 = judge
    by_policy = {opinion.policy: opinion for opinion in opinions}
    weighed = [_weigh(match, by_policy.get(match.id), policies.get(match.id), name) for match in matches]
    findings = tuple(each.finding for each in weighed if each.finding is not None)
    reasons = tuple(each.reason for each in weighed if each.reason is not None)
    changed = Changed.RAISED if findings else Changed.SOFTENED if reasons else Changed.NOTHING
    says = SecondOpinion(name, sha256, tuple(opinions), is_late, changed)
    return Weighed(tuple(each.match for each in weighed), findings, reasons, says)


def agreed(match: PolicyMatch, opinion: Opinion) -> Agreed:
    """How an opinion stands to what was said before it."""
    if opinion.label is Label.UNSURE:
        return Agreed(None, None)
    is_yes = opinion.label is Label.YES
    is_by_rule = stands_on_rule(match)
    has_score = match.score > 0
    return Agreed(is_yes if is_by_rule else None, None if is_by_rule or not has_score else is_yes is match.matched)


def _weigh(match: PolicyMatch, opinion: Opinion | None, policy: Policy | None, name: str) -> _Weighed:
    if opinion is None or policy is None or not opinion.is_sure or opinion.failure or match.excused:
        return _Weighed(match)
    if opinion.label is Label.YES:
        return _raised(match, opinion, policy, name)
    return _softened(match, policy, name) if opinion.label is Label.NO else _Weighed(match)


def _raised(match: PolicyMatch, opinion: Opinion, policy: Policy, name: str) -> _Weighed:
    action = policy.effective_action
    if match.matched and _RANKS[action] <= _RANKS[match.action]:
        return _Weighed(match)
    finding = Finding(
        detector=JUDGE,
        tactic=f"policy:{match.id}",
        score=1 / (1 + math.exp(-max(opinion.margin, 0.0))),
        say=f"is what your policy '{match.title}' asks to flag, as your judge ({name}) reads it",
        kind=FindingKind.JUDGE,
    )
    return _Weighed(replace(match, matched=True, action=action, because=(*match.because, JUDGE)), finding)


def _softened(match: PolicyMatch, policy: Policy, name: str) -> _Weighed:
    may_soften = policy.judge_may_soften and match.matched and not stands_on_rule(match)
    if not may_soften or match.action not in _FLAGGING:
        return _Weighed(match)
    say = f"your judge ({name}) does not read this as what your policy '{match.title}' asks to flag"
    return _Weighed(replace(match, action=Action.NOTICE), reason=Reason(DOUBTS, say))
