"""Whether a sentence about a message holds to the evidence: a rule over words, without a model.

What of a sentence must stand in the evidence (`Evidence.words`):

1. *quotes*: whatever stands between quotation marks, two words or more, letter for letter but for case and spaces;
2. *numbers*: every number, with or without its separators; a number word (`three`) as that word or in digits;
3. *places*: every address, domain and link, whole;
4. *names*: every word with a capital letter that does not begin the sentence;
5. *the rest*: a sentence goes beyond if more than a third of its words that carry a claim, and at least two, are not in
   the evidence in any of their forms. Words that carry none are those of `ordinary_words`, and those of fewer than four
   letters.

What the owner says is no evidence: a name in a question proves nothing of the message. What the message says is: that
somebody wrote it is what the evidence shows.

Invariants: pure and deterministic; one word of the wrong kind is enough for 1 to 4. It is a check of words and not of
sense: a sentence made of the right words can still be wrong, which `docs/guide/ask.md` says.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from guardian.assistant.talk.evidence import Evidence
from guardian.assistant.talk.ordinary_words import ORDINARY

MOST_UNKNOWN_SHARE: Final = 1 / 3
FEWEST_UNKNOWN: Final = 2
_SHORTEST: Final = 4
_MOST_TOLD: Final = 6

_FROM_TWO: Final = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBER_WORDS: Final = {word: str(number) for number, word in enumerate(_FROM_TWO, start=2)} | {
    "dozen": "12",
    "twenty": "20",
    "fifty": "50",
    "hundred": "100",
    "thousand": "1000",
    "million": "1000000",
}
_SIGNS: Final = str.maketrans(
    {
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2039\u203a", "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
    }
)
_QUOTE: Final = re.compile(r"\"([^\"]{2,400})\"|(?<!\w)'([^']{2,400})'(?!\w)")
_PLACE: Final = re.compile(r"[a-z]+://\S+|\S+@\S+|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b", re.IGNORECASE)
_LIST_MARK: Final = re.compile(r"^[>#*\s-]*\(?\d{1,2}[.)]\s+")
"""The number of an item in a list, where a sentence begins with one: it says nothing of the message."""
_NUMBER: Final = re.compile(r"\d+(?:[.,:/'-]\d+)*")
_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_SIGNS_BEFORE_A_WORD: Final = " \"'(-*#>"
_ENDINGS: Final = (
    *("ations", "ation", "ements", "ement", "nesses", "ness", "ingly", "edly", "ously", "ities", "ency", "ance"),
    *("ently", "ings", "ing", "ies", "ied", "ers", "ous", "ity", "est", "ed", "er", "es", "ly", "al", "y", "e", "s"),
)


class Grounds:
    """What a conversation's sentences may rest on."""

    def __init__(self, evidence: Evidence) -> None:
        kept = _readable(evidence.words)
        self._text = kept.casefold()
        self._places = frozenset(map(str.casefold, _places_of(kept)))
        words = _WORD.findall(self._text)
        self._words = frozenset(words)
        self._stems = frozenset(map(_stem, words))
        self._numbers = frozenset(_digits(number) for number in _NUMBER.findall(self._text))

    def beyond(self, sentence: str) -> tuple[str, ...]:
        """What of a sentence does not stand in the evidence; empty where it holds to it."""
        kept = _LIST_MARK.sub("", _readable(sentence), count=1)
        found = [*self._quotes(kept), *self._unknown_places(kept)]
        kept = _PLACE.sub(" ", kept)
        found += [*self._unknown_numbers(kept), *self._names(kept)]
        told = " ".join(found).casefold()
        found += [word for word in self._unknown_words(kept) if word not in told]
        return tuple(dict.fromkeys(found))[:_MOST_TOLD]

    def _quotes(self, sentence: str) -> Iterator[str]:
        for match in _QUOTE.finditer(sentence):
            quote = (match[1] or match[2]).strip(" .,;:!?")
            if len(quote.split()) > 1 and quote.casefold() not in self._text:
                yield quote

    def _unknown_places(self, sentence: str) -> Iterator[str]:
        for place in _places_of(sentence):
            name = place.casefold()
            # mybank.example is no part of mybank.example.evil.org that means what it says
            whole = rf"(?<![\w-]){re.escape(name)}(?![\w-]|\.\w)"
            if name not in self._places and re.search(whole, self._text) is None:
                yield place

    def _unknown_numbers(self, sentence: str) -> Iterator[str]:
        for number in _NUMBER.findall(sentence):
            if _digits(number) not in self._numbers:
                yield number
        for word in _WORD.findall(sentence.casefold()):
            digits = _NUMBER_WORDS.get(word)
            if digits is not None and word not in self._words and digits not in self._numbers:
                yield word

    def _names(self, sentence: str) -> Iterator[str]:
        for match in _WORD.finditer(sentence):
            word = match[0]
            before = sentence[: match.start()].rstrip(_SIGNS_BEFORE_A_WORD)
            begins = not before or before.endswith((":", ".", "!", "?"))
            if word[0].isupper() and not begins and not self._knows(word.casefold()):
                yield word

    def _unknown_words(self, sentence: str) -> list[str]:
        telling = [word for word in _WORD.findall(sentence.casefold()) if _carries_claim(word)]
        unknown = [word for word in telling if _stem(word) not in self._stems]
        is_beyond = len(unknown) >= FEWEST_UNKNOWN and len(unknown) > MOST_UNKNOWN_SHARE * len(telling)
        return unknown if is_beyond else []

    def _knows(self, word: str) -> bool:
        return word in ORDINARY or word in self._words or _stem(word) in self._stems


def _carries_claim(word: str) -> bool:
    return len(word) >= _SHORTEST and word not in ORDINARY and word not in _NUMBER_WORDS


def _places_of(text: str) -> Iterator[str]:
    return (match[0].strip("\"'().,;:!?") for match in _PLACE.finditer(text))


def _readable(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).translate(_SIGNS).split())


def _digits(number: str) -> str:
    return "".join(char for char in number if char.isdigit())


def _stem(word: str) -> str:
    """A word without its ending, so that its forms meet: `pressures`, `pressuring` and `pressure` are one."""
    word = word.removesuffix("'s")
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST - 1:
            word = word.removesuffix(ending)
            break
    return word[:-1] if len(word) > _SHORTEST and word[-1] == word[-2] else word
