"""Text that speaks to an AI: instructions slipped into what it reads, and talk to loosen its rules.

An article that quotes such a sentence is not one: words in quotation marks count as a mention only. Guides for
programmers ("instructions for coding assistants in this repository") are open about being one and are not matched.

The shapes are those of the public collections: Greshake et al. 2023 (indirect prompt injection), BIPIA, the
OWASP list for LLM applications (LLM01), and the 'in the wild' jailbreaks of Shen et al. 2023.
"""

from __future__ import annotations

from guardian.detectors.base import Detector, Evidence
from guardian.detectors.phrases.injection import INJECTION_RULES
from guardian.detectors.phrases.jailbreak import JAILBREAK_RULES
from guardian.detectors.rulebook import RuleBook, rule_findings
from guardian.finding import Finding


class InstructionsDetector(Detector):
    """Finds text that is addressed to an AI rather than to its owner."""

    name = "instructions"

    def __init__(self) -> None:
        self._book = RuleBook(INJECTION_RULES + JAILBREAK_RULES)

    def detect(self, evidence: Evidence) -> list[Finding]:
        """At most one finding each of `prompt_injection` and `jailbreak`, with the places that carry it."""
        return rule_findings(self.name, self._book, evidence)
