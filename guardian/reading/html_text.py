"""The text of an HTML document as a person sees it, with the bytes that each run of it came from.

`RunFinder` finds where a text node stands in the source; `TextBuilder` lays text out: white space is folded, blocks
break lines, and each run remembers its bytes.

Invariants: a fragment is called exact only where its characters in UTF-8 are literally the bytes of its range; ranges
of one finder only move forward; both are linear in the length of the source.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from guardian.reading.base import Piece, View, ViewKind, derived_view
from guardian.reading.extract import Place

_SPACES = " \t\n\f\r"
"""White space that HTML folds; a no-break space is not among it."""
_WORDS = re.compile(rf"[^{_SPACES}]+(?: [^{_SPACES}]+)*")
"""Words with single spaces between them: what folding leaves as it stands."""
_FOLDED = re.compile(rf"[{_SPACES}]+")
_CHANGED = re.compile(r"&(?:#[0-9]{1,9}|#[xX][0-9a-fA-F]{1,8}|[a-zA-Z][a-zA-Z0-9]{1,31});?|\r\n?|\0")
"""What the parser replaces in text: entities, line ends, NUL."""
_MANY_CHANGES = 2000
"""Replacements in one run of text above which they get no bytes of their own."""
_MANY_PIECES = 100_000
"""Pieces of one view above which the rest of it has no bytes of its own: bounds the memory of a view."""
_LOOK_AHEAD = 32
"""Runs that are tried where the next one does not fit (text in tables is moved, text in forms may be dropped)."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A run of characters and the bytes of the source that it came from."""

    text: str
    start: int
    end: int
    exact: bool


class RunFinder:
    """Finds text nodes, given in document order, among the runs of text in the source."""

    def __init__(self, source: bytes, runs: Sequence[tuple[int, int]]) -> None:
        self._source = source
        self._runs = runs
        self._next = 0
        self._position = 0
        self._attribute_end = 0
        self._ahead = 0  # among the runs: those before it are white space or were found
        self._patience = 8 * len(source) + 4096  # bytes that may be looked at in vain: keeps the search linear

    def find(self, text: str) -> list[Fragment]:
        """The fragments of a text node; together they are `text`. One inexact fragment where it is not found."""
        core = text.lstrip(_SPACES)
        for place in range(self._next, min(self._next + _LOOK_AHEAD, len(self._runs))):
            found = self._match(core, place) if core else None
            if found is not None:
                lead, first = text[: len(text) - len(core)], found[0].start
                return [Fragment(lead, first, first, exact=False), *found] if lead else found
        return [Fragment(text, 0, len(self._source), exact=False)]

    def find_attribute(self, value: str) -> Fragment:
        """The value of an attribute of a tag that stands between the text found last and the text found next."""
        raw = value.encode("utf-8", "replace")
        begin, end = max(self._position, self._attribute_end), self._words_ahead()
        start = self._source.find(raw, begin, end) if self._patience > 0 else -1
        if start < 0:
            self._patience -= max(end - begin, 0)
            return Fragment(value, self._position, self._position, exact=False)
        self._attribute_end = start + len(raw)
        return Fragment(value, start, start + len(raw), exact=True)

    def _words_ahead(self) -> int:
        """Where the next run with words in it begins."""
        self._ahead = max(self._ahead, self._next)
        while self._ahead < len(self._runs):
            start, end = self._runs[self._ahead]
            if not self._source[start:end].isspace():
                return start
            self._ahead += 1
        return len(self._source)

    def _match(self, core: str, place: int) -> list[Fragment] | None:
        """The fragments of `core` where it begins in run `place` and goes on in the runs behind it."""
        fragments: list[Fragment] = []
        done = 0
        while done < len(core) and place < len(self._runs) and self._patience > 0:
            start, end = self._runs[place]
            if not fragments:
                start = end - len(self._source[start:end].lstrip(_SPACES.encode()))
            for fragment in fragments_of(self._source, start, end):
                if not core.startswith(fragment.text, done):
                    self._patience -= end - start
                    return None
                fragments.append(fragment)
                done += len(fragment.text)
            place += 1
        if done < len(core) or not fragments:
            return None
        self._next, self._position = place, fragments[-1].end
        return fragments


def fragments_of(source: bytes, start: int, end: int) -> Iterator[Fragment]:
    """The text of a run of the source, entities decoded."""
    text = source[start:end].decode("utf-8", "replace")
    changes = text.count("&") + text.count("\r") + text.count("\0")
    if "\ufffd" in text or changes > _MANY_CHANGES:
        yield Fragment(_CHANGED.sub(lambda match: _replaced(match.group()), text), start, end, exact=False)
        return
    char = 0
    for match in _CHANGED.finditer(text) if changes else ():
        literal, changed = text[char : match.start()], match.group()
        middle = start + len(literal.encode())
        if literal:
            yield Fragment(literal, start, middle, exact=True)
        start = middle + len(changed.encode())
        shown = _replaced(changed)
        yield Fragment(shown, middle, start, exact=shown == changed)  # as in AT&T
        char = match.end()
    if char < len(text):
        yield Fragment(text[char:], start, end, exact=True)


def _replaced(changed: str) -> str:
    if changed[0] == "&":
        return html.unescape(changed)
    return "" if changed == "\0" else "\n"


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a text that is being built."""

    length: int
    runs: int


class TextBuilder:
    """Lays out the text of one view."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._pieces: list[Piece] = []
        self._gap = ""
        self.length = 0
        """Characters so far."""

    def mark(self) -> Mark:
        """The place reached so far."""
        return Mark(self.length, len(self._parts))

    def break_line(self) -> None:
        """Whatever comes next begins a line."""
        self._gap = "\n"

    def add_space(self) -> None:
        """Whatever comes next is at least a space away."""
        self._gap = self._gap or " "

    def add(self, fragment: Fragment, *, keep_spaces: bool = False) -> None:
        """Append a fragment; its white space is folded unless it is to be kept (as in `<pre>`)."""
        text = fragment.text
        if not text or keep_spaces:
            self._append(text, fragment.start, fragment.end, fragment.exact)
            return
        if text[:1] in _SPACES:
            self.add_space()
        breaks = text.count("\n") + text.count("  ") + text.count("\t")
        if fragment.exact and len(self._pieces) + breaks < _MANY_PIECES:
            self._add_words(fragment)
        else:
            self._append(_FOLDED.sub(" ", text).strip(" "), fragment.start, fragment.end, exact=False)
        if text[-1:] in _SPACES:
            self.add_space()

    def _add_words(self, fragment: Fragment) -> None:
        char, byte = 0, fragment.start
        for match in _WORDS.finditer(fragment.text):
            if char:
                self.add_space()
            start = byte + len(fragment.text[char : match.start()].encode())
            char, byte = match.end(), start + len(match.group().encode())
            self._append(match.group(), start, byte, exact=True)

    def text_since(self, mark: Mark) -> str:
        """What was added since then."""
        return "".join(self._parts[mark.runs :])

    def view(self, kind: ViewKind, name: str, place: Place) -> View:
        """The view so far, in offsets of the raw message."""
        text = "".join(self._parts)
        if not place.exact:
            return derived_view(kind, name, text, place.start, place.end)
        moved = (Piece(p.char, p.start + place.start, p.end + place.start, p.exact) for p in self._pieces)
        return View(kind, name, text, tuple(moved))

    def _append(self, text: str, start: int, end: int, exact: bool) -> None:
        if not text:
            return
        if self._gap and self._pieces:
            last = self._pieces[-1]
            self._piece(self._gap, last.end if last.exact else last.start, last.end, exact=False)
        self._gap = ""
        self._piece(text, start, end, exact=exact)

    def _piece(self, text: str, start: int, end: int, *, exact: bool) -> None:
        self._parts.append(text)
        if len(self._pieces) < _MANY_PIECES:
            self._pieces.append(Piece(self.length, start, end, exact))
        else:
            last = self._pieces[-1]
            self._pieces[-1] = Piece(last.char, min(last.start, start), max(last.end, end), exact=False)
        self.length += len(text)
