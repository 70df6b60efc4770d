"""Reading: a message in, what it says out.

Invariants: `read` never raises for any bytes; whatever could not be read is a coverage reason; an empty message is
fully read, with no window. Readers of mail and HTML are imported when the first such message comes, because a
plain text needs neither.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from guardian.message import Format, Message
from guardian.reading.base import Reading, View, ViewKind
from guardian.reading.characters.undisguise import undisguise_views
from guardian.reading.decoding.decode import decode_views
from guardian.reading.extract import Extract
from guardian.reading.language import language_reasons
from guardian.reading.limits import Limits
from guardian.reading.text import read_text
from guardian.reading.windows import cut_windows
from guardian.verdict import Reason

if TYPE_CHECKING:
    from guardian.reading.mail import MailExtract

_HTML_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*){0,8}<(?:!doctype\s+html|html)[\s>]",
    re.DOTALL | re.IGNORECASE,
)
_HTML_START_BYTES = 1024
_NAMES = frozenset({"subject", "title"})
"""Views that name a message and are not what it says."""
_FEW_WORDS = 4
"""Words below which a message with pictures says what it says in the pictures."""


_USUAL_LIMITS = Limits()


def read(message: Message, limits: Limits = _USUAL_LIMITS) -> Reading:
    """What `message` says, as far as it can be read; all of it in this process."""

    def reading() -> Reading:
        if is_taken_apart(message):
            from guardian.reading.walled.taking_apart import take_apart

            return _with_sender(take_apart(message, limits), message, limits)
        return _finish(read_text(message.raw, limits), message, limits)

    return _never_raising(reading, message, limits)


def is_taken_apart(message: Message) -> bool:
    """Whether the message is a mail or a document, and not a text as it stands."""
    return message.format is not Format.TEXT or bool(_HTML_START.match(message.raw[:_HTML_START_BYTES]))


def read_taken_apart(taken: MailExtract, message: Message, limits: Limits) -> Reading:
    """The reading of a message that `walled.taking_apart.take_apart` took apart."""
    return _never_raising(lambda: _with_sender(taken, message, limits), message, limits)


def _never_raising(reading: Callable[[], Reading], message: Message, limits: Limits) -> Reading:
    """The last wall of the promise above; no known bytes reach it, and a test watches that."""
    try:
        return reading()
    except Exception as error:
        text = read_text(message.raw, limits)
        reason = Reason("reader-failed", f"the reader failed ({type(error).__name__}); the raw text was read")
        return _finish(replace(text, reasons=(reason, *text.reasons)), message, limits)


def _with_sender(taken: MailExtract, message: Message, limits: Limits) -> Reading:
    reading = _finish(taken.extract, message, limits)
    return replace(
        reading,
        sender=taken.sender,
        sender_name=taken.sender_name,
        reply_to=taken.reply_to,
        envelope=taken.envelope,
        attachments=taken.attachments,
        alternatives=taken.alternatives,
    )


def _finish(extract: Extract, message: Message, limits: Limits) -> Reading:
    decoded = decode_views(extract.views, limits)
    plain = undisguise_views((*extract.views, *decoded.views), limits)
    views = (*extract.views, *decoded.views, *plain.views)
    windows, reasons = cut_windows(views, limits)
    pictures = _picture_reasons(extract.pictures, extract.views)
    return Reading(
        views=views,
        windows=windows,
        reasons=(
            *extract.reasons,
            *pictures,
            *decoded.reasons,
            *plain.reasons,
            *reasons,
            *language_reasons(windows),
        ),
        disguises=(*decoded.disguises, *plain.disguises),
        links=extract.links,
        size_bytes=len(message.raw),
    )


def _picture_reasons(pictures: int, views: tuple[View, ...]) -> tuple[Reason, ...]:
    """A reason where a message is pictures with next to no words beside them."""
    shown = (view for view in views if view.kind is ViewKind.VISIBLE and view.name not in _NAMES)
    if not pictures or sum(len(view.text.split(maxsplit=_FEW_WORDS)) for view in shown) >= _FEW_WORDS:
        return ()
    return (Reason("images-only", "the message is pictures with next to no words, and pictures were not read"),)
