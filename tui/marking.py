"""A message's text for showing: safe pieces, with the words that carried the verdict marked in place.

Invariants: every piece is safe for a terminal; a mark stands exactly where the core says that the quote stands, or
nowhere; what is left out of a long text is said in numbers; words of ours are told apart from the message's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from guardian.finding import Span
from guardian.reading.base import View, ViewKind
from guardian.reading.limits import Limits
from guardian.reading.read import read
from guardian.safe_text import safe_line, safe_text
from guardian.verdict import Verdict
from tui.shown import Shown

SHOWN_CHARS = 20_000
"""Of one view, from its beginning: some eight pages."""
AROUND_CHARS = 300
"""Kept before and behind a mark that lies beyond."""
MARK_CHARS = 2_000
"""Longest mark that is kept whole there."""
_MOST_OCCURRENCES = 1_000
"""A quote that stands more often than this before its own place is not looked for any further."""

_HEADINGS = {ViewKind.HIDDEN: "hidden from the reader", ViewKind.DECODED: "decoded"}

Range = tuple[int, int]


class Role(Enum):
    """Whose words a piece holds."""

    PLAIN = auto()
    """The message's."""
    MARK = auto()
    """The message's, and they carried the verdict."""
    NOTE = auto()
    """Ours."""


@dataclass(frozen=True, slots=True, repr=False)
class Piece:
    """A run of text in one role, safe to show."""

    text: str
    role: Role


def marked_text(shown: Shown, limits: Limits) -> tuple[Piece, ...]:
    """Everything that was read of the message, view by view. Costs a second reading, so not on the painting thread."""
    if shown.message is None:
        return (Piece(f"the text was not kept: {safe_line(shown.why_not)}\n", Role.NOTE),)
    views = [view for view in read(shown.message, limits).views if view.text]
    if not views:
        return (Piece("there is no text to show\n", Role.NOTE),)
    spans = shown_spans(shown.verdict)
    pieces: list[Piece] = []
    for view in views:
        if view.kind in _HEADINGS or len(views) > 1:
            heading = ", ".join(filter(None, (_HEADINGS.get(view.kind), view.name)))
            pieces.append(Piece("\n\n" * bool(pieces) + f"[{safe_text(heading)}]\n", Role.NOTE))
        pieces += _view_pieces(view, sorted(places(view, spans)))
    return tuple(piece for piece in pieces if piece.text)


def shown_spans(verdict: Verdict) -> list[Span]:
    """The spans of those findings for which a policy matched: the ones that the reasons quote."""
    matched = verdict.matched
    wanted = {tactic for match in matched for tactic in match.tactics} | {f"policy:{match.id}" for match in matched}
    return [span for finding in verdict.findings if finding.tactic in wanted for span in finding.spans]


def places(view: View, spans: Iterable[Span]) -> Iterator[Range]:
    """Where in a view the spans stand: the occurrence of the quote that has the very bytes of the span."""
    for span in spans:
        if span.view != view.kind.value or not span.quote:
            continue
        start = -1
        for _ in range(_MOST_OCCURRENCES):
            start = view.text.find(span.quote, start + 1)
            if start < 0:
                break
            end = start + len(span.quote)
            found = view.span(start, end)
            if (found.start, found.end) == (span.start, span.end):
                yield start, end
                break


def _view_pieces(view: View, marks: Sequence[Range]) -> Iterator[Piece]:
    place = 0
    for start, end in _kept(len(view.text), marks):
        if start > place:
            yield _gap(start - place)
        yield from _run_pieces(view.text, start, end, marks)
        place = end
    if place < len(view.text):
        yield _gap(len(view.text) - place)


def _kept(length: int, marks: Sequence[Range]) -> list[Range]:
    """What is shown of a text: its beginning, and the surroundings of each mark beyond."""
    wanted = [(0, min(SHOWN_CHARS, length))]
    wanted += [(start - AROUND_CHARS, min(end, start + MARK_CHARS) + AROUND_CHARS) for start, end in marks]
    kept: list[Range] = []
    for start, end in sorted((max(start, 0), min(end, length)) for start, end in wanted):
        if kept and start <= kept[-1][1]:
            kept[-1] = kept[-1][0], max(kept[-1][1], end)
        else:
            kept.append((start, end))
    return kept


def _run_pieces(text: str, start: int, end: int, marks: Sequence[Range]) -> Iterator[Piece]:
    place = start
    for mark_start, mark_end in marks:
        mark_start, mark_end = max(mark_start, place), min(mark_end, end)
        if mark_start < mark_end:
            yield Piece(_shown(text[place:mark_start]), Role.PLAIN)
            yield Piece(_shown(text[mark_start:mark_end]), Role.MARK)
            place = mark_end
    yield Piece(_shown(text[place:end]), Role.PLAIN)


def _shown(text: str) -> str:
    """Safe text; a carriage return before a line feed is how mail ends its lines, and no danger."""
    return safe_text(text.replace("\r\n", "\n"))


def _gap(chars: int) -> Piece:
    return Piece(f"\n[… {chars:,} characters are left out here …]\n", Role.NOTE)
