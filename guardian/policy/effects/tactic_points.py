"""Every way in which a policy's tactics can match, each as the least that must be found for it.

An expression over tactics is a monotone-or-not function of conditions "this output (or rule) says at least so much". In
disjunctive normal form each term is one way to match, and the message that just meets a term, with everything else as
unhelpful as the other policy allows, decides whether that policy covers the term. So two versions of a policy are
compared over all messages, and not only over those that somebody happens to have.

Invariants: pure; every point matches the expression that it was made from; too many ways is `TooManyWaysError`, never a
part of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from guardian.finding import Finding, FindingKind
from guardian.policy.base import Policy
from guardian.policy.expression import AllOf, AnyOf, Expression, Name, Not
from guardian.policy.roads import RULE_THRESHOLD, TacticOutputs
from guardian.tactics import TACTICS

MOST_TERMS: Final = 4_096
_MOST_FREE: Final = 6
"""Sources that one version wants both found and not found, and the other does not fix: each doubles the points."""


class TooManyWaysError(Exception):
    """An expression can be true in more ways than can be tried."""


@dataclass(frozen=True, slots=True)
class Source:
    """What may say something of a tactic: an output of the model, or a rule."""

    label: str
    """The output's label, or the tactic that the rule finds."""
    is_rule: bool


@dataclass(frozen=True, slots=True)
class Point:
    """One message as far as tactics go."""

    scores: Mapping[str, float]
    """By output; those of which nothing is said are 0."""
    findings: tuple[Finding, ...]
    """Of rules."""

    def words(self) -> str:
        """`urgency at 0.80 and secrecy (by a rule) at 0.50`."""
        said = [f"{label} at {score:.2f}" for label, score in self.scores.items() if score > 0]
        said += [f"{finding.tactic} (by a rule) at {finding.score:.2f}" for finding in self.findings]
        return " and ".join(said) or "nothing"


@dataclass(frozen=True, slots=True)
class _Term:
    """One way to match: what each source must reach, and what it must stay below."""

    reached: Mapping[Source, float]
    below: Mapping[Source, float]

    def joined(self, other: _Term) -> _Term | None:
        """Both at once; None where that can't be."""
        reached = {**self.reached, **{s: max(c, self.reached.get(s, 0.0)) for s, c in other.reached.items()}}
        below = {**self.below, **{s: min(c, self.below.get(s, math.inf)) for s, c in other.below.items()}}
        can_be = all(reached[source] < cut for source, cut in below.items() if source in reached)
        return _Term(reached, below) if can_be else None


def points(before: Policy, after: Policy, outputs: TacticOutputs, thresholds: Mapping[str, float]) -> Iterator[Point]:
    """The points that decide whether `after` covers every way in which `before` matches by tactics.

    `thresholds` are those in force for one channel, by output. Raises TooManyWaysError.
    """
    if before.match.tactics is None:
        return
    leaves = _Leaves(outputs, thresholds, before.match.thresholds)
    terms = leaves.terms(before.match.tactics, negated=False)
    wanted, unwanted = _sources_of(after, outputs, thresholds)
    for term in terms:
        yield from _points_of(term, wanted, unwanted)


class _Leaves:
    """What each name of an expression asks of which source, under one version's thresholds."""

    def __init__(
        self, outputs: TacticOutputs, thresholds: Mapping[str, float], own_thresholds: Mapping[str, float]
    ) -> None:
        self._outputs, self._thresholds, self._own = outputs, thresholds, own_thresholds

    def terms(self, expression: Expression, *, negated: bool) -> list[_Term]:
        match expression:
            case Name(id=name):
                cuts = self.cuts(name)
                if negated:
                    return [_Term({}, cuts)]
                return [_Term({source: cut}, {}) for source, cut in cuts.items()]
            case Not(part=part):
                return self.terms(part, negated=not negated)
            case AnyOf(parts=parts) | AllOf(parts=parts):
                each = [self.terms(part, negated=negated) for part in parts]
                is_any = isinstance(expression, AnyOf) is not negated
                return _capped([term for terms in each for term in terms]) if is_any else _all_of(each)

    def cuts(self, name: str) -> dict[Source, float]:
        """The sources that answer for a name, each with the score from which it does."""
        own = self._own.get(name)
        cuts = {}
        for output in self._outputs.for_name(name):
            cuts[Source(output.label, is_rule=False)] = self._thresholds[output.label] if own is None else own
        for tactic in TACTICS.values():
            if name in (tactic.id, tactic.group):
                cuts[Source(tactic.id, is_rule=True)] = RULE_THRESHOLD if own is None else own
        return cuts


def _all_of(each: Sequence[list[_Term]]) -> list[_Term]:
    joined = [_Term({}, {})]
    for terms in each:
        if len(joined) * len(terms) > MOST_TERMS:
            raise TooManyWaysError
        pairs = (left.joined(right) for left in joined for right in terms)
        joined = [term for term in pairs if term is not None]
    return joined


def _capped(terms: list[_Term]) -> list[_Term]:
    if len(terms) > MOST_TERMS:
        raise TooManyWaysError
    return terms


def _sources_of(
    policy: Policy, outputs: TacticOutputs, thresholds: Mapping[str, float]
) -> tuple[set[Source], set[Source]]:
    """The sources that a policy wants to have found something, and those that it wants to have found nothing."""
    found: tuple[set[Source], set[Source]] = set(), set()
    leaves = _Leaves(outputs, thresholds, policy.match.thresholds)

    def look(expression: Expression, negated: bool) -> None:
        match expression:
            case Name(id=name):
                found[negated].update(leaves.cuts(name))
            case Not(part=part):
                look(part, not negated)
            case AnyOf(parts=parts) | AllOf(parts=parts):
                for part in parts:
                    look(part, negated)

    if policy.match.tactics is not None:
        look(policy.match.tactics, negated=False)
    return found


def _points_of(term: _Term, wanted: set[Source], unwanted: set[Source]) -> Iterator[Point]:
    """The term's message with every source that it leaves open as the other version likes it least."""
    levels: dict[Source, tuple[float, ...]] = {}
    for source in {**term.reached, **term.below, **dict.fromkeys(wanted | unwanted)}:
        low = term.reached.get(source, 0.0)
        high = math.nextafter(term.below[source], 0.0) if source in term.below else 1.0
        if source not in unwanted:
            levels[source] = (low,)
        else:
            levels[source] = (low, high) if source in wanted else (high,)
    if sum(len(each) > 1 for each in levels.values()) > _MOST_FREE:
        raise TooManyWaysError
    for chosen in product(*levels.values()):
        yield _point(dict(zip(levels, chosen, strict=True)))


def _point(levels: Mapping[Source, float]) -> Point:
    scores = {source.label: level for source, level in levels.items() if not source.is_rule}
    findings = [
        Finding("probe", source.label, level, "", (), FindingKind.RULE)
        for source, level in levels.items()
        if source.is_rule and level > 0
    ]
    return Point(scores, tuple(findings))
