"""Roads: the ways in which a policy can match, each with a score, its threshold, and what to say of it.

Roads are compared in logit space, where one step means the same at 0.5 as at 0.99. Invariant: a road that matched is
always further over its threshold than one that did not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from guardian.finding import Finding, FindingKind
from guardian.inference.manifest import Manifest
from guardian.inference.outputs import Output
from guardian.policy.expression import AllOf, AnyOf, Expression, Name, Not
from guardian.tactics import GROUPS, RISK, TACTICS

RULE_THRESHOLD = 0.5
"""Of a rule's finding, unless the policy has its own threshold for that tactic: plain (0.9) and weak (0.6) cases match,
a mention (0.3) does not; see `detectors.rulebook`."""
_CERTAIN = 1e-6
"""Scores nearer than this to 0 or 1 count as this near, so that logits stay finite."""
_NOTHING = math.log(_CERTAIN / (1 - _CERTAIN))
"""Logit of a score of 0."""


@dataclass(frozen=True, slots=True)
class Road:
    """One way in which a policy may match a message."""

    score: float
    threshold: float
    margin: float
    """How far the score is over its threshold, in logit space."""
    matched: bool
    because: tuple[str, ...] = ()
    """What matched: `tactic:urgency`, `rule:money_request`, `pattern:1`, `example:2`."""
    tactics: tuple[str, ...] = ()
    """Ids of the tactics by which it matched."""
    is_weak: bool = False
    """Whether it matched only by outputs that were measured too weakly to do more than give notice."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one output of the model, or the rules, say of one tactic, group, or `risk`."""

    by: FindingKind
    """The model or a rule."""
    label: str
    """The output that answered, or the tactic that a rule found."""
    road: Road


def margin_of(score: float, threshold: float) -> float:
    """How far a score is over its threshold (below 0: under it), in logit space."""
    return _logit(score) - _logit(threshold)


def road(score: float, threshold: float, because: str, tactic: str = "", *, is_weak: bool = False) -> Road:
    """A road that matches where its score reaches its threshold."""
    margin = margin_of(score, threshold)
    if score < threshold:
        return Road(score, threshold, margin, False)
    return Road(score, threshold, margin, True, (because,), (tactic,) if tactic else (), is_weak)


def closed_road(threshold: float) -> Road:
    """A road on which nothing was found."""
    return Road(0.0, threshold, _NOTHING - _logit(threshold), False)


def widest(roads: Sequence[Road]) -> Road:
    """Matched where any of the roads is: the score of the one furthest over its threshold, the reasons of all."""
    best = max(roads, key=_standing)
    return _reasoned(best, [each for each in roads if each.matched]) if best.matched and len(roads) > 1 else best


def narrowest(roads: Sequence[Road]) -> Road:
    """Matched where all of the roads are: the score of the one least over its threshold, the reasons of all."""
    worst = min(roads, key=_standing)
    return _reasoned(worst, roads) if worst.matched else worst


def opposite(of: Road) -> Road:
    """Matched where the road is not."""
    return Road(1 - of.score, 1 - of.threshold, -of.margin, not of.matched)


class TacticOutputs:
    """Which outputs of the model answer for which tactic, group, or `risk`."""

    def __init__(self, manifest: Manifest | None) -> None:
        """Without a manifest no output answers for anything."""
        self._answering: dict[str, tuple[Output, ...]] = {}
        if manifest is None:
            return
        by_label = {output.label: output for output in manifest.outputs}
        for tactic in TACTICS:
            output = manifest.output_for(tactic)
            self._answering[tactic] = (output,) if output is not None else ()
        for group in GROUPS:
            members = (by_label[t.id] for t in TACTICS.values() if t.group == group and t.id in by_label)
            self._answering[group] = (by_label[group],) if group in by_label else tuple(members)
        self._answering[RISK.id] = (by_label[RISK.id],) if RISK.id in by_label else ()

    def for_name(self, name: str) -> tuple[Output, ...]:
        """The outputs that answer for a tactic, a group (its own, else those of its tactics) or `risk`."""
        return self._answering.get(name, ())


class TacticRoads:
    """The roads by tactics for one message: what the model's outputs and the rules' findings say."""

    def __init__(
        self,
        outputs: TacticOutputs,
        thresholds: Mapping[str, float],
        scores: Mapping[str, float],
        findings: Sequence[Finding],
    ) -> None:
        """`thresholds` are those in force for the message's channel, by output."""
        self._outputs = outputs
        self._thresholds = thresholds
        self._scores = scores
        self._rules: dict[str, float] = {}
        self._cache: dict[tuple[str, float | None, bool, frozenset[str]], Road] = {}
        for finding in findings:
            if finding.kind is FindingKind.RULE:
                self._rules[finding.tactic] = max(finding.score, self._rules.get(finding.tactic, 0.0))

    def road(
        self,
        expression: Expression,
        thresholds: Mapping[str, float],
        *,
        with_model: bool = True,
        muted: frozenset[str] = frozenset(),
    ) -> Road:
        """How the message stands to an expression over tactics; by rules alone where not `with_model`.

        The tactics in `muted` (or in a group that is) count as not found, but not behind a `not`, where that would make
        a match: a mute only takes reasons away.
        """
        return self._road(expression, thresholds, with_model, (muted, frozenset()))

    def _road(
        self,
        expression: Expression,
        thresholds: Mapping[str, float],
        with_model: bool,
        muted: tuple[frozenset[str], frozenset[str]],
    ) -> Road:
        """`muted`: what is muted here, and what is behind the next `not`."""
        match expression:
            case Name(id=name):
                return self._leaf(name, thresholds.get(name), with_model, muted[0])
            case AnyOf(parts=parts):
                return widest([self._road(part, thresholds, with_model, muted) for part in parts])
            case AllOf(parts=parts):
                return narrowest([self._road(part, thresholds, with_model, muted) for part in parts])
            case Not(part=part):
                return opposite(self._road(part, thresholds, with_model, muted[::-1]))

    def _leaf(self, name: str, own: float | None, with_model: bool, muted: frozenset[str]) -> Road:
        key = (name, own, with_model, muted)
        found = self._cache.get(key)
        if found is None:
            found = self._cache[key] = self._judge(name, own, with_model, muted)
        return found

    def parts(
        self, name: str, own: float | None, *, with_model: bool = True, muted: frozenset[str] = frozenset()
    ) -> list[Part]:
        """What the outputs and the rules that answer for a name say, one by one; `own` is the policy's threshold."""
        if _is_muted(name, muted):
            return []
        parts = []
        for output in self._outputs.for_name(name) if with_model else ():
            if output.label in self._scores and not _is_muted(output.label, muted):
                threshold = self._thresholds[output.label] if own is None else own
                score = self._scores[output.label]
                found = road(score, threshold, f"tactic:{name}", name, is_weak=output.notice_only)
                parts.append(Part(FindingKind.MODEL, output.label, found))
        for tactic, score in self._rules.items():
            if (tactic == name or _is_in_group(tactic, name)) and not _is_muted(tactic, muted):
                found = road(score, RULE_THRESHOLD if own is None else own, f"rule:{tactic}", tactic)
                parts.append(Part(FindingKind.RULE, tactic, found))
        return parts

    def _judge(self, name: str, own: float | None, with_model: bool, muted: frozenset[str]) -> Road:
        parts = self.parts(name, own, with_model=with_model, muted=muted)
        if not parts:
            return closed_road(RULE_THRESHOLD if own is None else own)
        return widest([part.road for part in parts])


def _is_in_group(tactic: str, group: str) -> bool:
    return tactic in TACTICS and TACTICS[tactic].group == group


def _is_muted(name: str, muted: frozenset[str]) -> bool:
    return name in muted or any(_is_in_group(name, group) for group in muted)


def _logit(p: float) -> float:
    p = min(max(p, _CERTAIN), 1 - _CERTAIN)
    return math.log(p / (1 - p))


def _standing(each: Road) -> tuple[bool, float]:
    return each.matched, each.margin


def _reasoned(standing: Road, matched: Sequence[Road]) -> Road:
    """The score of one road with the reasons of those that matched; weak only where every reason is."""
    because = tuple(dict.fromkeys(reason for each in matched for reason in each.because))
    tactics = tuple(dict.fromkeys(tactic for each in matched for tactic in each.tactics))
    is_weak = any(each.is_weak for each in matched) and all(each.is_weak or not each.because for each in matched)
    return Road(standing.score, standing.threshold, standing.margin, True, because, tactics, is_weak)
