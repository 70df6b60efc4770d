"""How often a policy would match ordinary messages: measured on the reference bank, as it would look at them.

Invariants: pure; a policy is tried as if it were in force, on each of its channels apart; the bank has neither texts
nor rules' findings, so patterns and rules only add to what is told here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from guardian.calibration.bank import ReferenceBank
from guardian.calibration.thresholds import Thresholds
from guardian.inference.base import Floats
from guardian.inference.manifest import Manifest
from guardian.message import Channel
from guardian.policy.base import DEFAULT_RARITY, Policy
from guardian.policy.expression import AllOf, AnyOf, Expression, Name, Not
from guardian.policy.lints.found import Found
from guardian.policy.position import Place, Positions
from guardian.policy.probe import Probe
from guardian.policy.problem import Level
from guardian.policy.roads import TacticOutputs
from guardian.tactics import group_of

TOO_OFTEN: Final = 1 / 20
"""Share of ordinary messages from which a policy is said to match too often; the starter policies match 1 in 55."""
_OF_ASSISTANTS: Final = "ai_to_human"
_WORDS: Final = {Channel.INCOMING: "ordinary messages", Channel.AI_OUTPUT: "ordinary answers"}

_Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, repr=False)
class _Ordinary:
    """The bank's messages of one channel."""

    scores: Mapping[str, NDArray[np.floating[Any]]]
    """Output's label to (messages,) calibrated scores."""
    rows: Floats
    """(messages, size)"""

    @property
    def count(self) -> int:
        """How many."""
        return len(self.rows)


class BankLint:
    """Tries policies on the bank; its scores are worked out once for all of them."""

    def __init__(self, manifest: Manifest, bank: ReferenceBank, thresholds: Thresholds) -> None:
        self._bank, self._thresholds = bank, thresholds
        self._outputs = TacticOutputs(manifest)
        self._ordinary = {channel: _ordinary(manifest, bank, channel) for channel in Channel}

    def problems(self, policy: Policy, positions: Positions, rows: Mapping[str, Floats]) -> Iterator[Found]:
        """What there is to say of one policy. `rows` are those of its examples; without them these do not count."""
        for channel in policy.channels:
            ordinary = self._ordinary[channel]
            matched = self._matches(policy, channel, rows)
            share = matched.sum() / max(ordinary.count, 1)
            if share >= TOO_OFTEN:
                place, hint = self._culprit(policy, channel, rows, positions, share)
                message = f"would match {one_in(share)} {_WORDS[channel]}"
                yield Level.WARNING, "matches-ordinary", place, message, hint
                return
        size = len(self._bank.channels)
        if policy.match.rarity > size and policy.match.rarity != DEFAULT_RARITY:
            place = positions.value(["match", "rarity"])
            message = f"the bank has {size:,} ordinary messages, so the examples may match none of them"
            yield Level.INFO, "rarer-than-measured", place, message, ""

    def _matches(self, policy: Policy, channel: Channel, rows: Mapping[str, Floats]) -> _Mask:
        """(messages,): which of the channel's ordinary messages the policy would match."""
        matched = np.zeros(self._ordinary[channel].count, dtype=np.bool_)
        if policy.match.tactics is not None:
            matched |= self._true(policy.match.tactics, policy.match.thresholds, channel)
        if any(example.flag and example.text in rows for example in policy.examples):
            probe = Probe([policy], self._bank, rows)
            matched |= probe.deviations(policy.id, self._ordinary[channel].rows) >= 0
        return matched

    def _true(self, expression: Expression, own: Mapping[str, float], channel: Channel) -> _Mask:
        """(messages,): of which the expression is true, by the model's scores alone."""
        ordinary = self._ordinary[channel]
        match expression:
            case Name(id=name):
                found = np.zeros(ordinary.count, dtype=np.bool_)
                for output in self._outputs.for_name(name):
                    found |= ordinary.scores[output.label] >= own.get(name, self._thresholds.on(channel)[output.label])
                return found
            case Not(part=part):
                return ~self._true(part, own, channel)
            case AnyOf(parts=parts):
                return _reduced(np.logical_or, [self._true(part, own, channel) for part in parts])
            case AllOf(parts=parts):
                return _reduced(np.logical_and, [self._true(part, own, channel) for part in parts])

    def _culprit(
        self, policy: Policy, channel: Channel, rows: Mapping[str, Floats], positions: Positions, share: float
    ) -> tuple[Place, str]:
        """Where to mend it, and how: the one number without which the policy matches less than half as often."""
        count = self._ordinary[channel].count
        for tactic, threshold in policy.match.thresholds.items():
            if not self._outputs.for_name(tactic):
                continue
            without = {name: each for name, each in policy.match.thresholds.items() if name != tactic}
            mended = replace(policy, match=replace(policy.match, thresholds=without))
            if self._matches(mended, channel, rows).sum() < share * count / 2:
                measured = max(self._thresholds.on(channel)[each.label] for each in self._outputs.for_name(tactic))
                hint = f"without your threshold of {threshold:g} the measured one, {measured:.2f}, holds"
                return positions.value(["match", "thresholds", tactic]), hint
        usual = replace(policy, match=replace(policy.match, rarity=max(policy.match.rarity, DEFAULT_RARITY)))
        if self._matches(usual, channel, rows).sum() < share * count / 2:
            return positions.value(["match", "rarity"]), f"{DEFAULT_RARITY} is the usual rarity"
        return positions.value(["match", "tactics"]), 'ask for two tactics with "and", or give a higher threshold'


def one_in(share: float) -> str:
    """`1 in 3`; `all` and `2 in 3` where it is more than half."""
    if share > 0.95:
        return "all"
    if share > 0.6:
        return "2 in 3"
    return f"1 in {max(round(1 / share), 2)}"


def _reduced(joined: np.ufunc, masks: Sequence[_Mask]) -> _Mask:
    mask: _Mask = joined.reduce(masks)
    return mask


def _ordinary(manifest: Manifest, bank: ReferenceBank, channel: Channel) -> _Ordinary:
    scores, rows = [np.zeros((0, len(manifest.labels)))], [bank.embeddings[:0]]
    for stratum, members in bank.strata():
        if stratum.channel is channel:
            possible = [channel is Channel.AI_OUTPUT or group_of(each) != _OF_ASSISTANTS for each in manifest.labels]
            scores.append(np.where(possible, manifest.window_scores(bank.logits[members], stratum), 0.0))
            rows.append(bank.embeddings[members])
    table = np.concatenate(scores)
    return _Ordinary(dict(zip(manifest.labels, table.T, strict=True)), np.concatenate(rows))
