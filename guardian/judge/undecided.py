"""Which policies want the judge for a message: pure, so the same numbers ask the same questions.

A language model costs a thousand times what rules and encoder cost, so it is asked where it can make a difference.
A policy is *undecided* where no rule and no pattern stands behind it, and

- its score lies within `BELOW_NATS` and `ABOVE_NATS` of its threshold, in logit space; or
- it matched by outputs that were measured too weakly to do more than give notice; or
- nothing in it can match but its prose; or
- the encoder judged none of the message.

Invariants: `judge = "never"` is never asked and `judge = "always"` always is, but for what the owner excused (scope,
mutes, fine examples), which no opinion may bring back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from guardian.policy.base import Policy, When
from guardian.policy.roads import margin_of
from guardian.verdict import Action, PolicyMatch, Severity

BELOW_NATS: Final = 1.0
"""How far under its threshold a score may lie, in logits: odds of up to e, about 2.7 times, too low. For a threshold of
0.5 that is a score of 0.27 and more, for one of 0.8 of 0.6 and more. Measured with the starter policies on the shipped
bank of ordinary messages (2,374 incoming, 650 of assistants): with 1 nat one in 8 of the incoming messages and one in
15 of the assistants' is asked about, 0.42 and 0.16 questions a message; with 2 nats three times as many are."""
ABOVE_NATS: Final = 1.0
"""How far above its threshold. All that an opinion may do there is to raise doubts; further above there are few."""
MOST_ASKED: Final = 8
"""Undecided policies that one message is held against, closest to their thresholds first (by severity, where there is
no score): it bounds what one message costs. Those that say `always` and those of prose alone come besides."""
_BY_RULE: Final = ("rule:", "pattern:")
_SEVERITIES: Final = tuple(Severity)


def stands_on_rule(match: PolicyMatch) -> bool:
    """Whether a rule or a pattern is among the reasons of a match."""
    return any(reason.startswith(_BY_RULE) for reason in match.because)


def has_prose_alone(policy: Policy) -> bool:
    """Whether nothing but a judge can find what the policy asks for."""
    can_match = policy.match.tactics or policy.match.patterns or any(example.flag for example in policy.examples)
    return bool(policy.prose) and not can_match


def to_ask(matches: Sequence[PolicyMatch], policies: Mapping[str, Policy], *, is_judged: bool) -> tuple[Policy, ...]:
    """The policies to ask about, in the order of `matches`. `is_judged`: whether the encoder judged any of the message.

    Whether their owner excused one that did not match is not known here (`Matcher.excuses`).
    """
    wanted: set[str] = set()
    undecided: list[tuple[float, str]] = []
    for match in matches:
        policy = policies.get(match.id)
        if policy is None or policy.judge is When.NEVER or match.excused:
            continue
        if policy.judge is When.ALWAYS or has_prose_alone(policy):
            wanted.add(match.id)
        elif (distance := _distance(match, policy, is_judged=is_judged)) is not None:
            undecided.append((distance, match.id))
    wanted |= {policy_id for _, policy_id in sorted(undecided)[:MOST_ASKED]}
    return tuple(policies[match.id] for match in matches if match.id in wanted)


def _distance(match: PolicyMatch, policy: Policy, *, is_judged: bool) -> float | None:
    """How close it is, the least first; None where rules and encoder decided it."""
    if stands_on_rule(match):
        return None
    if not is_judged:
        return float(-_SEVERITIES.index(policy.severity))
    margin = margin_of(match.score, match.threshold)
    if -BELOW_NATS <= margin <= ABOVE_NATS or is_too_weak(match, policy):
        return abs(margin)
    return None


def is_too_weak(match: PolicyMatch, policy: Policy) -> bool:
    """Whether it matched, but by outputs that are trusted with no more than a notice."""
    return match.matched and match.action is Action.NOTICE and policy.effective_action in (Action.WARN, Action.HOLD)
