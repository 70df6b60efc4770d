"""Asks to keep a matter secret, and talk against asking for help.

A secret alone is ordinary (a surprise, a present, a friend's trouble); it counts where an ask for money, access or a
picture stands beside it, or where it is to be kept from the bank, which could still stop a payment.
"""

from __future__ import annotations

from guardian.detectors.base import Detector, Evidence
from guardian.detectors.phrases.secrecy import SECRECY_RULES
from guardian.detectors.rulebook import RuleBook, rule_findings
from guardian.finding import Finding


class SecrecyDetector(Detector):
    """Finds asks for secrecy and talk against asking for help."""

    name = "secrecy"

    def __init__(self) -> None:
        self._book = RuleBook(SECRECY_RULES)

    def detect(self, evidence: Evidence) -> list[Finding]:
        """At most one finding each of `secrecy` and `discouraging_help`, with the places that carry it."""
        return rule_findings(self.name, self._book, evidence)
