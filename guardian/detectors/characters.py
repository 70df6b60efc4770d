"""Characters without a shape, and control sequences for a terminal.

Harmless and left alone: the joiners of emoji, of Persian, Hindi and their kin, soft hyphens between syllables,
one variation selector behind a character, flags made of tags, direction marks around names.

The patterns are fixed and have no nested repetition, so Python's `re` runs over them in linear time; it also
takes lone surrogates, which RE2 does not. Sources: Unicode 16 chapters 23.2, 23.4, 23.8 and 23.9; UAX 9; ECMA-48;
Boucher et al. 2021 (imperceptible perturbations); Rehberger 2024 (ASCII smuggling by tags).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from guardian.detectors.base import Detector, Evidence
from guardian.detectors.rulebook import PLAIN, WEAK
from guardian.finding import Finding, FindingKind, Span
from guardian.reading.base import View

_INVISIBLE: Final = "\u034f\u115f\u1160\u180e\u200b-\u200d\u2060-\u2064\u3164\ufeff\uffa0"
_WESTERN: Final = "A-Za-z\u00c0-\u024f\u0370-\u03ff\u0400-\u052f"  # scripts that need no joiners
_CARRIER: Final = "\u200b-\u200d\u2060\ufeff"
_SMUGGLED_SHORTEST: Final = 16
_MOST_SPANS: Final = 6

_FLAG: Final = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{1,8}\U000e007f")
_TAGS: Final = re.compile("[\U000e0000-\U000e007f]+")
_SELECTORS: Final = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{4,}")
_CARRIED: Final = re.compile(f"[{_CARRIER}]{{{_SMUGGLED_SHORTEST},}}")
# Possessive, and never begun inside a word: a megabyte of one letter costs one pass, not one for each letter.
_BROKEN_WORD: Final = re.compile(f"(?<![{_WESTERN}])[{_WESTERN}]++(?:[{_INVISIBLE}]++[{_WESTERN}]++)++")
_HYPHENATED: Final = re.compile(f"(?:[{_WESTERN}]\u00ad){{3,}}[{_WESTERN}]")
_REVERSED: Final = re.compile("\u202e[^\u202c\n]{1,200}")
_FORCED: Final = re.compile("\u202d[^\u202c\n]{1,200}")

_COLOUR: Final = re.compile("\x1b\\[[0-9;:]{0,40}m")
_CONTROL: Final = re.compile(
    "\x1b[\\]P_^X][^\x07\x1b\u009c]{0,200}"  # OSC (title, clipboard, link), DCS, APC, PM, SOS
    "|\x1b\\[[0-?]{0,40}[ -/]{0,4}[@-ln-~]"  # CSI other than colour
    "|\x1b[ -/]{0,3}[0-OQ-WYZ\\\\`-~]"  # two-character sequences: reset, character sets, save and restore
    "|\u009b[0-9;?]{1,40}[@-~]"  # C1 CSI; without a number it is the quotation mark of a wrong code page
    "|[\u009d\udc9d][0-9]{1,4};[^\x07\x1b\u009c]{0,200}|\udc9b[0-9;?]{1,40}[@-~]"
)


@dataclass(frozen=True, slots=True)
class _Trace:
    """One place with such characters."""

    tactic: str
    score: float
    say: str
    start: int
    end: int
    decoded: str = ""
    """The text that the characters carry; empty where they carry none."""


class CharactersDetector(Detector):
    """Finds invisible characters that carry or break text, and control sequences for a terminal."""

    name = "characters"

    def detect(self, evidence: Evidence) -> list[Finding]:
        """At most one finding each of `invisible_characters` and `terminal_escape`, strongest place first."""
        traces = [(trace, view) for view in evidence.reading.views for look in _LOOKS for trace in look(view.text)]
        findings = []
        for tactic in ("invisible_characters", "terminal_escape"):
            ranked = sorted((pair for pair in traces if pair[0].tactic == tactic), key=lambda pair: -pair[0].score)
            if ranked:
                strongest = ranked[0][0]
                spans = tuple(span for pair in ranked[:_MOST_SPANS] for span in _spans(*pair))
                findings.append(Finding(self.name, tactic, strongest.score, strongest.say, spans, FindingKind.RULE))
        return findings


def _spans(trace: _Trace, view: View) -> Iterator[Span]:
    """The text that is carried, decoded, where there is one; then the characters themselves."""
    raw = view.span(trace.start, trace.end)
    if trace.decoded:
        yield Span(raw.start, raw.end, trace.decoded, "decoded", exact=False)
    yield raw


def _tags(text: str) -> Iterator[_Trace]:
    flags = [match.span() for match in _FLAG.finditer(text)]
    for match in _TAGS.finditer(text):
        if any(start < match.start() < end for start, end in flags):
            continue
        decoded = "".join(chr(ord(tag) - 0xE0000) for tag in match.group() if " " <= chr(ord(tag) - 0xE0000) <= "~")
        score = PLAIN if len(decoded) >= 3 else WEAK
        yield _Trace("invisible_characters", score, "carries a second text in tag characters", *match.span(), decoded)


def _selectors(text: str) -> Iterator[_Trace]:
    for match in _SELECTORS.finditer(text):
        numbers = bytes(
            ord(mark) - 0xFE00 if ord(mark) < 0x10000 else ord(mark) - 0xE0100 + 16 for mark in match.group()
        )
        decoded = "".join(letter for letter in numbers.decode("utf-8", "replace") if letter.isprintable())
        yield _Trace(
            "invisible_characters", PLAIN, "carries a second text in variation selectors", *match.span(), decoded
        )


def _carried(text: str) -> Iterator[_Trace]:
    """A long run of several zero-width characters that is no mere padding: padding repeats a short pattern."""
    for match in _CARRIED.finditer(text):
        run = match.group()
        if any((run[:size] * (len(run) // size + 1))[: len(run)] == run for size in range(1, 5)):
            continue
        yield _Trace("invisible_characters", PLAIN, "carries a second text in zero-width characters", *match.span())


def _broken_words(text: str) -> Iterator[_Trace]:
    found = [*_BROKEN_WORD.finditer(text)]
    shattered = [match for match in found if sum(letter in _BREAKERS for letter in match.group()) >= 2]
    score = PLAIN if len(found) >= 3 or shattered else WEAK
    for match in found:
        yield _Trace(
            "invisible_characters", score, "breaks words apart with characters that you cannot see", *match.span()
        )
    for match in _HYPHENATED.finditer(text):
        yield _Trace("invisible_characters", PLAIN, "breaks words apart with hidden hyphens", *match.span())


def _directions(text: str) -> Iterator[_Trace]:
    for match in _REVERSED.finditer(text):
        is_western = any(letter.isalnum() and letter < "\u0590" for letter in match.group())
        if is_western:
            yield _Trace(
                "invisible_characters",
                PLAIN,
                "turns the order of letters so that you read something else",
                *match.span(),
            )
    for match in _FORCED.finditer(text):
        if any("\u0590" <= letter <= "\u08ff" for letter in match.group()):
            yield _Trace("invisible_characters", WEAK, "forces the order of letters", *match.span())


def _escapes(text: str) -> Iterator[_Trace]:
    for match in _CONTROL.finditer(text):
        sequence = match.group()
        is_clipboard = sequence[1:].lstrip("]").startswith("52;")
        say = (
            "tries to write to your clipboard through the terminal"
            if is_clipboard
            else "holds control sequences for a terminal"
        )
        yield _Trace("terminal_escape", PLAIN, say, *match.span())
    for match in _COLOUR.finditer(text):
        yield _Trace("terminal_escape", WEAK, "holds colour codes for a terminal", *match.span())


_BREAKERS: Final = frozenset(
    "\u034f\u115f\u1160\u180e\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\u3164\ufeff\uffa0"
)
_LOOKS: Final[tuple[Callable[[str], Iterator[_Trace]], ...]] = (
    _tags,
    _selectors,
    _carried,
    _broken_words,
    _directions,
    _escapes,
)
