"""A whole message of HTML: bytes to views, in the character set that it declares.

Invariant: never raises for any bytes.
"""

from __future__ import annotations

import re
from dataclasses import replace

from guardian.reading.charset import decode
from guardian.reading.extract import Extract, Place
from guardian.reading.html import read_html
from guardian.reading.limits import Limits
from guardian.reading.text import encode_exact, read_text
from guardian.verdict import Reason

_META_CHARSET = re.compile(rb"""<meta[^>]{1,200}charset\s*=\s*["']?\s*([\w:-]{1,40})""", re.IGNORECASE)
"""Declared character set, within the first 1024 bytes (HTML Standard, section 4.2.5.4)."""
_DECLARED_WITHIN_BYTES = 1024


def read_document(raw: bytes, limits: Limits, *, keep_code: bool) -> Extract:
    """A whole message of HTML. Where it was sent as text its code may be shown as it stands, so that is kept."""
    if len(raw) > limits.max_bytes_read:
        return read_text(raw, limits)
    text = read_text(raw, limits)  # takes care of byte-order marks
    if not text.views:
        return text
    view, is_odd = text.views[0], False
    start = view.pieces[0].start
    place = Place(start, len(raw), exact=view.pieces[0].exact)
    declared = _META_CHARSET.search(raw[:_DECLARED_WITHIN_BYTES]) if place.exact and not _is_utf8(raw) else None
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
