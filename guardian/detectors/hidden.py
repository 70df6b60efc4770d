"""Text that is in a message but not shown to a person.

Ordinary mail hides text too: a preview line, a second copy for small screens, comments for one mail program.
So hidden text counts only where it says something else than the visible text, and either asks or orders
something, or goes on for long.
"""

from __future__ import annotations

import re
from typing import Final

from guardian.detectors.base import Detector, Evidence
from guardian.detectors.phrases.credentials import CREDENTIAL_RULES
from guardian.detectors.phrases.hidden import HIDDEN_RULES
from guardian.detectors.phrases.injection import INJECTION_RULES
from guardian.detectors.phrases.jailbreak import JAILBREAK_RULES
from guardian.detectors.phrases.money_fees import FEES_FIRST
from guardian.detectors.phrases.money_gone import UNRETURNABLE_MONEY
from guardian.detectors.phrases.money_moved import MOVED_MONEY
from guardian.detectors.rulebook import MENTION, PLAIN, WEAK, RuleBook
from guardian.finding import Finding, FindingKind, Span
from guardian.reading.base import View, ViewKind
from guardian.tactics import say_for

TACTIC: Final = "hidden_text"

_FEWEST_LETTERS: Final = 40
"""Below this, hidden text is a label or a pixel's name."""
_LONG_LETTERS: Final = 600
"""From this on, hidden text is longer than any preview line."""
_MOST_SHARED: Final = 0.5
"""Share of the hidden words that may stand in the visible text too; above it, it is a copy."""
_MOST_SPANS: Final = 6
_SHOWN_CHARACTERS: Final = 240

_MARKUP: Final = re.compile(r"<[^<>]{0,2000}>|\{[^{}]{0,2000}\}|&#?\w{1,8};")
_WORD: Final = re.compile(r"[^\W\d_]{2,}")


class HiddenDetector(Detector):
    """Finds hidden text that says something of its own."""

    name = "hidden"

    def __init__(self) -> None:
        asks = UNRETURNABLE_MONEY + FEES_FIRST + MOVED_MONEY + CREDENTIAL_RULES
        self._book = RuleBook(
            HIDDEN_RULES + INJECTION_RULES + JAILBREAK_RULES + tuple(rule for rule in asks if rule.score >= PLAIN)
        )

    def detect(self, evidence: Evidence) -> list[Finding]:
        """At most one finding, `hidden_text`, strongest place first."""
        seen = frozenset(word for view in evidence.reading.visible for word in _words(view.text))
        score, spans = 0.0, list[Span]()
        for view in evidence.reading.views:
            if view.kind is ViewKind.HIDDEN and _says_something_else(view.text, seen):
                strength, places = self._judge(view)
                score = max(score, strength)
                spans = [*spans, *places] if strength < score else [*places, *spans]
        if not spans:
            return []
        return [Finding(self.name, TACTIC, score, say_for(TACTIC), tuple(spans[:_MOST_SPANS]), FindingKind.RULE)]

    def _judge(self, view: View) -> tuple[float, list[Span]]:
        """How strong one hidden view is, and its places; 0 where it is ordinary."""
        matches = [match for match in self._book.matches(view.text) if match.score > MENTION]
        if matches:
            return PLAIN, [view.span(match.start, match.end) for match in matches[:_MOST_SPANS]]
        if _letters(_MARKUP.sub(" ", view.text)) >= _LONG_LETTERS:
            start = len(view.text) - len(view.text.lstrip())
            return WEAK, [view.span(start, min(start + _SHOWN_CHARACTERS, len(view.text)))]
        return 0.0, []


def _says_something_else(text: str, seen: frozenset[str]) -> bool:
    bare = _MARKUP.sub(" ", text)
    if _letters(bare) < _FEWEST_LETTERS:
        return False
    words = _words(bare)
    return len(words & seen) <= _MOST_SHARED * len(words)


def _words(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(text))


def _letters(text: str) -> int:
    return sum(letter.isalpha() for letter in text)
