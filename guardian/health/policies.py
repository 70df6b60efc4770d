"""Readings of the policies: which set is in force, and what of the owner's can't be used as it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from guardian.health.base import Block, Reading, Standing
from guardian.health.words import counted
from guardian.safe_text import safe_line


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """The policies as they are in force."""

    policy_set: str = ""
    """`sha256:<hex>`."""
    in_force: int | None = None
    problems: Sequence[str] = ()
    """One line each."""


def policies_block(now_ms: int, facts: PolicyFacts) -> Block:
    """The set, and each problem in full."""
    digest = facts.policy_set.removeprefix("sha256:")[:16]
    readings = [_in_force(now_ms, facts, digest)]
    for number, line in enumerate(facts.problems, 1):
        say = "The last good version stays in force until this is mended; where there is none, it is not in force."
        readings.append(
            Reading(f"problem-{number}", "broken policy", safe_line(line), Standing.BREACHED, say, "", now_ms)
        )
    return Block("policies", "Policies", readings)


def _in_force(now_ms: int, facts: PolicyFacts, digest: str) -> Reading:
    name, bound = "in force", "at least one"
    if facts.in_force is None:
        return Reading("policies", name, "not loaded yet", Standing.UNKNOWN, "", bound)
    value = f"{counted(facts.in_force, 'policy', 'policies')}" + (f", set sha-256 {digest}…" if digest else "")
    if facts.in_force:
        return Reading("policies", name, value, Standing.GOOD, "", bound, now_ms)
    say = "Nothing is looked for, so nothing is ever flagged: guardian policy new makes one."
    return Reading("policies", name, value, Standing.BREACHED, say, bound, now_ms)
