"""Whether a decoded text says something, and whether it asks or orders.

Invariants: pure; bounded by `_SAMPLE` characters, whatever the length of the text. English is known by its words and by
which letter follows which; other languages by being letters in words, or in one script.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final
from unicodedata import category

from guardian.reading.decoding.letter_pairs import LETTERS, LOWEST, ROWS, STEPS
from guardian.reading.decoding.words import KNOWN, THINGS, VERBS

_SAMPLE: Final = 4096
"""Characters of a text that are looked at: both ends of a longer one."""
_BITS_SAMPLE: Final = 160
"""Letters whose pairs are counted; by then the mean hardly moves."""
_EUROPEAN_BITS: Final = -0.2
"""Mean bits a pair above which letters make words of some European language: English has 1.4, German 0.5, letters drawn
by lot -2."""
ENGLISH_BITS: Final = 0.7
"""Mean bits a pair above which letters are English."""
_KNOWN_SHARE: Final = 0.25
"""Share of known words above which a text is English: running prose has 60 %."""
_FEWEST_DIFFERENT: Final = 6
"""Different letters of a text in words that are not known."""
_FEWEST_FOREIGN: Final = 6
"""Letters of another script from which on a text says something."""
_LETTER_SHARE: Final = 0.7
"""Share of letters among what is not white space, in a text of another script."""
_MOST_ODD: Final = 0.02
"""Share of characters without a shape that a text may hold."""
_LONGEST_RUN_TOGETHER: Final = 64
"""Letters of words written together that are taken apart."""

WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")
_GAP: Final = r"(?:[,.;:!?)'\u2019-]{0,2}[ \r\n]{1,3}['\"(]?|['\u2019-])"
_RUN: Final = re.compile(rf"[^\W\d_]{{1,24}}(?:{_GAP}[^\W\d_]{{1,24}}){{2,}}")
"""Three words in a row, which no id, key or path has."""
_INVISIBLE: Final = re.compile("[\xad\u034f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+")
_NOT_LETTER: Final = re.compile("[^a-z]+")


def says_something(text: str) -> bool:
    """Whether the text is one that somebody wrote to be read: at least words in a row."""
    sample = _sampled(text)
    if not _is_shown(sample):
        return False
    sample = sample if sample.isascii() else _INVISIBLE.sub("", sample)
    if not sample.isascii() and _is_other_script(sample):
        return True
    run = _RUN.search(sample)
    if run is None:
        return _is_short_saying(sample)
    words = WORD.findall(sample.lower())
    known = sum(map(KNOWN.__contains__, words))
    if known > _KNOWN_SHARE * len(words):
        return True
    letters = "".join(words)
    is_varied = len(letters) >= 2 * len(words) and len(set(letters)) >= _FEWEST_DIFFERENT
    return is_varied and letter_bits(sample[run.start() :]) > _EUROPEAN_BITS


def asks(text: str) -> bool:
    """Whether it tells its reader to do something with what asks are about: money, codes, links, an AI's orders."""
    words = set(WORD.findall(_sampled(text).lower()))
    return not VERBS.isdisjoint(words) and not THINGS.isdisjoint(words)


def letter_bits(text: str) -> float:
    """Mean bits by which its pairs of letters are likelier in English than by lot; the lowest for no letters."""
    letters = _NOT_LETTER.sub(" ", text[: 4 * _BITS_SAMPLE].lower()).strip()[:_BITS_SAMPLE]
    if not letters:
        return LOWEST
    table = _pairs()
    padded = f" {letters} "
    return sum(table[padded[place : place + 2]] for place in range(len(padded) - 1)) / (len(padded) - 1)


def is_run_together(letters: str) -> bool:
    """Whether small letters without a gap are known words written together, such as `sendmoneynow`."""
    if len(letters) > _LONGEST_RUN_TOGETHER or letter_bits(letters) < _EUROPEAN_BITS:
        return False
    reached = {0}
    for end in range(2, len(letters) + 1):
        if any(start in reached and letters[start:end] in KNOWN for start in range(max(end - 12, 0), end - 1)):
            reached.add(end)
    return len(letters) in reached


@cache
def _pairs() -> dict[str, float]:
    return {
        first + second: (ord(row[place]) - ord("!")) / STEPS + LOWEST
        for first, row in zip(LETTERS, ROWS, strict=True)
        for place, second in enumerate(LETTERS)
    }


def _sampled(text: str) -> str:
    return text if len(text) <= _SAMPLE else f"{text[: _SAMPLE // 2]}\n{text[-_SAMPLE // 2 :]}"


def _is_shown(text: str) -> bool:
    """Whether next to all characters have a shape."""
    bare = "".join(text.split())
    if bare.isprintable():
        return bool(bare)
    bare = _INVISIBLE.sub("", bare)  # another evasion, which is undone elsewhere
    if bare.isprintable():
        return bool(bare)
    return sum(not letter.isprintable() for letter in bare) <= _MOST_ODD * len(bare)


def _is_other_script(text: str) -> bool:
    """Whether it is letters, and enough of them stand outside ASCII."""
    bare = "".join(text.split())
    letters = [
        letter for letter in bare if letter.isalpha() or category(letter).startswith("M")
    ]  # vowel signs of Hindi
    foreign = sum(letter > "\u02ff" for letter in letters)
    return foreign >= _FEWEST_FOREIGN and len(letters) >= _LETTER_SHARE * len(bare) and 2 * foreign > len(letters)


def _is_short_saying(text: str) -> bool:
    """Two known words, or known words written together, with next to nothing else."""
    words = WORD.findall(text.lower())
    letters = "".join(words)
    if len(letters) < 5 or 10 * len(letters) < 7 * len("".join(text.split())):
        return False
    if len(words) == 1:
        return len(letters) >= 7 and letters not in KNOWN and is_run_together(letters)
    return len(words) < 20 and all(word in KNOWN for word in words)
