"""Bytes in a declared character set to text, whatever is declared.

Invariant: never raises. A character set that is not known, or that is not one of text, is read as Latin-1, in which
every byte is a letter, and the caller is told.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from guardian.reading.text import decode_exact, encode_exact

_UTF8 = frozenset({"utf-8", "ascii"})
_NOT_FOR_MAIL = frozenset(
    {"idna", "punycode", "raw_unicode_escape", "unicode_escape", "undefined", "mbcs", "oem", "palmos"}
)
"""Codecs of Python's own that no mail declares honestly: some run in quadratic time (CVE-2022-45061), some warn."""
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of some bytes."""

    text: str
    is_literal: bool
    """Whether the text, in UTF-8 with surrogateescape, is those bytes."""
    is_odd: bool
    """Whether the declared character set was of no use."""


def decode(raw: bytes, charset: str | None) -> Decoded:
    """The text of `raw` in `charset`; None or ASCII means UTF-8, which holds ASCII."""
    name = _known_name(charset) if charset else "utf-8"
    if name in _UTF8:
        return Decoded(decode_exact(raw), is_literal=True, is_odd=False)
    text = _decode_other(raw, name) if name else None
    is_odd = text is None
    if text is None:
        text = raw.decode("latin-1")
    return Decoded(text, encode_exact(text) == raw, is_odd)


def _decode_other(raw: bytes, name: str) -> str | None:
    try:
        text = raw.decode(name, "replace")
    except (ValueError, LookupError):  # UnicodeError is a ValueError; LookupError where it is no codec of text
        return None
    # UTF-7 can spell half a character, which nothing could encode again
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _known_name(charset: str) -> str | None:
    """Python's name for a character set; None where there is none that is fit for mail."""
    charset = charset.strip().lower()
    if len(charset) > _LONGEST_NAME or not charset.isascii():
        return None
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        return None
    return None if name.replace("-", "_") in _NOT_FOR_MAIL else name
