"""What crosses between Guardian and the process that takes messages apart.

A question is a header (`_QUESTION`), then the raw bytes. An answer is a header (`_ANSWER`), then a body: a JSON object
that says what the views are, then their texts (UTF-8, lone surrogates passed) and their pieces one after the other.

Invariants: every size is checked against its cap before anything is read; what comes from the process is held to be a
liar's: an offset outside the message, an exact piece that is not what stands in the message, a kind or a type that is
unknown is a `WireError`, never another exception. Standard library and this package only.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from guardian.finding import Span
from guardian.message import Format
from guardian.reading.base import Link, LinkKind, Piece, View, ViewKind
from guardian.reading.extract import Extract
from guardian.reading.mail import MailExtract
from guardian.reading.walled.wire_mail import mail_facts, read_mail_facts
from guardian.verdict import Reason

ANSWER_LIMIT_BYTES: Final = 256 * 1024 * 1024
MOST_VIEWS: Final = 20_000
MOST_LINKS: Final = 200_000
MOST_REASONS: Final = 1_000
LONGEST_WORDS: Final = 2_000
"""Characters of a name or of a sentence of ours."""
_QUESTION: Final = struct.Struct("<BQ")
"""Format, length of the raw bytes."""
_ANSWER: Final = struct.Struct("<BQ")
"""Ending, length of the body."""
_PIECE: Final = struct.Struct("<QQQ?")
_FORMATS: Final = tuple(Format)


class WireError(Exception):
    """The other side sent what is no answer."""


class Ending(IntEnum):
    """How a question ended."""

    ANSWERED = 0
    DIED = 1
    """The process that took it apart failed, or was ended for the memory that it wanted."""
    OVERDUE = 2
    """It was ended for the time that it took."""
    TOO_LARGE = 3
    """Its answer is longer than any may be."""


QUESTION_BYTES: Final = _QUESTION.size
ANSWER_BYTES: Final = _ANSWER.size


@dataclass(frozen=True, slots=True)
class Question:
    """The header of a question."""

    format: Format
    size_bytes: int


def question_header(format_: Format, size_bytes: int) -> bytes:
    """The header before so many raw bytes."""
    return _QUESTION.pack(_FORMATS.index(format_), size_bytes)


def read_question(header: bytes, limit_bytes: int) -> Question:
    """The header. Raises WireError."""
    number, size_bytes = _QUESTION.unpack(header)
    if number >= len(_FORMATS) or size_bytes > limit_bytes:
        raise WireError("no question")
    return Question(_FORMATS[number], size_bytes)


def answer_header(ending: Ending, size_bytes: int) -> bytes:
    """The header before so many bytes of a body."""
    return _ANSWER.pack(ending, size_bytes)


def read_answer(header: bytes) -> tuple[Ending, int]:
    """The header. Raises WireError."""
    number, size_bytes = _ANSWER.unpack(header)
    if number > max(Ending) or size_bytes > ANSWER_LIMIT_BYTES:
        raise WireError("no answer")
    return Ending(number), size_bytes


def packed(mail: MailExtract) -> bytes:
    """An answer's body."""
    extract, blobs = mail.extract, list[bytes]()
    views = []
    for view in extract.views:
        text = view.text.encode("utf-8", "surrogatepass")
        pieces = b"".join(_PIECE.pack(each.char, each.start, each.end, each.exact) for each in view.pieces)
        views.append([view.kind.value, view.name, view.why, len(text), len(view.pieces)])
        blobs += [text, pieces]
    facts = {
        "views": views,
        "links": [[link.text, link.target, *_span(link), link.kind.value] for link in extract.links],
        "reasons": [[reason.code, reason.say] for reason in extract.reasons],
        "pictures": extract.pictures,
        "sender": [mail.sender, mail.sender_name, mail.reply_to],
        "mail": mail_facts(mail),
    }
    head = json.dumps(facts, ensure_ascii=True).encode("ascii")
    return b"".join([len(head).to_bytes(8, "little"), head, *blobs])


def unpacked(body: bytes, raw: bytes) -> MailExtract:
    """The answer about the message `raw`. Raises WireError for whatever can't be one."""
    try:
        return _unpacked(memoryview(body), raw)
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError, struct.error) as error:
        raise WireError(f"no answer ({type(error).__name__})") from None


def _unpacked(body: memoryview, raw: bytes) -> MailExtract:
    place = 8 + int.from_bytes(body[:8], "little")
    facts = json.loads(bytes(body[8:place]))
    views = []
    if len(facts["views"]) > MOST_VIEWS:
        raise ValueError
    for kind, name, why, text_bytes, pieces in facts["views"]:
        end = place + _whole(text_bytes)
        last = end + _whole(pieces) * _PIECE.size
        if last > len(body):
            raise ValueError
        text = str(body[place:end], "utf-8", "surrogatepass")
        found = tuple(Piece(*values) for values in _PIECE.iter_unpack(body[end:last]))
        views.append(View(ViewKind(kind), _words(name), text, _checked(found, text, raw), _words(why)))
        place = last
    if place != len(body) or len(facts["links"]) > MOST_LINKS or len(facts["reasons"]) > MOST_REASONS:
        raise ValueError
    links = tuple(_link(row, len(raw)) for row in facts["links"])
    reasons = tuple(Reason(_words(code), _words(say)) for code, say in facts["reasons"])
    sender, sender_name, reply_to = (None if each is None else _text(each) for each in facts["sender"])
    extract = Extract(tuple(views), links, reasons, _whole(facts["pictures"]))
    return MailExtract(extract, sender, sender_name, reply_to, *read_mail_facts(facts["mail"], extract.views, len(raw)))


def _checked(pieces: tuple[Piece, ...], text: str, raw: bytes) -> tuple[Piece, ...]:
    """The pieces of a view, where they are what they say: in order, over the whole text, inside the message."""
    if bool(pieces) != bool(text) or (pieces and pieces[0].char):
        raise ValueError
    for piece, end in zip(pieces, _ends(pieces, len(text)), strict=True):
        if not (piece.char < end and 0 <= piece.start <= piece.end <= len(raw)):
            raise ValueError
        if piece.exact:
            run = text[piece.char : end].encode("utf-8", "surrogateescape")
            if run != raw[piece.start : piece.end]:
                raise ValueError
    return pieces


def _ends(pieces: tuple[Piece, ...], length: int) -> Iterator[int]:
    yield from (piece.char for piece in pieces[1:])
    if pieces:
        yield length


def _span(link: Link) -> list[Any]:
    span = link.span
    return [span.start, span.end, span.quote, span.view, span.exact]


def _link(row: list[Any], size_bytes: int) -> Link:
    text, target, start, end, quote, view, exact, kind = row
    if not 0 <= _whole(start) <= _whole(end) <= size_bytes or not isinstance(exact, bool):
        raise ValueError
    span = Span(start, end, _text(quote), ViewKind(view).value, exact)
    return Link(_text(text), _text(target), span, LinkKind(kind))


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << 48:
        raise ValueError
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _words(value: Any) -> str:
    if len(_text(value)) > LONGEST_WORDS:
        raise ValueError
    return str(value)
