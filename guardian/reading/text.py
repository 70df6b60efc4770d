"""Plain text: bytes to one visible view, and what counts as text at all.

Invariants: a text in UTF-8 is one exact view, byte for byte, with bytes that are not UTF-8 as lone surrogates
(PEP 383); a text with a UTF-16 or UTF-32 byte-order mark is decoded, so its view is not exact.
"""

from __future__ import annotations

import codecs

from guardian.reading.base import View, ViewKind
from guardian.reading.extract import Extract, Place
from guardian.reading.limits import Limits
from guardian.verdict import Reason

_WIDE_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_CONTROL = bytes(code for code in range(32) if chr(code) not in "\t\n\v\f\r\b\x1b") + b"\x7f"
"""Control characters that no text has. Backspace and escape stand in terminal logs, which are text."""

_BINARY_SHARE = 0.3
"""Share of odd characters above which bytes are not text: that of Perl's `-T` (perldoc -f -T)."""


def read_text(raw: bytes, limits: Limits, name: str = "text") -> Extract:
    """The visible view of a plain text. A text longer than `limits.max_bytes_read` is read at both ends."""
    if len(raw) > limits.max_bytes_read:
        return _read_ends(raw, limits, name)
    wide = next((encoding for mark, encoding in _WIDE_MARKS if raw.startswith(mark)), None)
    if wide is not None:
        text, place = raw.decode(wide, "replace"), Place(0, len(raw), exact=False)
    else:
        start = len(codecs.BOM_UTF8) if raw.startswith(codecs.BOM_UTF8) else 0
        text, place = decode_exact(raw[start:]), Place(start, len(raw), exact=True)
    return Extract((place.view(ViewKind.VISIBLE, name, text),) if text else ())


def decode_exact(raw: bytes) -> str:
    """The text of UTF-8 bytes, in a form that encodes back to the same bytes whatever they are."""
    return raw.decode("utf-8", "surrogateescape")


def encode_exact(text: str) -> bytes:
    """The bytes of a text made by `decode_exact`."""
    return text.encode("utf-8", "surrogateescape")


def is_mostly_binary(text: str) -> bool:
    """Whether too much of a short text (a window) is control characters or undecodable bytes to be words."""
    known = text.encode("utf-8", "ignore")  # without lone surrogates
    odd = len(known) - len(known.translate(None, _CONTROL))
    if not text.isascii():
        odd += known.count("\ufffd".encode())
        odd += (len(text.encode("utf-8", "surrogatepass")) - len(known)) // 3  # a surrogate passes as three bytes
    return odd > _BINARY_SHARE * len(text)


def _read_ends(raw: bytes, limits: Limits, name: str) -> Extract:
    half = max(limits.max_bytes_read // 2, 1)
    views: list[View] = []
    for start, end in ((0, half), (len(raw) - half, len(raw))):
        start, end = _boundary(raw, start), _boundary(raw, end)
        views.append(Place(start, end, exact=True).view(ViewKind.VISIBLE, name, decode_exact(raw[start:end])))
    say = f"read only the first and the last {half:,} of {len(raw):,} bytes"
    return Extract(tuple(view for view in views if view.text), reasons=(Reason("too-large", say),))


def _boundary(raw: bytes, offset: int) -> int:
    """The start of the UTF-8 character at `offset`, so that a cut makes no character undecodable."""
    for back in range(4):
        if offset - back <= 0 or offset - back >= len(raw) or raw[offset - back] & 0xC0 != 0x80:
            return max(offset - back, 0)
    return offset
