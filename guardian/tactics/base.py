"""The two shapes of `guardian.tactics`: a tactic and a group of tactics."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tactic:
    """A named way of manipulating."""

    id: str
    """Stable id, as policies name it."""
    group: str
    """Id of its group."""
    name: str
    """What the owner sees as its title."""
    definition: str
    """What it is, in one or two sentences."""
    examples: tuple[str, str, str]
    """How it sounds; written by us, all names invented."""
    say: str
    """Lower-case verb phrase about the message."""
    advice: str
    """What the owner can do, in whole sentences."""


@dataclass(frozen=True, slots=True)
class Group:
    """Several tactics that work in the same way."""

    id: str
    """Stable id, as policies and the model's outputs name it."""
    name: str
    """What the owner sees as its title."""
    definition: str
    """What its tactics have in common."""
    say: str
    """Lower-case verb phrase about the message."""
    advice: str
    """What the owner can do, in whole sentences."""
