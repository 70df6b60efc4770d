"""The definitions of the tactics that a policy looks for, as the judge is told them.

Invariant: our own words of `guardian.tactics`, in the order of the policy's expression, each once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from guardian.message import Channel
from guardian.policy.base import Policy
from guardian.policy.expression import Expression, Name, Not
from guardian.tactics import GROUPS, TACTICS, definition_for, name_for

PROXY_AGENCY: Final = "proxy_agency"
"""The tactic to which the four questions belong."""


def definitions_for(policy: Policy) -> tuple[str, ...]:
    """One line for each tactic or group that the policy names: `Urgency: Presses you to act ...`."""
    return tuple(
        f"{name_for(id)}: {definition_for(id)}" for id in named_tactics(policy) if id in TACTICS or id in GROUPS
    )


def named_tactics(policy: Policy) -> tuple[str, ...]:
    """Ids in the policy's expression, in its order; without those that stand behind a `not`."""
    if policy.match.tactics is None:
        return ()
    return tuple(dict.fromkeys(_wanted(policy.match.tactics)))


def looks_for_proxy_agency(policy: Policy) -> bool:
    """Whether the four questions are asked of an AI's output under this policy: it names the tactic or its group."""
    group = TACTICS[PROXY_AGENCY].group
    return Channel.AI_OUTPUT in policy.channels and not {PROXY_AGENCY, group}.isdisjoint(named_tactics(policy))


def _wanted(expression: Expression) -> Iterator[str]:
    if isinstance(expression, Name):
        yield expression.id
    elif not isinstance(expression, Not):
        for part in expression.parts:
            yield from _wanted(part)
