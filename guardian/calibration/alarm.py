"""When a message would disturb the owner: the policies that warn, seen as one number over the model's outputs.

If every threshold that may move stood `d` higher (as a logit), a message would alarm exactly while its margin is at
least `d`. Alternatives take the larger margin and conditions the smaller, as the roads of `policy.roads` do.

Invariants: outputs that may only give notice never make an alarm by themselves; an owner's own threshold is fixed, so
what matches by it alone has no margin; a negated part counts as true, so alarms are over- and never underestimated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from guardian.calibration.thresholds import logit
from guardian.inference.manifest import Manifest
from guardian.message import Channel
from guardian.policy.base import Policy
from guardian.policy.expression import AllOf, AnyOf, Expression, Name, Not
from guardian.policy.roads import TacticOutputs
from guardian.verdict import Action

Doubles = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Margins:
    """Up to which shift an expression holds, for each message."""

    at_all: Doubles
    """(n,)"""
    as_alarm: Doubles
    """(n,): with a reason that may do more than give notice; never above `at_all`."""


@dataclass(frozen=True, slots=True)
class _Leaf:
    column: int
    notice_only: bool
    own: float | None
    """Logit of the owner's own threshold."""

    def margins(self, logits: Doubles, thresholds: Doubles) -> _Margins:
        column = logits[:, self.column]
        if self.own is None:
            margins = column - thresholds[self.column]
        else:
            margins = np.where(column >= self.own, np.inf, -np.inf)
        return _Margins(margins, _nothing(margins) if self.notice_only else margins)


class AlarmRule:
    """The policies that warn or hold on one channel, by what the model's outputs say."""

    def __init__(self, policies: Iterable[Policy], manifest: Manifest, channel: Channel) -> None:
        self._outputs = TacticOutputs(manifest)
        self._columns = {label: column for column, label in enumerate(manifest.labels)}
        self._policies = [
            policy
            for policy in policies
            if policy.looks_at(channel) and policy.effective_action in (Action.WARN, Action.HOLD)
        ]
        watched = {leaf.column for leaf in self._all_leaves() if leaf.own is None}
        self.watched: tuple[int, ...] = tuple(sorted(watched))
        """Columns of the outputs whose thresholds decide about alarms."""
        self.can_alarm = any(leaf.own is None and not leaf.notice_only for leaf in self._all_leaves())
        """Whether any alarm hangs on a threshold that may move."""

    def margins(self, logits: Doubles, thresholds: Doubles, excepted: Mapping[str, Flags] | None = None) -> Doubles:
        """(n,): each message's margin under `thresholds` (outputs,), both as logits; minus infinity where none.

        `logits` is (n, outputs). `excepted` says by policy id which messages' senders the policy excepts.
        """
        best = np.full(len(logits), -np.inf)
        for policy in self._policies:
            if policy.match.tactics is None:
                continue
            own = policy.match.thresholds
            margins = self._evaluate(policy.match.tactics, own, logits, thresholds).as_alarm
            margins = np.where(np.isposinf(margins), -np.inf, margins)
            if excepted is not None and policy.id in excepted:
                margins = np.where(excepted[policy.id], -np.inf, margins)
            best = np.maximum(best, margins)
        return best

    def _evaluate(
        self, expression: Expression, own: Mapping[str, float], logits: Doubles, thresholds: Doubles
    ) -> _Margins:
        match expression:
            case Name(id=name):
                found = [leaf.margins(logits, thresholds) for leaf in self._leaves(name, own)]
                return _any(found) if found else _constant(len(logits), -np.inf, -np.inf)
            case AnyOf(parts=parts):
                return _any([self._evaluate(part, own, logits, thresholds) for part in parts])
            case AllOf(parts=parts):
                return _all([self._evaluate(part, own, logits, thresholds) for part in parts])
            case Not():
                return _constant(len(logits), np.inf, -np.inf)

    def _leaves(self, name: str, own: Mapping[str, float]) -> Iterator[_Leaf]:
        threshold = logit(own[name]) if name in own else None
        for output in self._outputs.for_name(name):
            yield _Leaf(self._columns[output.label], output.notice_only, threshold)

    def _all_leaves(self) -> Iterator[_Leaf]:
        for policy in self._policies:
            for name in _names(policy.match.tactics):
                yield from self._leaves(name, policy.match.thresholds)


def _names(expression: Expression | None) -> Iterator[str]:
    """The names of an expression that are not negated."""
    match expression:
        case Name(id=name):
            yield name
        case AnyOf(parts=parts) | AllOf(parts=parts):
            for part in parts:
                yield from _names(part)


def _any(parts: list[_Margins]) -> _Margins:
    return _Margins(reduce(np.maximum, [p.at_all for p in parts]), reduce(np.maximum, [p.as_alarm for p in parts]))


def _all(parts: list[_Margins]) -> _Margins:
    at_all = reduce(np.minimum, [part.at_all for part in parts])
    return _Margins(at_all, np.minimum(at_all, reduce(np.maximum, [part.as_alarm for part in parts])))


def _constant(count: int, at_all: float, as_alarm: float) -> _Margins:
    return _Margins(np.full(count, at_all), np.full(count, as_alarm))


def _nothing(like: Doubles) -> Doubles:
    return np.full(len(like), -np.inf)
