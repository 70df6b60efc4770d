"""Asks to leave the place that protects: to a private messenger, off the marketplace, to another payment.

Friends swap numbers every day, so a messenger's name alone counts for nothing; it counts with a stranger's
errand (a job, a prize, an officer) or with a reason to leave the site (its fee, its filter, its moderators).
"""

from __future__ import annotations

from guardian.detectors.base import Detector, Evidence
from guardian.detectors.phrases.off_platform import OFF_PLATFORM_RULES
from guardian.detectors.rulebook import RuleBook, rule_findings
from guardian.finding import Finding


class OffplatformDetector(Detector):
    """Finds asks to leave the place that protects."""

    name = "offplatform"

    def __init__(self) -> None:
        self._book = RuleBook(OFF_PLATFORM_RULES)

    def detect(self, evidence: Evidence) -> list[Finding]:
        """At most one finding, `off_platform`, with the places that carry it."""
        return rule_findings(self.name, self._book, evidence)
