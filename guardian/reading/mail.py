"""Mail to views: subject, bodies, texts that are attached, and what was not read of it.

Both forms of a multipart/alternative are kept and judged: which one is shown depends on the program. Pictures
that stand in the text are not read; like those that HTML fetches they are a gap in the coverage only where the
mail has next to no words, since nearly all mail of companies carries a logo.

Invariants: never raises for any bytes; a mail that cannot be parsed is read as plain text, with a reason; a reason
never names a file or holds a word of the mail.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from guardian.reading.base import ViewKind
from guardian.reading.charset import decode
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
    return MailExtract(together, mail.sender, mail.sender_name, mail.reply_to)


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
        (mail.unread, "attachment-unread", "attachment was not read", "attachments were not read"),
        (mail.odd_headers, "odd-header", "header could not be taken apart", "headers could not be taken apart"),
        (odd_charsets, "odd-charset", "text has an unknown character set", "texts have unknown character sets"),
        (mail.odd_encodings, "odd-encoding", "part could not be unpacked", "parts could not be unpacked"),
    )
    return [Reason(code, f"{count:,} {one if count == 1 else many}") for count, code, one, many in counted if count]
