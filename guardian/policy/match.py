"""Holds a message against the owner's policies.

A policy matches by any of its roads: tactics, patterns, examples. Invariants: pure (same evidence, same answer); all
example probes cost one matrix product; a message that nearly copies a fine example is excused from what the model says
of it, never from a pattern or from a rule's finding (a model may add, never clear); scope and the owner's mutes go
before all of these; every exception is named in `PolicyMatch.excused`, and none ever adds a match.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from guardian.calibration.bank import ReferenceBank, rarity_words
from guardian.calibration.thresholds import Thresholds, shipped_thresholds
from guardian.detectors.base import Evidence
from guardian.finding import Finding, Span
from guardian.inference.base import Floats
from guardian.inference.manifest import Manifest
from guardian.message import Channel
from guardian.policy.base import Mute, Policy
from guardian.policy.patterns import Pattern, encode_all
from guardian.policy.probe import THRESHOLD, Probe, ProbeReading
from guardian.policy.roads import Road, TacticOutputs, TacticRoads, closed_road, road, widest
from guardian.policy.scope import Circumstances, Scope, circumstances_of
from guardian.reading.base import View
from guardian.verdict import Action, PolicyMatch

MOST_SPANS = 8
"""Quotes of one policy's patterns in one message."""
_MOST_RANGES = 200
"""Places of one pattern that are looked at in a conversation; its view is one window long."""
_NO_ROAD = closed_road(THRESHOLD)


@dataclass(frozen=True, slots=True)
class _Watch:
    """One policy with its scope and its compiled patterns."""

    policy: Policy
    scope: Scope
    patterns: tuple[Pattern, ...]


class _Case:
    """One message as all policies look at it: what is costly is computed once, and only where it is asked for."""

    def __init__(self, evidence: Evidence, tactics: TacticRoads, probe: Probe | None) -> None:
        self.evidence = evidence
        self.tactics = tactics
        self.probe = probe if evidence.encoding is not None else None

    @cached_property
    def circumstances(self) -> Circumstances:
        """What the policies' scopes are decided by."""
        return circumstances_of(self.evidence)

    @cached_property
    def texts(self) -> tuple[bytes, ...]:
        """Every view of the message alone, as patterns take it."""
        return encode_all([view.text for view in self.evidence.reading.views if not view.seam])

    def crosses(self, pattern: Pattern) -> bool:
        """Whether the pattern goes over from one message of the conversation to another."""
        views = self.evidence.reading.views
        return any(_crossing(pattern, view) for view in views[-1:] if view.seam)

    @cached_property
    def probed(self) -> ProbeReading:
        """What the examples say; nothing where the model did not judge."""
        encoding = self.evidence.encoding
        if self.probe is None or encoding is None:
            return ProbeReading({}, {}, {})
        return self.probe.read(encoding.embeddings)


class Matcher:
    """The policies in force, ready to look at messages."""

    def __init__(
        self,
        policies: Sequence[Policy],
        manifest: Manifest | None,
        bank: ReferenceBank | None,
        example_embeddings: Mapping[str, Floats],
        thresholds: Thresholds | None = None,
        *,
        earlier: Matcher | None = None,
    ) -> None:
        """Without a manifest tactics stand on rules alone, and without a bank examples do not count; without
        `thresholds` the manifest's are in force. What an `earlier` matcher with the same bank worked out for policies
        whose examples have not changed is taken over."""
        in_force = [policy for policy in policies if policy.is_in_force]
        watches = [_Watch(policy, Scope(policy), tuple(map(Pattern, policy.match.patterns))) for policy in in_force]
        self._by_id = {watch.policy.id: watch for watch in watches}
        self._by_channel = {channel: [w for w in watches if w.policy.looks_at(channel)] for channel in Channel}
        self._outputs = TacticOutputs(manifest)
        self._thresholds = thresholds or (shipped_thresholds(manifest) if manifest is not None else None)
        known = earlier._probe if earlier is not None else None
        self._probe: Probe | None = (
            Probe(in_force, bank, example_embeddings, earlier=known) if bank is not None else None
        )

    @property
    def policies(self) -> tuple[Policy, ...]:
        """Those in force, in order."""
        return tuple(watch.policy for watch in self._by_id.values())

    def match(self, evidence: Evidence, findings: Sequence[Finding]) -> tuple[PolicyMatch, ...]:
        """How every policy that looks at the message's channel stands to it, in order of the policies."""
        channel = evidence.message.channel
        thresholds = self._thresholds.on(channel) if self._thresholds is not None else {}
        tactics = TacticRoads(self._outputs, thresholds, evidence.scores, findings)
        case = _Case(evidence, tactics, self._probe)
        return tuple(_match(watch, case) for watch in self._by_channel[channel])

    def excuses(self, policy: Policy, evidence: Evidence) -> str:
        """Why no model may bring up a policy in force that did not match this message, in words; empty where one may:
        its scope, any mute that holds for the sender, a copied fine example."""
        scope, circumstances = self._by_id[policy.id].scope, circumstances_of(evidence)
        if outside := scope.outside(circumstances):
            return outside
        if mutes := scope.mutes(circumstances):
            return f"you muted {mutes[0]}"
        if self._probe is None or evidence.encoding is None:
            return ""
        number = self._probe.same_as_fine(policy.id, evidence.encoding.embeddings)
        return "" if number is None else f"nearly the same as your fine example {number}"

    def pattern_spans(self, match: PolicyMatch, evidence: Evidence) -> tuple[Span, ...]:
        """The words that a matched policy's patterns found, in order of pattern and place, at most `MOST_SPANS`."""
        watch = self._by_id.get(match.id)
        if watch is None:
            return ()
        spans: list[Span] = []
        for number, pattern in enumerate(watch.patterns, start=1):
            if _pattern_name(number) not in match.because:
                continue
            for view in evidence.reading.views:
                ranges = _crossing(pattern, view) if view.seam else pattern.ranges(view.text, MOST_SPANS)
                spans += (view.span(start, end) for start, end in ranges)
        return tuple(dict.fromkeys(spans))[:MOST_SPANS]

    def example_scores(self, match: PolicyMatch, embeddings: Floats) -> Floats:
        """(n,): for n unit rows (sentences, say), how far each is over the threshold of the policy's examples, in
        standard deviations of ordinary messages; minus infinity where the policy has no examples in force."""
        if self._probe is None or match.id not in self._by_id:
            return np.full(len(embeddings), -np.inf, dtype=np.float32)
        return self._probe.deviations(match.id, embeddings)

    def rarity_words(self, match: PolicyMatch, evidence: Evidence) -> str:
        """`as strange as 1 in N ordinary messages` for a match by examples; empty for any other."""
        by_example = any(reason.startswith("example:") for reason in match.because)
        if not by_example or self._probe is None or evidence.encoding is None:
            return ""
        return rarity_words(self._probe.rarity(match.id, evidence.encoding.embeddings))


def _match(watch: _Watch, case: _Case) -> PolicyMatch:
    policy = watch.policy
    chosen, excused = _widest_road(watch, case), ""
    if chosen.matched:
        chosen, excused = _set_aside(watch, case, chosen)
    return PolicyMatch(
        id=policy.id,
        title=policy.title,
        why=policy.why,
        severity=policy.severity,
        action=_action(policy, chosen),
        score=chosen.score,
        threshold=chosen.threshold,
        matched=chosen.matched,
        because=chosen.because,
        tactics=chosen.tactics,
        excused=excused,
        keep_text=policy.keep_text,
    )


def _action(policy: Policy, chosen: Road) -> Action:
    """What the policy asks for, at most a notice where only weakly measured outputs of the model matched."""
    asked = policy.effective_action
    return Action.NOTICE if chosen.is_weak and asked in (Action.WARN, Action.HOLD) else asked


def _set_aside(watch: _Watch, case: _Case, chosen: Road) -> tuple[Road, str]:
    """What is left of a match, and in words what took the rest, in the order that `scope.precedence` prints."""
    outside = watch.scope.outside(case.circumstances)
    if outside:
        return _emptied(chosen), outside
    left, muted_tactics, muted_words = _without_mutes(watch, case, chosen)
    if not left.matched:
        return left, muted_words
    left, copied_words = _without_copies_of_fine_examples(watch, case, left, muted_tactics)
    return left, "; ".join(filter(None, (muted_words, copied_words)))


def _without_mutes(watch: _Watch, case: _Case, chosen: Road) -> tuple[Road, frozenset[str], str]:
    """What the owner's mutes leave of a match, the tactics they mute, and in words those that took something."""
    mutes = watch.scope.mutes(case.circumstances)
    whole = next((mute for mute in mutes if not mute.tactic), None)
    if whole is not None:
        return _emptied(chosen), frozenset(), f"you muted {whole}"
    found = _tactics_road(watch, case) if mutes else None
    if found is None or not found.matched:
        return chosen, frozenset(), ""
    taking = [mute for mute in mutes if _tactics_road(watch, case, muted=_tactics((mute,))) != found]
    if not taking:
        return chosen, frozenset(), ""
    muted = _tactics(taking)
    left = _widest_road(watch, case, muted=muted)
    is_as_before = (left.matched, left.because) == (chosen.matched, chosen.because)
    words = "" if is_as_before else "; ".join(f"you muted {mute}" for mute in taking)
    return (left if left.matched else _emptied(chosen)), muted, words


def _tactics(mutes: Sequence[Mute]) -> frozenset[str]:
    return frozenset(mute.tactic for mute in mutes)


def _emptied(chosen: Road) -> Road:
    """A match that does not count: its score and threshold still say how strong it was."""
    return replace(chosen, matched=False, because=(), tactics=())


def _widest_road(watch: _Watch, case: _Case, *, with_model: bool = True, muted: frozenset[str] = frozenset()) -> Road:
    """The best of the policy's roads, with the reasons of all that matched; those by muted tactics left out."""
    by_tactics = _tactics_road(watch, case, with_model=with_model, muted=muted)
    roads = [by_tactics] if by_tactics is not None else []
    if watch.patterns:
        roads += _pattern_roads(watch.patterns, case)
    if with_model and watch.policy.id in case.probed.scores:
        roads.append(_example_road(watch.policy.id, case))
    return widest(roads) if roads else _NO_ROAD


def _tactics_road(
    watch: _Watch, case: _Case, *, with_model: bool = True, muted: frozenset[str] = frozenset()
) -> Road | None:
    """The road by the policy's tactics; None where it names none."""
    match = watch.policy.match
    if match.tactics is None:
        return None
    return case.tactics.road(match.tactics, match.thresholds, with_model=with_model, muted=muted)


def _pattern_roads(patterns: Sequence[Pattern], case: _Case) -> list[Road]:
    """A road for each pattern that is in one of the message's texts, or in it together with what was sent before."""
    return [
        road(1.0, THRESHOLD, _pattern_name(number))
        for number, pattern in enumerate(patterns, start=1)
        if any(pattern.is_in(text) for text in case.texts) or case.crosses(pattern)
    ]


def _crossing(pattern: Pattern, view: View) -> list[tuple[int, int]]:
    """Where a pattern goes over a seam of a conversation: what stands between two of them is of one message alone."""
    return [each for each in pattern.ranges(view.text, _MOST_RANGES) if view.is_joint(*each)]


def _example_road(policy: str, case: _Case) -> Road:
    probed, encoding = case.probed, case.evidence.encoding
    score, margin = probed.scores[policy], probed.margins[policy]
    if case.probe is None or encoding is None:
        return Road(score, THRESHOLD, margin, False)
    if margin < 0:
        copied = case.probe.same_as_flag(policy, encoding.embeddings)
        return Road(score, THRESHOLD, margin, False) if copied is None else road(1.0, THRESHOLD, f"example:{copied}")
    number = case.probe.nearest_flag(policy, encoding.embeddings[probed.windows[policy]])
    return Road(score, THRESHOLD, margin, True, (f"example:{number}",))


def _without_copies_of_fine_examples(
    watch: _Watch, case: _Case, chosen: Road, muted: frozenset[str]
) -> tuple[Road, str]:
    """The road that is left, and why, where the message nearly copies one of the policy's fine examples."""
    encoding = case.evidence.encoding
    if case.probe is None or encoding is None:
        return chosen, ""
    number = case.probe.same_as_fine(watch.policy.id, encoding.embeddings)
    if number is None:
        return chosen, ""
    left = _widest_road(watch, case, with_model=False, muted=muted)
    if left.because == chosen.because:
        return chosen, ""
    return left, f"nearly the same as your fine example {number}"


def _pattern_name(number: int) -> str:
    return f"pattern:{number}"
