"""Asks for what opens an account: passwords, PINs, one-time codes, card numbers, the words of a wallet.

A notice that carries a code ("your code is 1234, never share it") asks for nothing and is not matched; nor is
a wifi password, a door code or a code in a program.
"""

from __future__ import annotations

from guardian.detectors.base import Detector, Evidence
from guardian.detectors.phrases.credentials import CREDENTIAL_RULES
from guardian.detectors.rulebook import RuleBook, rule_findings
from guardian.finding import Finding


class CredentialsDetector(Detector):
    """Finds asks for passwords, codes and card numbers."""

    name = "credentials"

    def __init__(self) -> None:
        self._book = RuleBook(CREDENTIAL_RULES)

    def detect(self, evidence: Evidence) -> list[Finding]:
        """At most one finding, `credential_request`, with the places that carry it."""
        return rule_findings(self.name, self._book, evidence)
