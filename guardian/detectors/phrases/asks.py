"""Plain asks: for money that does not come back, for codes and passwords. What turns an odd sender into an alarm."""

from __future__ import annotations

from typing import Final

from guardian.detectors.phrases.credentials import CREDENTIAL_RULES
from guardian.detectors.phrases.money_fees import FEES_FIRST
from guardian.detectors.phrases.money_gone import UNRETURNABLE_MONEY
from guardian.detectors.phrases.money_moved import MOVED_MONEY
from guardian.detectors.rulebook import PLAIN, Rule

PLAIN_ASKS: Final[tuple[Rule, ...]] = tuple(
    rule for rule in UNRETURNABLE_MONEY + FEES_FIRST + MOVED_MONEY + CREDENTIAL_RULES if rule.score >= PLAIN
)
