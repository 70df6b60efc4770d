"""Families of harm, by which recall is reported: what is done to the reader, whatever the tactic's name.

Invariant: every group of tactics belongs to at most one family; a rule-only group (obfuscation) belongs to none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from guardian.tactics import group_of

FAMILY_OF_GROUP: Final[Mapping[str, str]] = MappingProxyType(
    {
        "pressure": "people",
        "feelings": "people",
        "reality": "people",
        "cutting_off": "people",
        "bait": "scams",
        "the_ask": "scams",
        "ai_to_human": "ai",
        "to_ai": "injection",
    }
)
"""The four families of the model card, by group of tactics."""

FAMILIES: Final = tuple(dict.fromkeys(FAMILY_OF_GROUP.values()))


def family_of(tactics: Sequence[str]) -> str:
    """The family of a row's first tactic (or group); empty where it has none. Raises KeyError for an unknown id."""
    return FAMILY_OF_GROUP.get(group_of(tactics[0]), "") if tactics else ""
