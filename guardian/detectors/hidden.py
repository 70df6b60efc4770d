"""Text that is in a message but not shown to a person.

Ordinary mail hides text too: a preview line, a second copy for small screens, words for screen readers, comments for
one mail program. So hidden text counts only where it asks or orders something that the visible text does not say, or
where it says something else and goes on for long. Comments, labels, and what is a click or another screen away may go
on for as long as they like; and what a click opens may ask, since a person sees it then, but not give orders to a
machine.
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

_ORDINARY: Final = frozenset({"comment", "elsewhere", "folded", "label"})
"""Views of hidden text that ordinary mail has, however long."""
_FOLDED: Final = "folded"
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
        orders = HIDDEN_RULES + INJECTION_RULES + JAILBREAK_RULES
        asks = UNRETURNABLE_MONEY + FEES_FIRST + MOVED_MONEY + CREDENTIAL_RULES
        self._orders = RuleBook(orders)
        self._book = RuleBook(orders + tuple(rule for rule in asks if rule.score >= PLAIN))

    def detect(self, evidence: Evidence) -> list[Finding]:
        """At most one finding, `hidden_text`, strongest place first."""
        hidden = [view for view in evidence.reading.views if view.kind is ViewKind.HIDDEN]
        if not hidden:
            return []
        seen = " ".join(_in_a_row(view.text) for view in evidence.reading.visible)
        known = frozenset(seen.split())
        score, spans = 0.0, list[Span]()
        for view in hidden:
            strength, places = self._judge(view, seen, known)
            spans = [*spans, *places] if strength <= score else [*places, *spans]
            score = max(score, strength)
        if not spans:
            return []
        return [Finding(self.name, TACTIC, score, say_for(TACTIC), tuple(spans[:_MOST_SPANS]), FindingKind.RULE)]

    def _judge(self, view: View, seen: str, known: frozenset[str]) -> tuple[float, list[Span]]:
        """How strong one hidden view is, and its places; 0 where it is ordinary."""
        book = self._orders if view.name == _FOLDED else self._book
        # what speaks to a machine is an order here even in words that elsewhere only report one
        matches = [each for each in book.matches(view.text) if each.score > MENTION or each.rule.tactic == TACTIC]
        own = [match for match in matches if not _is_seen(view.text[match.start : match.end], seen)]
        if own:
            return PLAIN, [view.span(match.start, match.end) for match in own[:_MOST_SPANS]]
        if view.name not in _ORDINARY and _is_long_and_other(view.text, known):
            start = len(view.text) - len(view.text.lstrip())
            return WEAK, [view.span(start, min(start + _SHOWN_CHARACTERS, len(view.text)))]
        return 0.0, []


def _is_long_and_other(text: str, known: frozenset[str]) -> bool:
    """Whether a text goes on for long, each line counted once, in words that the visible text has not."""
    bare = "\n".join(dict.fromkeys(line.strip() for line in _MARKUP.sub(" ", text).splitlines()))
    if _letters(bare) < _LONG_LETTERS:
        return False
    words = _words(bare)
    return len(words & known) <= _MOST_SHARED * len(words)


def _is_seen(quote: str, seen: str) -> bool:
    """Whether the visible text says the same."""
    words = _in_a_row(quote)
    return bool(words) and words in seen


def _in_a_row(text: str) -> str:
    """The words of a text, in lower case, a space apart."""
    return " ".join(_WORD.findall(text)).lower()


def _words(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(text))


def _letters(text: str) -> int:
    return sum(letter.isalpha() for letter in text)
