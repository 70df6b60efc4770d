"""What the owner's judge said of a message, as it stands in the verdict.

Invariant: nothing here loads a judge.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from guardian.judge.base import Opinion


class Changed(StrEnum):
    """What became of the verdict by the judge's word."""

    NOTHING = ""
    RAISED = "raised"
    """More is said of the message than rules and encoder said."""
    SOFTENED = "softened"
    """Something that was flagged is `unsure`, as its owner allows for that policy."""


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """What the judge said."""

    name: str
    """The owner's name for the model."""
    sha256: str
    """Of the model's file."""
    opinions: tuple[Opinion, ...] = ()
    """One a policy that it was asked about; empty where it had not answered in time."""
    is_late: bool = False
    """Whether it had not answered in time. What it says then comes later, as a record of its own."""
    changed: Changed = Changed.NOTHING

    def to_json(self) -> dict[str, Any]:
        """As it stands in a verdict's JSON."""
        return {
            "model": {"name": self.name, "sha256": self.sha256},
            "opinions": [opinion.to_json() for opinion in self.opinions],
            "late": self.is_late,
            "changed": self.changed.value,
        }
