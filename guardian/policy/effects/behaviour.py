"""Whether a change makes a policy milder: decided by what both versions do, never by comparing texts.

What is tried: every way in which the tactics can match (`tactic_points`), texts made from the patterns
(`pattern_texts`), everybody, every hour and every mute that either version names (`behaviour_scope`), the examples of
both versions and texts near them, the ordinary messages of the reference bank, and the messages that the caller gives.

One message on which the later version does less is enough, but for what is recognised by examples alone: there a change
moves a border in many dimensions, so the near texts and the bank count in sum. What can't be shown to be covered counts
as milder.

Invariants: pure; a version with the same content is never milder; where the examples changed and the model's numbers
for them are not at hand the answer is None, never a guess.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

import numpy as np

from guardian.calibration.bank import ReferenceBank
from guardian.calibration.thresholds import Thresholds, shipped_thresholds
from guardian.detectors.base import Evidence
from guardian.inference.base import Encoding, Floats
from guardian.inference.manifest import Manifest
from guardian.message import Channel, Message
from guardian.policy.base import Policy, When
from guardian.policy.effects.behaviour_scope import narrower_scope
from guardian.policy.effects.pattern_texts import matching_texts
from guardian.policy.effects.sample import Sample, answer, ranked
from guardian.policy.effects.tactic_points import TooManyWaysError, points
from guardian.policy.examples import texts_to_embed
from guardian.policy.match import Matcher
from guardian.policy.patterns import Pattern, encode
from guardian.policy.probe import Probe
from guardian.policy.replay import bank_samples
from guardian.policy.roads import TacticOutputs
from guardian.reading.base import Reading, ViewKind, Window, exact_view
from guardian.safe_text import safe_line

_MOST_NEAR: Final = 200
"""Examples to flag round which texts are tried."""
_NEIGHBOURS: Final = 24
_TOWARDS_OTHERS: Final = (0.15, 0.3, 0.45, 0.6)
"""How far from an example to flag towards an ordinary message the texts near it lie."""
_QUOTED_CHARACTERS: Final = 60


@dataclass(frozen=True, slots=True, repr=False)
class Probes:
    """What two versions of a policy are tried on, besides what is made from themselves."""

    today: date
    """By the owner's clock: mutes that have ended count for nothing."""
    manifest: Manifest | None = None
    """Without it tactics stand on rules alone."""
    thresholds: Thresholds | None = None
    """Those in force; the manifest's where None."""
    bank: ReferenceBank | None = None
    embeddings: Mapping[str, Floats] = field(default_factory=dict)
    """Unit row of each text of `texts_to_embed([before, after])`."""
    tests: Mapping[tuple[str, Channel], Sample] = field(default_factory=dict)
    """By the text of an example and a channel: as the gate would judge it. What is not there is known by its row."""
    messages: Sequence[Sample] = ()
    """Any other messages, such as those of the journal."""


def loosens(before: Policy | None, after: Policy | None, probes: Probes) -> str | None:
    """Why `after` is milder than `before`, in one safe line; empty where it is not.

    None is a policy that is not there: to take one away is milder, to bring one is not. The answer is None where it
    hangs on examples whose rows `probes` has not.
    """
    if before is None or not before.is_in_force:
        return ""
    if after is None:
        return "it is taken away"
    if not after.is_in_force:
        return f"its status becomes {after.status.value}, in which it looks at nothing"
    comparison = _Comparison(before, after, probes)
    why = (
        _milder_by_judge(before, after)
        or narrower_scope(before, after, probes.today, probes.manifest, ranked)
        or comparison.lost_tactics()
        or comparison.lost_patterns()
    )
    if why or not comparison.can_judge_examples:
        return safe_line(why) or None
    return safe_line(comparison.lost_tests() or comparison.lost_messages() or comparison.lost_neighbours())


class _Comparison:
    """Two versions that are both in force."""

    def __init__(self, before: Policy, after: Policy, probes: Probes) -> None:
        self._before, self._after, self._probes = before, after, probes
        self._whole = tuple(self._matcher(policy) for policy in (before, after))
        self._everywhere = tuple(self._matcher(replace(policy, **_NO_SCOPE)) for policy in (before, after))

    @property
    def can_judge_examples(self) -> bool:
        """Whether the examples are the same in both versions, or all rows are there that they need."""
        if _recognised_by(self._before) == _recognised_by(self._after):
            return True
        rows = self._probes.embeddings
        return self._probes.bank is not None and all(t in rows for t in texts_to_embed([self._before, self._after]))

    def lost_tactics(self) -> str:
        """A way to match by tactics on which the later version does less."""
        matches = self._before.match, self._after.match
        if matches[0].tactics == matches[1].tactics and matches[0].thresholds == matches[1].thresholds:
            return ""
        outputs = TacticOutputs(self._probes.manifest)
        try:
            for channel in self._before.channels:
                for point in points(self._before, self._after, outputs, self._thresholds(channel)):
                    evidence = Evidence(Message(b"", channel=channel), Reading((), ()), point.scores)
                    if _is_milder(self._everywhere, Sample("", evidence, point.findings)):
                        return f"it no longer does as much where it finds {point.words()}"
        except TooManyWaysError:
            return "its tactics can match in too many ways to show that it still covers all of them"
        return ""

    def lost_patterns(self) -> str:
        """A pattern that is gone, and a text that none of the later patterns is in."""
        later = [Pattern(source) for source in self._after.match.patterns]
        for number, source in enumerate(self._before.match.patterns, start=1):
            if source in self._after.match.patterns:
                continue
            made = matching_texts(source)
            for text in (*made, *self._kept_texts(source)):
                if not any(pattern.is_in(encode(text)) for pattern in later):
                    quote = safe_line(text.strip(), _QUOTED_CHARACTERS)
                    return f'pattern {number} is gone or changed, and no pattern finds "{quote}"'
            if not made:
                return f"pattern {number} is gone or changed, and it can't be shown that the others cover it"
        return ""

    def lost_tests(self) -> str:
        """An example of either version on which the later one does less."""
        for example in dict.fromkeys((*self._before.examples, *self._after.examples)):
            for channel in self._before.channels:
                if any(_is_milder(self._everywhere, sample) for sample in self._tests(example.text, channel)):
                    side = "flag" if example.flag else "leave"
                    quote = safe_line(example.text.strip(), _QUOTED_CHARACTERS)
                    return f'it does less about an example to {side}: "{quote}"'
        return ""

    def lost_messages(self) -> str:
        """A message of the caller's, or an ordinary one, on which the later version does less."""
        for sample in self._probes.messages:
            if _is_milder(self._whole, sample):
                return f"it does less about {sample.name}"
        probes = self._probes
        if probes.bank is None or probes.manifest is None:
            return ""
        for sample in bank_samples(probes.bank, probes.manifest, self._before.channels):
            if _is_milder(self._everywhere, sample) and not _by_example_alone(self._everywhere[0], sample):
                return f"it does less about {sample.name}"
        return ""

    def lost_neighbours(self) -> str:
        """How many of the texts near the examples, and of the ordinary ones, are no longer recognised by examples,
        where these are more than the ones that are new."""
        bank, rows = self._probes.bank, self._probes.embeddings
        has_road = any(example.flag for example in self._before.examples)
        if bank is None or not has_road or _recognised_by(self._before) == _recognised_by(self._after):
            return ""
        ordinary = bank.embeddings[bank.rows(self._before.channels)]
        examples = dict.fromkeys(e.text for e in (*self._before.examples, *self._after.examples) if e.flag)
        near = _neighbours([rows[text] for text in examples if text in rows][:_MOST_NEAR], ordinary)
        tried = np.concatenate([near, ordinary])
        then, now = (
            Probe([policy], bank, rows).deviations(policy.id, tried) >= 0 for policy in (self._before, self._after)
        )
        lost, gained = int((then & ~now).sum()), int((now & ~then).sum())
        if lost <= gained:
            return ""
        return (
            f"of {len(tried):,} texts near its examples and ordinary ones it finds {now.sum():,}, before {then.sum():,}"
        )

    def _matcher(self, policy: Policy) -> Matcher:
        probes = self._probes
        return Matcher([policy], probes.manifest, probes.bank, probes.embeddings, probes.thresholds)

    def _thresholds(self, channel: Channel) -> Mapping[str, float]:
        if self._probes.manifest is None:
            return {}
        return (self._probes.thresholds or shipped_thresholds(self._probes.manifest)).on(channel)

    def _kept_texts(self, source: str) -> Iterator[str]:
        """Texts of examples and messages in which a pattern is."""
        pattern = Pattern(source)
        texts = [example.text for example in (*self._before.examples, *self._after.examples)]
        texts += [view.text for sample in self._probes.messages for view in sample.evidence.reading.views]
        return (text for text in texts if pattern.is_in(encode(text)))

    def _tests(self, text: str, channel: Channel) -> list[Sample]:
        """An example on a channel, as the gate would judge it where that is known; else by its row, once as if no
        tactic were found in it and once as if the earlier version's were."""
        known, row = self._probes.tests.get((text, channel)), self._probes.embeddings.get(text)
        if known is not None:
            return [known]
        if row is None:
            return []
        raw = text.encode("utf-8", "replace")
        view = exact_view(ViewKind.VISIBLE, "text", text)
        reading = Reading((view,), (Window(0, 0, len(text), text),), size_bytes=len(raw))
        nothing = np.zeros(1, dtype=np.int32)
        encoding = Encoding(np.zeros((1, 0), dtype=np.float32), row[None], nothing, nothing, 0.0)
        message = Message(raw, channel=channel)
        return [
            Sample("", Evidence(message, reading, scores, encoding)) for scores in ({}, self._found_by_model(channel))
        ]

    def _found_by_model(self, channel: Channel) -> Mapping[str, float]:
        """Scores by which the earlier version matches; none where it has no tactics that the model scores."""
        outputs = TacticOutputs(self._probes.manifest)
        try:
            ways = points(self._before, self._after, outputs, self._thresholds(channel))
            return next((point.scores for point in ways if not point.findings), {})
        except TooManyWaysError:
            return {}


_NO_SCOPE: Final[Mapping[str, Any]] = {
    "senders_except": (),
    "senders_only": (),
    "hours": (),
    "days": (),
    "conversation": None,
    "mutes": (),
}


_ASKED: Final = (When.NEVER, When.UNDECIDED, When.ALWAYS)
"""How often the judge is asked, seldom first."""


def _milder_by_judge(before: Policy, after: Policy) -> str:
    """Why less comes of a second opinion: fewer chances to raise, or more to soften. Whether a judge is installed now
    does not matter: it may be tomorrow."""
    then, now = _ASKED.index(before.judge), _ASKED.index(after.judge)
    if after.judge_may_soften and not before.judge_may_soften:
        return "your judge may turn what it flags into unsure"
    if now < then:
        return f"your judge is asked less: {after.judge}, before {before.judge}"
    if after.judge_may_soften and now > then:
        return f"your judge, which may soften what it flags, is asked more: {after.judge}, before {before.judge}"
    return ""


def _is_milder(matchers: Sequence[Matcher], sample: Sample) -> bool:
    """Whether the second does less about a message than the first."""
    then, now = (ranked(matcher, sample.evidence, sample.findings) for matcher in matchers)
    return now < then


def _by_example_alone(matcher: Matcher, sample: Sample) -> bool:
    match = answer(matcher, sample.evidence, sample.findings)
    return match is not None and all(reason.startswith("example:") for reason in match.because)


def _recognised_by(policy: Policy) -> tuple[object, ...]:
    """All that decides what a policy recognises by its examples; nothing where it has none."""
    if not policy.examples:
        return ()
    return policy.examples, policy.prose, policy.match.rarity, frozenset(policy.channels)


def _neighbours(examples: Sequence[Floats], ordinary: Floats) -> Floats:
    """(n, size) unit rows near the examples: each of them some way towards some ordinary messages."""
    chosen = ordinary[np.linspace(0, len(ordinary) - 1, min(_NEIGHBOURS, len(ordinary)), dtype=np.intp)]
    mixed = [(1 - share) * example + share * chosen for example in examples for share in _TOWARDS_OTHERS]
    if not mixed:
        return ordinary[:0]
    rows = np.concatenate(mixed)
    near: Floats = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return near
