"""Reading: a message in, what it says out.

Invariants: `read` never raises for any bytes; whatever could not be read is a coverage reason; an empty message is
fully read, with no window. Readers of mail and HTML are imported when the first such message comes, because a
plain text needs neither.
"""

from __future__ import annotations

import re
from dataclasses import replace

from guardian.message import Format, Message
from guardian.reading.base import Reading, View, ViewKind
from guardian.reading.extract import Extract, Place
from guardian.reading.language import language_reasons
from guardian.reading.limits import Limits
from guardian.reading.text import read_text
from guardian.reading.windows import cut_windows
from guardian.verdict import Reason

_HTML_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*){0,8}<(?:!doctype\s+html|html)[\s>]",
    re.DOTALL | re.IGNORECASE,
)
_HTML_START_BYTES = 1024
_META_CHARSET = re.compile(rb"""<meta[^>]{1,200}charset\s*=\s*["']?\s*([\w:-]{1,40})""", re.IGNORECASE)
"""Declared character set, within the first 1024 bytes (HTML Standard, section 4.2.5.4)."""
_NAMES = frozenset({"subject", "title"})
"""Views that name a message and are not what it says."""
_FEW_WORDS = 4
"""Words below which a message with pictures says what it says in the pictures."""


_USUAL_LIMITS = Limits()


def read(message: Message, limits: Limits = _USUAL_LIMITS) -> Reading:
    """What `message` says, as far as it can be read."""
    try:
        return _read(message, limits)
    except Exception as error:  # the last wall of the promise above; no known bytes reach it, and a test watches that
        text = read_text(message.raw, limits)
        reason = Reason("reader-failed", f"the reader failed ({type(error).__name__}); the raw text was read")
        return _finish(replace(text, reasons=(reason, *text.reasons)), message, limits)


def _read(message: Message, limits: Limits) -> Reading:
    if message.format is Format.MAIL:
        from guardian.reading.mail import read_mail

        mail = read_mail(message.raw, limits)
        reading = _finish(mail.extract, message, limits)
        return replace(reading, sender=mail.sender, sender_name=mail.sender_name, reply_to=mail.reply_to)
    is_sent_as_text = message.format is Format.TEXT
    if is_sent_as_text and not _HTML_START.match(message.raw[:_HTML_START_BYTES]):
        return _finish(read_text(message.raw, limits), message, limits)
    return _finish(_read_document(message.raw, limits, keep_code=is_sent_as_text), message, limits)


def _read_document(raw: bytes, limits: Limits, *, keep_code: bool) -> Extract:
    """A whole message of HTML. Where it was sent as text its code may be shown as it stands, so that is kept."""
    from guardian.reading.charset import decode
    from guardian.reading.html import read_html
    from guardian.reading.text import encode_exact

    if len(raw) > limits.max_bytes_read:
        return read_text(raw, limits)
    text = read_text(raw, limits)  # takes care of byte-order marks
    if not text.views:
        return text
    view, is_odd = text.views[0], False
    start = view.pieces[0].start
    place = Place(start, len(raw), exact=view.pieces[0].exact)
    declared = _META_CHARSET.search(raw[:_HTML_START_BYTES]) if place.exact and not _is_utf8(raw) else None
    if declared:
        decoded = decode(raw[start:], declared[1].decode("ascii", "replace"))
        content, is_odd = encode_exact(decoded.text), decoded.is_odd
        place = Place(start, len(raw), exact=decoded.is_literal)
    else:
        content = encode_exact(view.text)
    extract = read_html(content, place, limits, keep_code=keep_code)
    odd = (Reason("odd-charset", "1 text has an unknown character set"),) if is_odd else ()
    return replace(extract, reasons=(*extract.reasons, *odd))


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _finish(extract: Extract, message: Message, limits: Limits) -> Reading:
    windows, reasons = cut_windows(extract.views, limits)
    pictures = _picture_reasons(extract.pictures, extract.views)
    return Reading(
        views=extract.views,
        windows=windows,
        reasons=(*extract.reasons, *pictures, *reasons, *language_reasons(windows)),
        links=extract.links,
        size_bytes=len(message.raw),
    )


def _picture_reasons(pictures: int, views: tuple[View, ...]) -> tuple[Reason, ...]:
    """A reason where a message is pictures with next to no words beside them."""
    shown = (view for view in views if view.kind is ViewKind.VISIBLE and view.name not in _NAMES)
    if not pictures or sum(len(view.text.split(maxsplit=_FEW_WORDS)) for view in shown) >= _FEW_WORDS:
        return ()
    return (Reason("images-only", "the message is pictures with next to no words, and pictures were not read"),)
