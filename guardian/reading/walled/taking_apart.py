"""Which reader takes which message apart: the part of reading that may run behind walls.

Invariant: never raises for any bytes, but for want of memory.
"""

from __future__ import annotations

from guardian.message import Format, Message
from guardian.reading.document import read_document
from guardian.reading.limits import Limits
from guardian.reading.mail import MailExtract, read_mail


def take_apart(message: Message, limits: Limits) -> MailExtract:
    """What a mail, or a document of HTML, says."""
    if message.format is Format.MAIL:
        return read_mail(message.raw, limits)
    return MailExtract(read_document(message.raw, limits, keep_code=message.format is Format.TEXT))
