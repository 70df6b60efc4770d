"""The structure of a mail (RFC 5322, MIME): bytes to plain values.

`parse` is the one entry point: bytes in, a `ParsedMail` of plain values out, nothing shared, so that it can be moved
into a process of its own. The parser is the standard library's (see `mail_part`).

Invariants: `parse` raises nothing but `UnparsableMail`; what it costs is bounded by the limits, which are checked while
the parser works; an exact part is literally `raw[start:end]`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from guardian.reading.envelope import LONGEST_NAME, MOST_ATTACHMENTS, Attachment, Envelope
from guardian.reading.extract import Place
from guardian.reading.limits import Limits
from guardian.reading.mail_headers import Headers, file_name
from guardian.reading.mail_part import Budget, Part, UnparsableMail, parse_part
from guardian.reading.mail_place import Locator
from guardian.reading.mail_unpack import decode_words, unfold, unpack


class Role(StrEnum):
    """What a part is to the person who reads the mail."""

    SUBJECT = "subject"
    BODY = "body"
    HTML = "html"
    ATTACHMENT = "attachment"
    """A text that is attached or of a kind of its own, such as a calendar entry."""
    ASIDE = "aside"
    """Text before the first or behind the last part, which mail programs do not show."""


@dataclass(frozen=True, slots=True, repr=False)
class ParsedPart:
    """One text of a mail."""

    role: Role
    content: bytes
    """Its bytes, unpacked from their transfer encoding."""
    charset: str | None
    """Its character set as declared; None where none is."""
    place: Place
    is_html: bool = False
    alternative: int = 0
    """Number of the multipart/alternative in which it stands, counted from 1; 0 where it stands in none."""


@dataclass(slots=True, repr=False)
class ParsedMail:
    """The texts of a mail in the order in which they stand in it, and what was left out."""

    parts: list[ParsedPart] = field(default_factory=list)
    sender: str | None = None
    sender_name: str | None = None
    reply_to: str | None = None
    envelope: Envelope = field(default_factory=Envelope)
    attachments: list[Attachment] = field(default_factory=list)
    """In order of place, at most `MOST_ATTACHMENTS`."""
    unread: list[str] = field(default_factory=list)
    """MIME types of the parts that hold no text: attachments, sound, pictures outside the text."""
    pictures: int = 0
    """Pictures that stand in the text."""
    odd_headers: int = 0
    """Headers that could not be taken apart."""
    odd_charsets: int = 0
    """Headers in a character set that is not known."""
    odd_encodings: int = 0
    """Parts that are packed in a way that is not known."""


_SIGNATURES = frozenset({"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"})
"""Parts that say nothing to a person."""
_HTML = frozenset({"text/html", "text/x-amp-html", "application/xhtml+xml"})
_FREE_ASIDES = frozenset(
    {
        b"This is a multi-part message in MIME format.",
        b"This is a multipart message in MIME format.",
        b"This is a MIME-formatted message.",
        b"This is a MIME-encapsulated message.",
        b"This is a cryptographically signed message in MIME format.",
        b"This is an OpenPGP/MIME signed message (RFC 4880 and 3156)",
    }
)
"""What mail programs put before the first part, whole; anything else there is read."""
_MAX_SUBJECTS = 8
_MAX_ROUNDS = 3
"""Mails packed in mails packed in mails: how often a packed mail is unpacked."""


def parse(raw: bytes, limits: Limits) -> ParsedMail:
    """The texts of a mail. Raises `UnparsableMail`."""
    if len(raw) > limits.max_bytes_read:
        raise UnparsableMail(f"the mail is longer than {limits.max_bytes_read:,} bytes")
    try:
        collector = _Collector(limits)
        collector.collect(raw, Locator(raw))
    except UnparsableMail:
        raise
    except Exception as error:  # many kinds, RecursionError among them (traps.md 5)
        raise UnparsableMail(f"the mail could not be parsed ({type(error).__name__})") from None
    return collector.mail


@dataclass(frozen=True, slots=True)
class _Task:
    part: Part
    locator: Locator
    is_envelope: bool = False
    """Whether this is a mail, with a subject of its own, and not only a part of one."""
    is_related: bool = False
    """Whether it belongs to a text beside it, as pictures in HTML do."""
    is_end: bool = False
    """Whether the parts inside are done, so that only what stands behind them is left."""
    alternative: int = 0
    """See `ParsedPart.alternative`."""


class _Collector:
    """One walk over the parts of one mail, without recursion."""

    def __init__(self, limits: Limits) -> None:
        self.mail = ParsedMail()
        self._limits = limits
        self._budget = Budget(limits)
        self._rounds = 0
        self._alternatives = 0
        self._tasks: list[_Task] = []

    def collect(self, raw: bytes, locator: Locator) -> None:
        """Parse a mail and take its texts."""
        self._push(raw, locator)
        first = self._tasks[-1].part
        headers = Headers(first, self._limits)
        sender = headers.first("from")
        self.mail.sender, self.mail.sender_name = sender.address, sender.name
        self.mail.reply_to = headers.first("reply-to").address
        self.mail.envelope = headers.envelope()
        self.mail.odd_headers += headers.odd
        while self._tasks:
            task = self._tasks.pop()
            if task.is_end:
                self._add_aside(task.part.epilogue, task.locator)
                continue
            if task.is_envelope:
                self._add_subject(task.part, task.locator)
            if task.part.is_multipart():
                self._enter(task)
            else:
                self._add_leaf(task)

    def _push(self, raw: bytes, locator: Locator) -> None:
        self._tasks.append(_Task(parse_part(raw, self._budget), locator, is_envelope=True))

    def _enter(self, task: _Task) -> None:
        kind, children = task.part.get_content_type(), task.part.parts()
        if kind == "message/delivery-status":  # blocks of headers, which some programs show as they stand
            content = b"\n".join(name + b": " + value for child in children for name, value in child.headers())
            self.mail.parts.append(ParsedPart(Role.ATTACHMENT, content, None, task.locator.whole()))
            return
        if kind.startswith("message/"):
            if (
                children
                and task.part.encoding() in ("base64", "quoted-printable")
                and self._unpack_mail(task, children[0])
            ):
                return
            self._tasks.extend(_Task(part, task.locator, is_envelope=True) for part in reversed(children))
            return
        self._add_aside(task.part.preamble, task.locator)
        self._tasks.append(_Task(task.part, task.locator, is_end=True))
        is_related, alternative = kind == "multipart/related", task.alternative
        if kind == "multipart/alternative":
            self._alternatives += 1
            alternative = self._alternatives
        self._tasks.extend(
            _Task(part, task.locator, is_related=is_related, alternative=alternative) for part in reversed(children)
        )

    def _unpack_mail(self, task: _Task, child: Part) -> bool:
        """Go on with a mail that is attached in base64, which the parser leaves packed; whether that was done."""
        if len(child):  # it has headers, so it is not packed, whatever it says
            self.mail.odd_encodings += task.part.encoding() == "base64"
            return False
        content = unpack(child.source, task.part.encoding())
        if content is None or self._rounds >= _MAX_ROUNDS:
            self.mail.odd_encodings += 1
            return False
        self._rounds += 1
        self._push(content, Locator.fixed(task.locator.body(child.source)))
        return True

    def _add_leaf(self, task: _Task) -> None:
        part, kind = task.part, task.part.get_content_type()
        if not part.source.strip() or kind in _SIGNATURES:
            return
        is_attached = (part.get_content_disposition() or "") == "attachment"
        place = task.locator.body(part.source)
        is_text = kind.startswith(("text/", "multipart/", "message/")) or kind in _HTML
        is_shown = kind.startswith("image/") and (task.is_related or "content-id" in part) and not is_attached
        if not is_shown:
            self._add_attachment(part, place, is_attached=is_attached, is_read=is_text)
        if is_text:
            self._add_text(part, place, is_attached=is_attached, alternative=task.alternative)
        elif is_shown:
            self.mail.pictures += 1
        else:
            self.mail.unread.append(kind)

    def _add_text(self, part: Part, place: Place, *, is_attached: bool, alternative: int) -> None:
        kind, content = part.get_content_type(), unpack(part.source, part.encoding())
        if content is None:
            self.mail.odd_encodings += 1
            content = part.source
        place = Place(place.start, place.end, place.exact and content == part.source)
        is_plain = kind in ("text/plain", "text/html") or not kind.startswith(("text/", "application/"))
        role = Role.ATTACHMENT if is_attached or not is_plain else Role.HTML if kind == "text/html" else Role.BODY
        charset = part.get_content_charset()
        self.mail.parts.append(ParsedPart(role, content, charset, place, kind in _HTML, alternative))

    def _add_attachment(self, part: Part, place: Place, *, is_attached: bool, is_read: bool) -> None:
        name = file_name(part)
        if (name or is_attached or not is_read) and len(self.mail.attachments) < MOST_ATTACHMENTS:
            kind, size_bytes = part.get_content_type()[:LONGEST_NAME], len(part.source)
            self.mail.attachments.append(
                Attachment(name[-LONGEST_NAME:], kind, size_bytes, place.start, place.end, is_read)
            )

    def _add_aside(self, text: str | None, locator: Locator) -> None:
        content = (text or "").encode("ascii", "surrogateescape")
        if content.strip() and content.strip() not in _FREE_ASIDES:
            self.mail.parts.append(ParsedPart(Role.ASIDE, content, None, locator.body(content)))

    def _add_subject(self, part: Part, locator: Locator) -> None:
        found = part.named(b"subject")
        self.mail.odd_headers += len(found) > _MAX_SUBJECTS
        for name, value in found[:_MAX_SUBJECTS]:
            place = locator.header(name, value)
            words = decode_words(unfold(value))
            self.mail.odd_charsets += words.is_odd
            content = words.text.encode("utf-8", "surrogateescape")
            if content.strip():
                place = Place(place.start, place.end, place.exact and content == value)
                self.mail.parts.append(ParsedPart(Role.SUBJECT, content, None, place))
