"""Words written letter by letter: with spaces, dots, lines or new lines between the letters.

Left alone: initials, acronyms, headings in capitals, alphabets, formulas, lists, and names that are spelled: nothing in
them is a word that asks are made of.
"""

from __future__ import annotations

import re
from typing import Final

from guardian.reading.characters.base import ENCODED, NOTHING, PLAIN, WEAK, Edit, Look, Trace
from guardian.reading.characters.vocabulary import asks, is_word, segment

_SPACE: Final = " \t\u00a0\u1680\u2000-\u200b\u202f\u205f\u2060\u2800\u3000"
_GAP: Final = f"[\r\n{_SPACE}._*·•|/\\\\,~+=:;'\"^#-]"
_LETTER: Final = r"[^\W_]|[@$€£]"


def _outline(code: int) -> int:
    """A letter as `a`, what may stand between letters as a space, all else as `#`: found by fast literal search."""
    if re.match(_GAP, chr(code)):
        return ord(" ")
    return ord("a") if re.match(_LETTER, chr(code)) else ord("#")


_RUN: Final = re.compile(f"(?<![^\\W_])(?:{_LETTER})(?![^\\W_])(?:{_GAP}{{1,5}}+(?:{_LETTER})(?![^\\W_])){{2,}}+")
_OUTLINE: Final = bytes(_outline(code) for code in range(256))
_THREE: Final = re.compile(rb" a {1,5}a(?!a)")
_PARTS: Final = re.compile(f"({_GAP}+)")
_KEPT: Final = re.compile(r"[.,;:](?=\s|$)")
_ACRONYM_LIST = "pin pins ssn tax taxes otp btc iban"
_ACRONYMS: Final = frozenset(_ACRONYM_LIST.split())
_CHUNK: Final = 4096
"""Letters that are cut into words at a time: bounds the memory."""
_SENTENCE: Final = 12
"""Letters from which on known words are no accident, and no emphasis."""
_KNOWN_SHARE: Final = 0.6
_HEADING_WORDS: Final = 4
_LONGEST_ACRONYM: Final = 5
_SHORT: Final = 4
"""Letters up to which one spelled word is a weak sign."""


def undo_spacing(text: str, present: frozenset[str]) -> Look:
    """Spelled words written together."""
    if text.isascii() and not _THREE.search(text.encode().translate(_OUTLINE)):
        return NOTHING
    edits, traces = [], []
    is_telling = False
    for match in _RUN.finditer(text):
        if not any(letter.islower() or letter.isupper() for letter in match.group()):
            continue
        words, seams = _words(match.group())
        said = [word for word in words if is_word(word, 2)]
        has_ask = any(asks(word) for word in words)
        if not has_ask and sum(map(len, said)) < _SHORT:
            score = _unknown_score(words)
            if not score:
                continue
        else:
            score = _score(match, words, said)
        edits.append(Edit(*match.span(), _joined(words, seams)))
        is_telling = is_telling or has_ask
        if score:
            kind = "letter-lines" if "\n" in match.group()[:6] else "letter-spacing"
            traces.append(Trace(kind, ENCODED, *match.span(), "spells words letter by letter", score))
    return Look(edits, traces, is_telling) if edits else NOTHING


def _words(run: str) -> tuple[list[str], list[str]]:
    """The words of a run, and what stands behind each."""
    parts = _PARTS.split(run)
    letters, gaps = parts[::2], parts[1::2]
    usual = max(set(gaps), key=lambda gap: (gaps.count(gap), -len(gap))) if len(set(gaps)) < 8 else min(gaps, key=len)
    words, seams, begin = [], [], 0
    for index, gap in enumerate([*gaps, None], 1):
        if gap is None or _weight(gap) > _weight(usual):
            pieces = _cut("".join(letters[begin:index]))
            words += pieces
            seams += [" "] * (len(pieces) - 1) + [_seam(gap or "")]
            begin = index
    return words, seams


def _weight(gap: str) -> tuple[int, int]:
    return sum(sign.isspace() for sign in gap), len(gap)


def _seam(gap: str) -> str:
    kept = _KEPT.search(gap)
    return (kept.group() if kept else "") + ("\n" if "\n" in gap else " ")


def _cut(letters: str) -> list[str]:
    if len(letters) < 4 or is_word(letters):
        return [letters]
    pieces = [piece for at in range(0, len(letters), _CHUNK) for piece in segment(letters[at : at + _CHUNK])]
    known = sum(len(piece) for piece in pieces if is_word(piece, 2))
    return pieces if known >= _KNOWN_SHARE * len(letters) else [letters]


def _joined(words: list[str], seams: list[str]) -> str:
    return "".join(word + seam for word, seam in zip(words, seams, strict=True)).rstrip()


def _unknown_score(words: list[str]) -> float:
    """Of words that are in no list: of any language. Several of them, in small letters, are no emphasis."""
    long = [word for word in words if len(word) >= 3 and word.isalpha() and not word.isupper()]
    return WEAK if len(words) >= 3 and len(long) >= 2 and max(map(len, words)) <= 16 else 0.0


def _score(match: re.Match[str], words: list[str], said: list[str]) -> float:
    run = match.group()
    asked = [word for word in words if asks(word)]
    is_capital = run.upper() == run
    if is_capital and len(words) <= _HEADING_WORDS and _is_heading(match, len(words)):
        return 0.0
    letters = sum(map(len, words))
    if is_capital and "." in run[1:3] and letters <= _LONGEST_ACRONYM:
        return 0.0
    if asked and len(words) == 1 and is_capital and asked[0].lower() in _ACRONYMS:
        return 0.0
    if asked:
        return PLAIN if letters > _SHORT else WEAK
    if letters >= _SENTENCE and sum(map(len, said)) >= _KNOWN_SHARE * letters:
        return WEAK if is_capital else PLAIN
    return 0.0


def _is_heading(match: re.Match[str], words: int) -> bool:
    """Whether capitals with plain spaces stand alone on their line, among lines that are written as usual."""
    text = match.string
    before = text.rfind("\n", 0, match.start()) + 1
    after = text.find("\n", match.end())
    line = text[before : len(text) if after < 0 else after]
    has_more = len(text.strip()) > 3 * len(line)
    return has_more and line.strip() == match.group().strip() and re.search(r"[^\w\s]", line) is None
