"""The tactics that Guardian knows, in plain words: what each is, how it sounds, what one can do.

Invariants: ids are stable (they stand in policies, verdicts and journals); every tactic of design.md
section 5 is here and nothing else; `say` is a lower-case verb phrase about the message ("asks you to keep
this secret"), so that it reads on behind "this message"; `advice` is whole sentences. Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from guardian.tactics.asks import ASKING_TACTICS
from guardian.tactics.assistants import ASSISTANT_TACTICS
from guardian.tactics.base import Group, Tactic
from guardian.tactics.groups import ALL_GROUPS
from guardian.tactics.people import PEOPLE_TACTICS

__all__ = [
    "GROUPS",
    "RISK",
    "TACTICS",
    "Group",
    "Tactic",
    "advice_for",
    "definition_for",
    "group_of",
    "is_known",
    "name_for",
    "say_for",
]

GROUPS: Final[Mapping[str, Group]] = MappingProxyType({g.id: g for g in ALL_GROUPS})
"""Every group by its id, in the order of design.md section 5."""

TACTICS: Final[Mapping[str, Tactic]] = MappingProxyType(
    {t.id: t for t in (*PEOPLE_TACTICS, *ASKING_TACTICS, *ASSISTANT_TACTICS)}
)
"""Every tactic by its id, in the order of design.md section 5."""

RISK: Final = Group(
    id="risk",
    name="Reads like manipulation",
    definition="The message as a whole reads like messages that work on people, and no single tactic stands out.",
    say="reads like the messages that work on people, without one plain tactic",
    advice="Read it again slowly. Before you act, ask somebody who has nothing to gain from it.",
)
"""What a finding carries when only the model's overall output is over its threshold. It has no tactics of its own."""


def name_for(tactic: str) -> str:
    """Title of a tactic, a group or `risk`. Raises KeyError for an unknown id."""
    return _entry(tactic).name


def definition_for(tactic: str) -> str:
    """What a tactic, a group or `risk` is, in one or two sentences. Raises KeyError for an unknown id."""
    return _entry(tactic).definition


def say_for(tactic: str) -> str:
    """Guardian's sentence for a tactic, a group or `risk`. Raises KeyError for an unknown id."""
    return _entry(tactic).say


def advice_for(tactic: str) -> str:
    """What the owner can do about a tactic, a group or `risk`. Raises KeyError for an unknown id."""
    return _entry(tactic).advice


def group_of(tactic: str) -> str:
    """Id of the group that a tactic belongs to; a group, and `risk`, is its own. Raises KeyError for an unknown id."""
    entry = _entry(tactic)
    return entry.group if isinstance(entry, Tactic) else entry.id


def is_known(tactic: str) -> bool:
    """Whether `tactic` is the id of a tactic, of a group, or `risk`."""
    return tactic in TACTICS or tactic in GROUPS or tactic == RISK.id


def _entry(tactic: str) -> Tactic | Group:
    if tactic == RISK.id:
        return RISK
    return TACTICS.get(tactic) or GROUPS[tactic]
