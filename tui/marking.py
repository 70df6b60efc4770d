"""A message's text for showing: safe pieces, with the words that carried the verdict marked and numbered in place.

Invariants: every piece is safe for a terminal, and what nobody can see is an escape that everybody can; a mark stands
exactly where the core says that the quote stands, or nowhere; what is left out of a long text is said in numbers; words
of ours are told apart from the message's. Nothing here runs on the painting thread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from guardian.reading.base import View, ViewKind
from guardian.reading.reader import Reader
from guardian.safe_text import safe_line
from guardian.visible_text import unseen_characters, visible_text
from tui.passages import Passage, Passages, Placed
from tui.shown import Shown

SHOWN_CHARS: Final = 20_000
"""Of one view, from its beginning: some eight pages."""
AROUND_CHARS: Final = 300
"""Kept before and behind a mark that lies beyond."""
MARK_CHARS: Final = 2_000
"""Longest mark that is kept whole there."""
MOST_CHARS: Final = 100_000
"""Of all views together; what stands behind them is counted."""
MOST_TURNS: Final = 20
"""Earlier turns that are shown, the latest ones."""
TURN_CHARS: Final = 2_000
_COUNTED_CHARS: Final = 2_000_000
"""Of each view, in which characters that nobody sees are counted."""

_HEADINGS: Final = {ViewKind.HIDDEN: "hidden from the reader", ViewKind.DECODED: "decoded"}
_NAMES: Final = {
    "text": "the text",
    "subject": "subject",
    "body": "body",
    "html": "HTML",
    "title": "the page's title",
    "attachment": "an attached text",
    "comment": "comments",
    "aside": "around the parts",
}

Range = tuple[int, int]


class Role(Enum):
    """Whose words a piece holds."""

    PLAIN = auto()
    """The message's."""
    MARK = auto()
    """The message's, and they carried the verdict."""
    NUMBER = auto()
    """Ours: the number of the mark that ends here."""
    EARLIER = auto()
    """Those of an earlier turn of the conversation."""
    NOTE = auto()
    """Ours."""


@dataclass(frozen=True, slots=True, repr=False)
class Piece:
    """A run of text in one role, safe to show."""

    text: str
    role: Role


Pieces = tuple[Piece, ...]


@dataclass(frozen=True, slots=True, repr=False)
class ReadText:
    """A message, read for showing."""

    said: Pieces
    """What a person is shown, with what was said before above it."""
    hidden: Pieces
    """What the sender hid, part by part; empty where nothing is hidden."""
    hidden_parts: int
    unseen: Counter[str]
    """Characters that nobody sees, by name, in all parts."""
    is_kept: bool = True
    """Whether there is a text to read at all."""

    @property
    def everything(self) -> Pieces:
        """The whole, in one text."""
        return (*self.said, *([Piece("\n\n", Role.NOTE)] if self.said and self.hidden else []), *self.hidden)


def marked_text(shown: Shown, reader: Reader) -> Pieces:
    """Everything that was read of the message, view by view. Costs a second reading."""
    return read_text(shown, reader).everything


def beginning(pieces: Pieces, most_chars: int) -> Pieces:
    """The first of the pieces, `most_chars` characters in all, with a note where more is behind them."""
    kept: list[Piece] = []
    for piece in pieces:
        if len(piece.text) > most_chars:
            note = Piece("\n[… the rest is left out here: enter shows it …]", Role.NOTE)
            return (*kept, Piece(piece.text[:most_chars], piece.role), note)
        kept.append(piece)
        most_chars -= len(piece.text)
    return pieces


def read_text(shown: Shown, reader: Reader) -> ReadText:
    """What was read of the message: what is seen, and what is hidden. Costs a second reading."""
    if shown.message is None:
        note = f"the text was not kept: {safe_line(shown.why_not)}\n"
        return ReadText((Piece(note, Role.NOTE),), (), 0, Counter(), is_kept=False)
    reading = reader.read(shown.message)
    passages = Passages(shown.verdict)
    views = [view for view in reading.views if view.text]
    seen = [view for view in views if view.kind is ViewKind.VISIBLE]
    hidden = [view for view in views if view.kind is not ViewKind.VISIBLE]
    carried = [passage for passage in passages.all if passage.span.view == ViewKind.DECODED.value]
    parts = [*_hidden_views(hidden, passages), *map(_carried, _not_in(carried, hidden, passages))]
    unseen = sum((unseen_characters(view.text[:_COUNTED_CHARS]) for view in views), Counter[str]())
    said = [*_earlier(shown.message.context), *_said(seen, passages)]
    return ReadText(_joined(said), _joined(_parted(parts)), len(parts), unseen)


def _said(views: Sequence[View], passages: Passages) -> Iterator[Piece]:
    if not views:
        yield Piece("there is no text to show\n", Role.NOTE)
    left = MOST_CHARS
    for number, view in enumerate(views):
        if left <= 0:
            rest = sum(len(view.text) for view in views[number:])
            yield Piece(f"\n\n[… {len(views) - number:,} more parts, {rest:,} characters, are left out …]", Role.NOTE)
            return
        if len(views) > 1:
            yield Piece("\n\n" * bool(number) + f"[{_name(view)}]\n", Role.NOTE)
        for piece in _view_pieces(view, passages.in_view(view), left):
            left -= len(piece.text)
            yield piece
    if passages.left_out:
        yield Piece(f"\n\n[{passages.left_out:,} more places are not marked]", Role.NOTE)


def _earlier(turns: Sequence[str]) -> Iterator[Piece]:
    """What was said before, oldest first, each line behind a bar, so that no line can pass for the message's."""
    turns = [turn for turn in turns if turn.strip()]
    if not turns:
        return
    shown = turns[-MOST_TURNS:]
    more = f"; the latest {len(shown)} are shown" if len(turns) > len(shown) else ""
    count = "1 earlier turn" if len(turns) == 1 else f"{len(turns):,} earlier turns"
    yield Piece(f"[said before: {count}{more}]\n", Role.NOTE)
    for turn in shown:
        cut = " […]" if len(turn) > TURN_CHARS else ""
        lines = shown_text(turn[:TURN_CHARS]).strip().split("\n")
        yield Piece("".join(f"│ {line}\n" for line in lines).rstrip("\n") + cut + "\n", Role.EARLIER)
    yield Piece("[the message]\n", Role.NOTE)


def _hidden_views(views: Sequence[View], passages: Passages) -> Iterator[list[Piece]]:
    left = MOST_CHARS
    for view in views:
        heading = ": ".join(filter(None, (", ".join((_HEADINGS[view.kind], _name(view))), safe_line(view.why))))
        pieces = list(_view_pieces(view, passages.in_view(view), max(left, 0)))
        left -= sum(len(piece.text) for piece in pieces)
        yield [Piece(f"[{heading}]\n", Role.NOTE), *pieces]


def _not_in(passages: Sequence[Passage], views: Sequence[View], known: Passages) -> list[Passage]:
    """Those passages that stand in none of the views: a detector decoded them by itself."""
    placed = {place.number for view in views for place in known.in_view(view)}
    return [passage for passage in passages if passage.number not in placed]


def _carried(passage: Passage) -> list[Piece]:
    span = passage.span
    heading = f"[decoded, carried by characters that nobody sees: bytes {span.start:,} to {span.end:,}]\n"
    quote = Piece(shown_text(span.quote[:MARK_CHARS]), Role.MARK)
    return [Piece(heading, Role.NOTE), quote, _number([passage.number])]


def _parted(parts: Sequence[Sequence[Piece]]) -> Iterator[Piece]:
    for number, part in enumerate(parts):
        if number:
            yield Piece("\n\n", Role.NOTE)
        yield from part


def _name(view: View) -> str:
    return _NAMES.get(view.name) or safe_line(view.name)


def _view_pieces(view: View, marks: Sequence[Placed], most_chars: int) -> Iterator[Piece]:
    place = 0
    told: set[int] = set()
    for start, end in _kept(len(view.text), marks, most_chars):
        if start > place:
            yield _gap(start - place)
        yield from _run_pieces(view.text, start, end, marks, told)
        place = end
    if place < len(view.text):
        yield _gap(len(view.text) - place)


def _kept(length: int, marks: Sequence[Placed], most_chars: int) -> list[Range]:
    """What is shown of a text: its beginning, and the surroundings of each mark beyond, as long as there is room."""
    wanted = [(0, min(SHOWN_CHARS, length, most_chars))]
    wanted += [(mark.start - AROUND_CHARS, min(mark.end, mark.start + MARK_CHARS) + AROUND_CHARS) for mark in marks]
    kept: list[Range] = []
    room = most_chars
    for start, end in sorted((max(start, 0), min(end, length)) for start, end in wanted):
        start = max(start, kept[-1][1]) if kept else start
        end = min(end, start + room)
        if end <= start:
            continue
        room -= end - start
        if kept and start == kept[-1][1]:
            kept[-1] = kept[-1][0], end
        else:
            kept.append((start, end))
    return kept


def _run_pieces(text: str, start: int, end: int, marks: Sequence[Placed], told: set[int]) -> Iterator[Piece]:
    """One run of the text. Marks may lie over each other: each number stands where its own mark ends, once."""
    here = [mark for mark in marks if mark.start < end and mark.end > start]
    changes: Counter[int] = Counter()
    ends: dict[int, list[int]] = {}
    for mark in here:
        first, last = max(mark.start, start), min(mark.end, end)
        changes[first] += 1
        changes[last] -= 1
        ends.setdefault(last, []).append(mark.number)
    place, depth = start, 0
    for edge in sorted(changes):
        yield Piece(shown_text(text[place:edge]), Role.MARK if depth else Role.PLAIN)
        numbers = sorted({number for number in ends.get(edge, ()) if number not in told})
        if numbers:
            told.update(numbers)
            yield _number(numbers)
        depth += changes[edge]
        place = edge
    yield Piece(shown_text(text[place:end]), Role.PLAIN)


def _number(numbers: Sequence[int]) -> Piece:
    return Piece("".join(f"[{number}]" for number in numbers), Role.NUMBER)


def shown_text(text: str) -> str:
    """Text as it is shown: safe and visible. A carriage return before a line feed is how mail ends its lines."""
    return visible_text(text.replace("\r\n", "\n"))


def _gap(chars: int) -> Piece:
    return Piece(f"\n[… {chars:,} characters are left out here …]\n", Role.NOTE)


def _joined(pieces: Sequence[Piece] | Iterator[Piece]) -> Pieces:
    return tuple(piece for piece in pieces if piece.text)
