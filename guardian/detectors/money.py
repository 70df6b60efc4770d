"""Asks for money: gift cards, transfers, crypto, fees before a payout, changed bank details.

Ordinary life is full of money, so a rule here needs the shape of a trick (codes from a card, a fee before a
gain, a "safe" account), not money alone. Invoices, shared bills and honest asks to lend are not matched.
"""

from __future__ import annotations

from guardian.detectors.base import Detector, Evidence
from guardian.detectors.phrases.money_fees import FEES_FIRST
from guardian.detectors.phrases.money_gone import UNRETURNABLE_MONEY
from guardian.detectors.phrases.money_moved import MOVED_MONEY
from guardian.detectors.rulebook import RuleBook, rule_findings
from guardian.finding import Finding


class MoneyDetector(Detector):
    """Finds asks for money that have the shape of a trick."""

    name = "money"

    def __init__(self) -> None:
        self._book = RuleBook(UNRETURNABLE_MONEY + FEES_FIRST + MOVED_MONEY)

    def detect(self, evidence: Evidence) -> list[Finding]:
        """At most one finding, `money_request`, with the places that carry it."""
        return rule_findings(self.name, self._book, evidence)
