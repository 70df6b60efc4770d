"""What policies look at: one message read, judged by the model and by the rules, before any policy has spoken.

Invariant: an inspection is no way round the gate. It holds no verdict, nothing makes a `Screened` of it, and no sink
takes it: it is for the owner who tries a policy or asks why one spoke.
"""

from __future__ import annotations

from dataclasses import dataclass

from guardian.detectors.base import Evidence
from guardian.finding import Finding
from guardian.verdict import Coverage, Vetoed


@dataclass(frozen=True, slots=True, repr=False)
class Inspection:
    """One message on its way through the gate, up to the policies."""

    evidence: Evidence
    """The message, its reading, and the model's numbers where it judged."""
    findings: tuple[Finding, ...]
    """What the detectors found, less what a veto set aside."""
    vetoed: tuple[Vetoed, ...]
    """What vetoes set aside, each with its reason."""
    coverage: Coverage
    """How much of the message was judged."""

    @property
    def is_judged(self) -> bool:
        """Whether the model judged any of the message, or there was nothing in it to judge."""
        return self.coverage.windows > 0 or self.coverage.complete
