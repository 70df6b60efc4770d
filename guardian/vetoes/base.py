"""What a veto is: a named false-alarm filter over findings.

A veto is registered by its file being in this folder. It sets aside findings, never a verdict, and it is
named in the verdict with the finding that it set aside. A veto must not be something that a sender can
earn by writing a magic word: it may only rest on structure that the owner's own software or policies vouch for.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from guardian.detectors.base import Evidence
from guardian.finding import Finding


class Veto(ABC):
    """Base of all vetoes."""

    name: ClassVar[str]
    """Stable name, shown in the verdict."""

    @abstractmethod
    def objection(self, finding: Finding, evidence: Evidence) -> str | None:
        """One plain sentence why this finding does not count here, or None where it stands."""
