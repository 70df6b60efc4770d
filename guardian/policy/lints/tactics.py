"""Tactics that a policy names and that can't do what its owner means: never true, of another channel, unscored.

Invariant: what is said to be never true is so whatever the model and the rules find: no way to be true is left
(`guardian.policy.effects.tactic_points`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from guardian.calibration.thresholds import shipped_thresholds
from guardian.inference.manifest import Manifest
from guardian.message import Channel
from guardian.policy.base import Policy
from guardian.policy.effects.tactic_points import TooManyWaysError, points
from guardian.policy.expression import AllOf, AnyOf, Expression, Name, Not, names
from guardian.policy.lints.found import Found
from guardian.policy.position import Positions
from guardian.policy.problem import Level
from guardian.policy.roads import TacticOutputs
from guardian.tactics import TACTICS, group_of

_RULES_ONLY: Final = "obfuscation"
"""The group whose tactics no model scores, by design."""
_OF_ASSISTANTS: Final = "ai_to_human"
"""The group that only an assistant's answers are scored for."""


def tactic_problems(policy: Policy, positions: Positions, manifest: Manifest | None) -> Iterator[Found]:
    """What is wrong with a policy's tactics and thresholds. Without a manifest the model is not asked."""
    expression = policy.match.tactics
    used = names(expression) if expression is not None else ()
    for tactic in policy.match.thresholds:
        if tactic not in used:
            place = positions.key(["match", "thresholds", tactic])
            message = f"threshold for {tactic}, which the policy's tactics do not name, does nothing"
            yield Level.WARNING, "unused-threshold", place, message, f"name {tactic} in match.tactics"
    if expression is None:
        return
    if manifest is None:
        return
    place, outputs = positions.value(["match", "tactics"]), TacticOutputs(manifest)
    if _is_never_true(policy, manifest, outputs):
        message = f"{expression} can't be true of any message"
        yield Level.WARNING, "never-true", place, message, "what one part asks for another one excludes"
    assistants = [n for n in _asked_for(expression) if group_of(n) == _OF_ASSISTANTS and outputs.for_name(n)]
    if assistants and Channel.AI_OUTPUT not in policy.channels:
        message = f"only an assistant's answers are scored for {', '.join(assistants)}, and this policy reads none"
        yield Level.WARNING, "other-channel", place, message, 'add "ai_output" to channels'
    yield from _unscored(used, positions, outputs)


def _is_never_true(policy: Policy, manifest: Manifest, outputs: TacticOutputs) -> bool:
    thresholds = shipped_thresholds(manifest)
    try:
        ways = (points(policy, policy, outputs, thresholds.on(channel)) for channel in policy.channels)
        return not any(next(way, None) is not None for way in ways)
    except TooManyWaysError:
        return False


def _asked_for(expression: Expression) -> list[str]:
    """The names that help the expression to be true: those behind a `not` left out."""
    match expression:
        case Name(id=name):
            return [name]
        case AnyOf(parts=parts) | AllOf(parts=parts):
            return list(dict.fromkeys(name for part in parts for name in _asked_for(part)))
        case Not(part=part):
            return [name for inner in _excluded(part) for name in _asked_for(inner)]


def _excluded(part: Expression) -> list[Expression]:
    """What a `not` behind a `not` asks for after all."""
    match part:
        case Not(part=inner):
            return [inner]
        case AnyOf(parts=parts) | AllOf(parts=parts):
            return [inner for each in parts for inner in _excluded(each)]
        case Name():
            return []


def _unscored(used: tuple[str, ...], positions: Positions, outputs: TacticOutputs) -> Iterator[Found]:
    """Tactics that the model does not score by themselves: which group answers, or that none does."""
    by_group: dict[str, list[str]] = {}
    for name in used:
        answering = [output.label for output in outputs.for_name(name)]
        if name in TACTICS and name not in answering and TACTICS[name].group != _RULES_ONLY:
            by_group.setdefault(" and ".join(answering), []).append(name)
    place = positions.value(["match", "tactics"])
    for group, tactics in by_group.items():
        listed = ", ".join(tactics)
        if group:
            message = f"this model has no score for {listed} alone: its score for {group} answers"
            yield Level.INFO, "answered-by-group", place, message, ""
        else:
            message = f"this model has no score for {listed}: only rules can find it"
            yield Level.INFO, "rules-only", place, message, ""
