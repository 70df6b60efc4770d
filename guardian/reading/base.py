"""What a message really says: its views, each mapped back to byte offsets of the original.

Invariants: a view never claims an exact offset that it does not have; windows cover all of the text of
every view unless a coverage reason says otherwise.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from guardian.finding import Span
from guardian.verdict import Reason

if TYPE_CHECKING:
    from guardian.reading.envelope import Alternative, Attachment, Envelope

_PIECE_CHARS = 4096
"""Characters in one piece of a long exact view: what is read at most to find the offset of a span."""


class ViewKind(StrEnum):
    """What a view shows."""

    VISIBLE = "visible"
    """What a person sees."""
    HIDDEN = "hidden"
    """What is there but not shown to a person."""
    DECODED = "decoded"
    """What an encoded part says once decoded."""
    CONVERSATION = "conversation"
    """What was sent before, and this message behind it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a view's characters and the bytes that it came from."""

    char: int
    """First character of the run in the view's text; it ends where the next piece begins."""
    start: int
    """First byte in the message's raw bytes."""
    end: int
    """One past the last byte."""
    exact: bool
    """Whether the run, in UTF-8 with surrogateescape, equals those bytes."""


@dataclass(frozen=True, slots=True, repr=False)
class View:
    """One way in which the message reads."""

    kind: ViewKind
    name: str
    """Where it comes from: `text`, `subject`, `body`, `html`, `title`, `attachment`, `comment` (of HTML), `aside` (text
    around the parts of a mail), `elsewhere` (for other screens), `folded` (a click away), `label`, `frame`."""
    text: str
    """The characters; bytes that are not UTF-8 stand as lone surrogates (surrogateescape)."""
    pieces: tuple[Piece, ...] = field(default=())
    """Ordered by `char`, covering the whole text; none for an empty text."""
    why: str = ""
    """By what a hidden view is hidden, in words of our own; empty for what is seen."""
    seams: tuple[int, ...] = ()
    """In the view of a conversation: the characters at which its later messages begin, this one last."""

    fresh: int = 0
    """In the view of a conversation: the character at which the messages of the last minutes begin."""

    @property
    def seam(self) -> int:
        """In the view of a conversation: the character at which this message begins. 0 in all others."""
        return self.seams[-1] if self.seams else 0

    def is_joint(self, start: int, end: int) -> bool:
        """In the view of a conversation: whether a run of it is more than an old message said by itself: it goes over
        from one message to another, or ends in this one, or stands in one of the last minutes, whose sender may be in
        the middle of it."""
        return end > self.seam or start >= self.fresh or any(start < seam < end for seam in self.seams)

    def span(self, start: int, end: int) -> Span:
        """The span for characters `start` to `end` of this view, with the bytes that they came from."""
        quote = self.text[start:end]
        if not self.pieces:
            return Span(0, 0, quote, self.kind.value, exact=False)
        first = max(bisect_right(self.pieces, start, key=_first_char) - 1, 0)
        last = max(bisect_right(self.pieces, max(end - 1, start), key=_first_char) - 1, first)
        head, tail = self.pieces[first], self.pieces[last]
        exact = (
            head.exact
            and tail.exact
            and all(self.pieces[i].exact and self.pieces[i].end == self.pieces[i + 1].start for i in range(first, last))
        )
        byte_start = head.start + self._bytes(head.char, start) if head.exact else head.start
        byte_end = tail.start + self._bytes(tail.char, end) if tail.exact else tail.end
        return Span(byte_start, byte_end, quote, self.kind.value, exact)

    def _bytes(self, start: int, end: int) -> int:
        if self.text.isascii():  # known without looking, so a span deep in a long text costs nothing
            return end - start
        return len(self.text[start:end].encode("utf-8", "surrogateescape"))


@dataclass(frozen=True, slots=True, repr=False)
class Window:
    """A run of one view, small enough for one forward pass of the encoder."""

    view: int
    """Index into `Reading.views`."""
    start: int
    """First character in that view."""
    end: int
    """One past the last character."""
    text: str


class LinkKind(StrEnum):
    """What takes a person, or what they type, to a link's target."""

    LINK = "link"
    FORM = "form"
    """What is typed into a form goes there."""
    PASSWORD_FORM = "password-form"
    """A form that has a field for a password."""
    REFRESH = "refresh"
    """The page goes there by itself."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the message: what it shows and where it goes."""

    text: str
    target: str
    span: Span
    kind: LinkKind = LinkKind.LINK


@dataclass(frozen=True, slots=True, repr=False)
class Disguise:
    """One way in which a sender keeps a reader, or a filter, from reading what is there."""

    kind: str
    """Short and stable, such as `zero-width`, `homoglyphs`, `leet`, `base64`."""
    tactic: str
    """One of the tactics of the group `obfuscation`."""
    span: Span
    """Where it stands."""
    say: str
    """What it does, as the end of a sentence that begins with "it"."""
    score: float
    """How sure it is that somebody means to hide something: that of a rule's finding, from 0 to 1."""
    decoded: str = ""
    """What it says, read as it is meant; empty where it says nothing of its own."""


@dataclass(frozen=True, slots=True, repr=False)
class Reading:
    """Everything that was read of one message."""

    views: tuple[View, ...]
    windows: tuple[Window, ...]
    """Windows to be judged by the encoder, in order, over all views that are judged."""
    reasons: tuple[Reason, ...] = ()
    """What could not be read, and why."""
    disguises: tuple[Disguise, ...] = ()
    """What was hidden from readers, in order of place."""
    links: tuple[Link, ...] = ()
    """Links with a text of their own (HTML). Bare URLs stand in the visible text."""
    sender: str | None = None
    """Sender as the mail itself names it (address of From), else None."""
    sender_name: str | None = None
    """Display name that From puts before the address, else None. Chosen by the sender."""
    reply_to: str | None = None
    """Address of Reply-To where the mail has one, else None."""
    envelope: Envelope | None = None
    """What else its headers say; None where it is no mail."""
    attachments: tuple[Attachment, ...] = ()
    """Its files, in order of place."""
    alternatives: tuple[Alternative, ...] = ()
    """The forms in which parts of a mail claim to say the same."""
    size_bytes: int = 0
    """Size of the raw message."""
    earlier: int = 0
    """Earlier messages of the conversation that it is also judged together with, in a view of their own."""

    @property
    def characters(self) -> int:
        """Characters of all windows of the message alone, where they overlap counted twice."""
        return sum(len(window.text) for window in self.windows if not self.views[window.view].seam)

    @property
    def own_windows(self) -> int:
        """Windows of the message alone."""
        return sum(not self.views[window.view].seam for window in self.windows)

    @property
    def visible(self) -> tuple[View, ...]:
        """The views that a person sees."""
        return tuple(view for view in self.views if view.kind is ViewKind.VISIBLE)


def _first_char(piece: Piece) -> int:
    return piece.char


def exact_view(kind: ViewKind, name: str, text: str, start_byte: int = 0) -> View:
    """A view whose text is, in UTF-8 with surrogateescape, a run of the raw bytes from `start_byte`."""
    if text.isascii():
        pieces = [Piece(0, start_byte, start_byte + len(text), exact=True)] if text else []
        return View(kind, name, text, tuple(pieces))
    pieces = []
    for char in range(0, len(text), _PIECE_CHARS):
        end = start_byte + len(text[char : char + _PIECE_CHARS].encode("utf-8", "surrogateescape"))
        pieces.append(Piece(char, start_byte, end, exact=True))
        start_byte = end
    return View(kind, name, text, tuple(pieces))


def derived_view(kind: ViewKind, name: str, text: str, start_byte: int, end_byte: int) -> View:
    """A view that was decoded from bytes `start_byte` to `end_byte`, without finer offsets."""
    pieces = (Piece(0, start_byte, end_byte, exact=False),) if text else ()
    return View(kind, name, text, pieces)


def mapped_view(source: View, name: str, text: str, runs: Sequence[tuple[int, int, int]], why: str) -> View:
    """A decoded view of which each run came from a run of `source`.

    `runs`: the first character in `text`, and the first and one past the last character in `source`, in order of
    `text`, from its first character on.
    """
    pieces = []
    for char, start, end in runs:
        span = source.span(start, end)
        pieces.append(Piece(char, span.start, span.end, exact=False))
    return View(ViewKind.DECODED, name, text, tuple(pieces) if text else (), why)
