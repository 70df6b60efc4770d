"""Which texts the shipped encoder can read: English ones; and what the others are written in, where it can be known.

Invariants: deterministic, no model, linear, cheap (one pass over at most a window). `is_covered` errs towards covered
where it cannot know: for a few words, for numbers, for code. A language is named only where its small words, its script
or its letters say so; the name explains a verdict, and never decides one.

The method is the oldest there is: a language is known by its small words (Ingle 1976, "A Language Identification
Table"), and one of another script by that script and the letters that it alone has (`language_table`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache

from guardian.reading.base import Window
from guardian.reading.language_table import DECIDING, ENGLISH_WORDS, LATIN_LETTERS, LATIN_WORDS, LETTERS, SCRIPTS
from guardian.verdict import Reason

_FOREIGN = {language: frozenset(words.split()) for language, words in LATIN_WORDS.items()}
_DECIDING = tuple(_FOREIGN[language] for language in sorted(DECIDING))

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*|b4|gr8")
_LATIN = re.compile(
    "[A-Za-z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff\u2c60-\u2c7f\ua722-\ua7ff\ufb00-\ufb06\uff21-\uff5a]"
)

_FEW_WORDS = 6
"""Fewer words than this say too little about a language."""
_OTHER_SCRIPT_SHARE = 0.4
"""Share of letters outside the Latin script above which a text is in another script."""
_PROSE_LETTER_SHARE = 0.6
"""Share of letters among characters that are not white space, below which a text is numbers or code."""
_FOREIGN_SHARE = 0.12
"""Share of small words of one foreign language, and of words with accents, above which a text may be in it. Running
prose has 30 to 50 %."""
_UNKNOWN_WORDS = 14
"""Words of running prose in which not one small word of English must be found to call it another language."""


_PARAGRAPH_LETTERS = 60
"""Characters from which on a paragraph's language is looked at by itself."""
_SIGNS = 2
"""Different small words of a language, or letters of its own, that name it."""
_MOST_NAMED = 64
"""Windows of which the language is named, at most."""
_SHARED_SCRIPTS = frozenset(("Cyrillic", "Arabic", "Devanagari"))
"""Scripts of several large languages."""
_CODE = "language-not-covered"
_UNNAMED = "the text does not seem to be English"


def is_covered(text: str) -> bool:
    """Whether the shipped encoder can be relied on for this text: English, or too little to tell; and so is each of its
    paragraphs, for an English one does not make up for another language's."""
    if not _is_covered(text):
        return False
    paragraphs = text.split("\n\n") if "\n\n" in text else ()
    return all(
        _is_covered(paragraph, must_know=True) for paragraph in paragraphs if len(paragraph) >= _PARAGRAPH_LETTERS
    )


def _is_covered(text: str, *, must_know: bool = False) -> bool:
    """The same of one text alone; with `must_know` it takes another language's own words to say no."""
    words = _WORD.findall(text.lower().replace("\u2019", "'"))
    if not text.isascii() and _is_other_script(words):
        return False
    english = sum(map(ENGLISH_WORDS.__contains__, words))
    if len(words) < _FEW_WORDS or 3 * english >= len(words) or _is_code_or_numbers(text, words):
        return True
    signs = max(([word for word in words if word in profile] for profile in _DECIDING), key=len)
    if not text.isascii():  # words with accents; names have them in any language
        signs += [word for word in _WORD.findall(text) if len(word) > 2 and not word.isascii() and word[0].islower()]
    if len(signs) > max(_FOREIGN_SHARE * len(words), 2 * english) and len(set(signs)) > 1:
        return False
    return must_know or english > 0 or len(words) < _UNKNOWN_WORDS or not _is_prose(text)


def language_of(text: str) -> str:
    """What a text is written in: an English name such as "German", or "Cyrillic letters" where only the script is
    known; "English" where it is covered, empty where it is neither covered nor known."""
    if is_covered(text):
        return "English"
    words = _WORD.findall(text.lower().replace("\u2019", "'"))
    if not text.isascii() and _is_other_script(words):
        return _by_script(text)
    seen = {language: [word for word in words if word in profile] for language, profile in _FOREIGN.items()}
    best = max(seen, key=lambda language: (len(seen[language]), len(set(seen[language]))))
    if len(set(seen[best])) >= _SIGNS:
        return best
    letters = set("".join(words))
    return next((language for language, only in LATIN_LETTERS if len(letters & set(only)) >= _SIGNS), "")


def language_reasons(windows: Sequence[Window]) -> tuple[Reason, ...]:
    """A reason where at least one window is in a language that the encoder does not read."""
    foreign = [window.text for window in windows if not is_covered(window.text)]
    if not foreign:
        return ()
    if len(foreign) == len(windows):
        named = _listed(map(language_of, foreign))
        say = f"the text seems to be {named}, and the model was measured on English alone" if named else _UNNAMED
        return (Reason(_CODE, say),)
    named = _listed(map(language_of, foreign[:_MOST_NAMED]))
    say = f"{len(foreign):,} of {len(windows):,} windows do not seem to be English" + (f" but {named}" if named else "")
    return (Reason(_CODE, say),)


def _listed(languages: Iterable[str]) -> str:
    """The languages that are known, the most frequent first."""
    return " and ".join(language for language, _ in Counter(filter(None, languages)).most_common(2))


def _by_script(letters: str) -> str:
    """The language of a text in another script, by the script that most of its letters are of."""
    counts = {script: len(pattern.findall(letters)) for script, pattern in _scripts().items()}
    if counts["Kana"] and counts["Kana"] + counts["Chinese"] > max(
        count for script, count in counts.items() if script not in ("Kana", "Chinese")
    ):
        return "Japanese"
    script = max(counts, key=counts.__getitem__)
    if not counts[script]:
        return ""
    told = next((language for language, only in LETTERS.get(script, ()) if any(map(letters.__contains__, only))), "")
    return told or (f"{script} letters" if script in _SHARED_SCRIPTS else script)


@cache
def _scripts() -> dict[str, re.Pattern[str]]:
    return {script: re.compile(f"[{blocks}]") for script, blocks in SCRIPTS}


def _is_other_script(words: Sequence[str]) -> bool:
    letters = "".join(words)
    latin = len(_LATIN.findall(letters))
    return bool(letters) and len(letters) - latin > _OTHER_SCRIPT_SHARE * len(letters)


def _is_code_or_numbers(text: str, words: Sequence[str]) -> bool:
    visible = sum(map(len, text.split()))
    return sum(map(len, words)) < _PROSE_LETTER_SHARE * visible


def _is_prose(text: str) -> bool:
    """Whether most words are written small: lists of names, titles and goods are not."""
    words = text.split()
    return 2 * sum(word.isalpha() and word.islower() for word in words) > len(words)
