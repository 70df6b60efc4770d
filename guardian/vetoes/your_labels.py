"""Sets aside what the model alone finds in messages like those that the owner called fine (`guardian adapt`).

It rests on the owner's own word, and its reach is bounded there (`guardian.adapt.head`): near the labelled texts only,
by so much at most, and by no more for all the labels of one sender together. It never touches a rule's finding, nor
what a policy's own patterns and examples match.
"""

from __future__ import annotations

from guardian.detectors.base import Evidence
from guardian.finding import Finding, FindingKind
from guardian.vetoes.base import Veto


class YourLabelsVeto(Veto):
    """Objects to findings of the model that stand only without the owner's head."""

    name = "your_labels"

    def objection(self, finding: Finding, evidence: Evidence) -> str | None:
        """One plain sentence where the finding stands on a score that the owner's head has lowered, else None."""
        if evidence.head is None or finding.kind is not FindingKind.MODEL:
            return None
        if finding.score <= evidence.scores.get(finding.tactic, finding.score):
            return None
        return f"you called messages like it fine (guardian adapt, version {evidence.head.version})"
