"""The words that carried a verdict, each with a number: the same in the text and in the reasons beside it.

Invariants: pure; the numbers come from the verdict alone, so that reasons can be written before the text is read, and
where it was never kept; words that carry several reasons have one number; a place is exactly where the core says that
the quote stands, or there is none.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from guardian.finding import Finding, FindingKind, Span
from guardian.reading.base import View
from guardian.verdict import Verdict

MOST_PASSAGES: Final = 1_000
"""Numbered; what a hostile verdict has beyond them is counted and not marked."""
_MOST_OCCURRENCES: Final = 1_000
"""A quote that stands more often than this before its own place is not looked for any further."""
_VIEWS: Final = ("visible", "hidden", "decoded")


@dataclass(frozen=True, slots=True, repr=False)
class Passage:
    """Words that carried a reason, or several."""

    number: int
    """From 1, in the order in which they stand in the message: what is seen first, then what is hidden or decoded."""
    span: Span


@dataclass(frozen=True, slots=True, repr=False)
class Placed:
    """Where a passage stands in a view."""

    start: int
    end: int
    number: int


class Passages:
    """Every passage of one verdict."""

    def __init__(self, verdict: Verdict) -> None:
        spans = {_key(span): span for finding in shown_findings(verdict) for span in finding.spans if span.quote}
        ordered = sorted(spans.values(), key=_place_in_message)
        self.left_out = max(len(ordered) - MOST_PASSAGES, 0)
        """How many have no number."""
        self.all = tuple(Passage(number, span) for number, span in enumerate(ordered[:MOST_PASSAGES], 1))
        self._numbers = {_key(passage.span): passage.number for passage in self.all}

    def number_of(self, span: Span) -> int | None:
        """The number of these words; None where they have none."""
        return self._numbers.get(_key(span))

    def numbers_of(self, finding: Finding) -> list[int]:
        """The numbers of the words that carry a reason, each once, smallest first."""
        return sorted({number for span in finding.spans if (number := self.number_of(span)) is not None})

    def in_view(self, view: View) -> list[Placed]:
        """Where those that name this kind of view stand in it, first one first."""
        wanted = [passage for passage in self.all if passage.span.view == view.kind.value]
        return sorted(places(view, wanted), key=lambda placed: (placed.start, placed.end))


def shown_findings(verdict: Verdict) -> list[Finding]:
    """The findings for which a policy matched, rules before the model, surest first."""
    matched = verdict.matched
    wanted = {tactic for match in matched for tactic in match.tactics} | {f"policy:{match.id}" for match in matched}
    shown = [finding for finding in verdict.findings if finding.tactic in wanted]
    return sorted(shown, key=lambda finding: (finding.kind is not FindingKind.RULE, -finding.score))


def places(view: View, passages: Iterable[Passage]) -> list[Placed]:
    """Where in a view the passages stand: where the quote is that has the very bytes of its span."""
    finder = _Finder(view)
    found: list[Placed] = []
    for passage in passages:
        start = finder.find(passage.span)
        if start is not None:
            found.append(Placed(start, start + len(passage.span.quote), passage.number))
    return found


class _Finder:
    """Finds quotes in one view by their bytes: at once where the view is exact, else one occurrence after the other."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._pieces = sorted((piece for piece in view.pieces if piece.exact), key=lambda piece: piece.start)
        self._starts = [piece.start for piece in self._pieces]
        self._ends = {piece.char: end for piece, end in zip(view.pieces, _ends(view), strict=True)}
        self._known: dict[str, dict[tuple[int, int], int]] = {}

    def find(self, span: Span) -> int | None:
        """The first character of the quote; None where it does not stand at those bytes."""
        if not span.quote:
            return None
        char = self._by_bytes(span.start)
        if char is not None and self._stands_at(char, span):
            return char
        if span.quote not in self._known:
            self._known[span.quote] = self._occurrences(span.quote)
        return self._known[span.quote].get((span.start, span.end))

    def _by_bytes(self, byte: int) -> int | None:
        place = bisect_right(self._starts, byte) - 1
        if place < 0 or byte >= self._pieces[place].end:
            return None
        piece = self._pieces[place]
        text = self._view.text[piece.char : self._ends[piece.char]]
        if text.isascii():
            return piece.char + byte - piece.start
        raw = text.encode("utf-8", "surrogateescape")[: byte - piece.start]
        return piece.char + len(raw.decode("utf-8", "surrogateescape"))

    def _stands_at(self, char: int, span: Span) -> bool:
        end = char + len(span.quote)
        if self._view.text[char:end] != span.quote:
            return False
        found = self._view.span(char, end)
        return (found.start, found.end) == (span.start, span.end)

    def _occurrences(self, quote: str) -> dict[tuple[int, int], int]:
        """The first characters at which a quote stands, by its bytes there."""
        found: dict[tuple[int, int], int] = {}
        start = -1
        for _ in range(_MOST_OCCURRENCES):
            start = self._view.text.find(quote, start + 1)
            if start < 0:
                break
            span = self._view.span(start, start + len(quote))
            found.setdefault((span.start, span.end), start)
        return found


def _ends(view: View) -> Sequence[int]:
    return [*(piece.char for piece in view.pieces[1:]), len(view.text)][: len(view.pieces)]


def _key(span: Span) -> tuple[str, int, int, str]:
    return span.view, span.start, span.end, span.quote


def _place_in_message(span: Span) -> tuple[int, int, int, str]:
    view = _VIEWS.index(span.view) if span.view in _VIEWS else len(_VIEWS)
    return view, span.start, span.end, span.quote
