"""Mail to views: subject, bodies, texts that are attached, and what was not read of it.

Both forms of a multipart/alternative are kept and judged: which one is shown depends on the program. Pictures
that stand in the text are not read; like those that HTML fetches they are a gap in the coverage only where the
mail has next to no words, since nearly all mail of companies carries a logo.

Invariants: never raises for any bytes; a mail that cannot be parsed is read as plain text, with a reason; a reason
holds no word of the mail: it says of what kind a file is, never its name, so that it may stand where no text is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from guardian.reading.base import View, ViewKind
from guardian.reading.charset import decode
from guardian.reading.envelope import Alternative, Attachment, Envelope
from guardian.reading.extract import Extract
from guardian.reading.html import read_html
from guardian.reading.limits import Limits
from guardian.reading.mail_parse import ParsedMail, ParsedPart, Role, parse
from guardian.reading.mail_part import UnparsableMail
from guardian.reading.text import encode_exact, read_text
from guardian.verdict import Reason


@dataclass(frozen=True, slots=True, repr=False)
class MailExtract:
    """What was read of a mail, and who says that they sent it."""

    extract: Extract
    sender: str | None = None
    sender_name: str | None = None
    reply_to: str | None = None
    envelope: Envelope | None = None
    """None where it is no mail, or could not be parsed."""
    attachments: tuple[Attachment, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    """Of the views of the extract: the forms in which it claims to say the same."""


_KINDS = (
    ("application/pdf", "PDF"),
    ("image/", "picture"),
    ("audio/", "sound"),
    ("video/", "film"),
    ("application/msword", "document"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml", "document"),
    ("application/vnd.oasis.opendocument.text", "document"),
    ("application/vnd.ms-excel", "spreadsheet"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml", "spreadsheet"),
    ("application/vnd.oasis.opendocument.spreadsheet", "spreadsheet"),
    ("application/vnd.ms-powerpoint", "presentation"),
    ("application/vnd.openxmlformats-officedocument.presentationml", "presentation"),
    ("application/zip", "archive"),
    ("application/x-zip", "archive"),
    ("application/x-7z", "archive"),
    ("application/x-rar", "archive"),
    ("application/vnd.rar", "archive"),
    ("application/gzip", "archive"),
    ("application/x-tar", "archive"),
    ("application/pkcs7-mime", "encrypted mail"),
    ("application/x-pkcs7-mime", "encrypted mail"),
)
"""How MIME types begin, and what the owner calls such a file."""
_MOST_KINDS = 4


def read_mail(raw: bytes, limits: Limits) -> MailExtract:
    """The views of a mail; of its raw text where it cannot be parsed."""
    try:
        mail = parse(raw, limits)
    except UnparsableMail as error:
        text = read_text(raw, limits)
        reasons = (Reason("unparsable-mail", f"{error.what}; its raw text was read"), *text.reasons)
        return MailExtract(replace(text, reasons=reasons))
    extracts = [_read_part(part, limits) for part in mail.parts]
    odd_charsets = mail.odd_charsets + sum(is_odd for _, is_odd in extracts)
    together = Extract(
        tuple(view for extract, _ in extracts for view in extract.views),
        tuple(link for extract, _ in extracts for link in extract.links),
        (*dict.fromkeys(reason for extract, _ in extracts for reason in extract.reasons), *_gaps(mail, odd_charsets)),
        mail.pictures + sum(extract.pictures for extract, _ in extracts),
    )
    alternatives = _alternatives(mail.parts, [extract.views for extract, _ in extracts])
    return MailExtract(
        together,
        mail.sender,
        mail.sender_name,
        mail.reply_to,
        mail.envelope,
        tuple(mail.attachments),
        alternatives,
    )


def _alternatives(parts: Sequence[ParsedPart], views: Sequence[tuple[View, ...]]) -> tuple[Alternative, ...]:
    """Every multipart/alternative that has both forms."""
    forms: dict[int, dict[Role, list[View]]] = {}
    for part, found in zip(parts, views, strict=True):
        if part.alternative and part.role in (Role.BODY, Role.HTML):
            seen = (view for view in found if view.kind is ViewKind.VISIBLE)
            forms.setdefault(part.alternative, {}).setdefault(part.role, []).extend(seen)
    both = ((form.get(Role.BODY), form.get(Role.HTML)) for form in forms.values())
    return tuple(Alternative(tuple(plain), tuple(html)) for plain, html in both if plain and html)


def _read_part(part: ParsedPart, limits: Limits) -> tuple[Extract, bool]:
    """What one part says, and whether its character set was of no use."""
    decoded = decode(part.content, part.charset)
    place = part.place if decoded.is_literal else replace(part.place, exact=False)
    if part.is_html:
        return read_html(encode_exact(decoded.text), place, limits, name=part.role.value), decoded.is_odd
    kind = ViewKind.HIDDEN if part.role is Role.ASIDE else ViewKind.VISIBLE
    why = "around the parts of the mail, where no program looks" if kind is ViewKind.HIDDEN else ""
    views = (replace(place.view(kind, part.role.value, decoded.text), why=why),) if decoded.text else ()
    return Extract(views), decoded.is_odd


def _gaps(mail: ParsedMail, odd_charsets: int) -> list[Reason]:
    counted = (
        (mail.odd_headers, "odd-header", "header could not be taken apart", "headers could not be taken apart"),
        (odd_charsets, "odd-charset", "text has an unknown character set", "texts have unknown character sets"),
        (mail.odd_encodings, "odd-encoding", "part could not be unpacked", "parts could not be unpacked"),
    )
    gaps = [Reason(code, f"{count:,} {one if count == 1 else many}") for count, code, one, many in counted if count]
    if mail.unread:
        count, kinds = len(mail.unread), list(dict.fromkeys(_kind_words(kind) for kind in mail.unread))
        shown = ", ".join(kinds[:_MOST_KINDS]) + (" and others" if len(kinds) > _MOST_KINDS else "")
        noun = "attachment was" if count == 1 else "attachments were"
        gaps.insert(0, Reason("attachment-unread", f"{count:,} {noun} not read ({shown})"))
    return gaps


def _kind_words(kind: str) -> str:
    return next((words for start, words in _KINDS if kind.startswith(start)), "file")
