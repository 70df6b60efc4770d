"""A mail whose two forms, plain and HTML, say different things: one for filters, one for the reader.

Which form is shown depends on the program. Ordinary mail has a plain form that is short ("This mail is in HTML"), or
leaves out what is only decoration; so a difference counts where one form plainly asks for something that the other does
not hold, or where both are long and share next to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from guardian.detectors.base import Detector, Evidence
from guardian.detectors.passages import plain
from guardian.detectors.phrases.asks import PLAIN_ASKS
from guardian.detectors.phrases.injection import INJECTION_RULES
from guardian.detectors.phrases.jailbreak import JAILBREAK_RULES
from guardian.detectors.rulebook import PLAIN, WEAK, RuleBook
from guardian.finding import Finding, FindingKind, Span
from guardian.reading.base import View
from guardian.reading.envelope import Alternative

TACTIC: Final = "hidden_text"

_FEWEST_WORDS: Final = 30
"""Different words that a form must have before it can be called another text."""
_LEAST_SHARED: Final = 0.2
"""Share of the smaller form's words that stand in the other; below it they are two texts."""
_ASK_MISSING: Final = 0.6
"""Share of an ask's words that stand in the other form; below it the ask is not there."""
_MOST_SPANS: Final = 6
_SHOWN_CHARACTERS: Final = 240
_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_ADDRESS: Final = re.compile(r"\S*(?://|www\.|@)\S*")
_STUB: Final = re.compile(
    r"(?i)\b(?:html|browser|navigateur|navegador|przegląd\w+|view (?:this|it|the)|mail ?client|e-?mail ?programm?)\b"
)
"""What a plain form says that only points to the other."""
_LONGEST_STUB: Final = 60
"""Different words, in as many languages as its sender has."""


class AlternativesDetector(Detector):
    """Finds mails of two faces."""

    name = "alternatives"

    def __init__(self) -> None:
        self._book = RuleBook(PLAIN_ASKS + tuple(r for r in INJECTION_RULES + JAILBREAK_RULES if r.score >= PLAIN))

    def detect(self, evidence: Evidence) -> list[Finding]:
        """At most one finding, `hidden_text`."""
        score, say, spans = 0.0, "", list[Span]()
        for pair in evidence.reading.alternatives:
            plain_words, html_words = _words(pair.plain), _words(pair.html)
            asked = [] if plain_words <= html_words else list(self._asks(pair.plain, html_words))
            asked += [] if html_words <= plain_words else self._asks(pair.html, plain_words)
            if asked:
                if score < PLAIN:
                    spans = []
                score, say = PLAIN, "asks for something in one of its two forms, and hides it in the other"
                spans += asked
            elif not score and _are_two_texts(pair, plain_words, html_words):
                score, say = WEAK, "says different things in its two forms, so what you see depends on your program"
                spans = [_beginning(form[0]) for form in (pair.plain, pair.html)]
        if not score:
            return []
        return [Finding(self.name, TACTIC, score, say, tuple(spans[:_MOST_SPANS]), FindingKind.RULE)]

    def _asks(self, form: tuple[View, ...], others: frozenset[str]) -> Iterator[Span]:
        """The asks of one form whose words are not in the other."""
        if len(others) < _FEWEST_WORDS // 2:
            return  # the other form is a picture, or a stub that hides nothing
        for view in form:
            for match in self._book.matches(view.text):
                words = frozenset(_letters(view.text[match.start : match.end]))
                if match.score >= PLAIN and words and len(words & others) < _ASK_MISSING * len(words):
                    yield view.span(match.start, match.end)


def _are_two_texts(pair: Alternative, plain_words: frozenset[str], html_words: frozenset[str]) -> bool:
    fewest = min(len(plain_words), len(html_words))
    if fewest < _FEWEST_WORDS or len(plain_words & html_words) >= _LEAST_SHARED * fewest:
        return False
    return len(plain_words) > _LONGEST_STUB or not any(_STUB.search(view.text) for view in pair.plain)


def _words(form: tuple[View, ...]) -> frozenset[str]:
    return frozenset(word for view in form for word in _letters(view.text))


def _letters(text: str) -> Iterator[str]:
    return (word.lower() for word in _WORD.findall(_ADDRESS.sub(" ", plain(text))))


def _beginning(view: View) -> Span:
    start = len(view.text) - len(view.text.lstrip())
    return view.span(start, min(start + _SHOWN_CHARACTERS, len(view.text)))
