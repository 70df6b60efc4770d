"""Transfer encodings of mail, read as leniently as mail programs read them.

The standard library gives base64 back undecoded where one letter is too many, or a space stands behind the word
`base64`; a mail program decodes it, and shows what Guardian would not have read.

Invariant: nothing here raises for any bytes. Sources: RFC 2045 section 6, RFC 2047.
"""

from __future__ import annotations

import binascii
import re

from guardian.reading.charset import Decoded, decode

_IDENTITY = frozenset({"", "7bit", "8bit", "binary"})
_UUENCODE = frozenset({"x-uuencode", "uuencode", "x-uue", "uue"})
_NOT_BASE64 = bytes(
    code for code in range(256) if not (chr(code).isascii() and (chr(code).isalnum() or chr(code) in "+/="))
)
_MANY_PADS = 10_000
"""Padding signs above which there are no honest runs, and they are passed over."""
_ENCODED_WORD = re.compile(rb"=\?([^?\s*]{1,60})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?]*)\?=")


def unpack(body: bytes, encoding: str) -> bytes | None:
    """The bytes that were packed by a transfer encoding; None where that is not known."""
    if encoding in _IDENTITY:
        return body
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body)
    if encoding == "base64":
        return _from_base64(body)
    if encoding in _UUENCODE:
        return _from_uuencode(body)
    return None


def unfold(value: bytes) -> bytes:
    """A header's value on one line (RFC 5322 section 2.2.3)."""
    return re.sub(rb"[\r\n]+", b"", value)


def decode_words(value: bytes) -> Decoded:
    """A header's text with its encoded words decoded; what stands between them is UTF-8."""
    runs: list[tuple[str | None, bytes]] = []
    position, was_encoded = 0, False
    for match in _ENCODED_WORD.finditer(value):
        between = value[position : match.start()]
        if between.strip() or (between and not was_encoded):
            runs.append((None, between))
        charset = match[1].decode("ascii", "replace").lower()
        content = _from_base64(match[3]) if match[2] in b"bB" else binascii.a2b_qp(match[3], header=True)
        if runs and runs[-1][0] == charset:  # a character may be parted over two words
            runs[-1] = (charset, runs[-1][1] + content)
        else:
            runs.append((charset, content))
        position, was_encoded = match.end(), True
    if not runs:
        return decode(value, None)
    decoded = [decode(content, charset) for charset, content in [*runs, (None, value[position:])]]
    text = "".join(part.text for part in decoded)
    return Decoded(text, is_literal=False, is_odd=any(part.is_odd for part in decoded))


def _from_base64(body: bytes) -> bytes:
    """What base64 says, whatever stands between its letters; several runs with padding one after the other."""
    letters = body.translate(None, _NOT_BASE64)
    if letters.count(b"=") > _MANY_PADS:
        return _from_run(letters.replace(b"=", b""))
    return b"".join(_from_run(run) for run in re.split(b"=+", letters) if run)


def _from_run(run: bytes) -> bytes:
    if len(run) % 4 == 1:  # a letter too many says nothing
        run = run[:-1]
    return binascii.a2b_base64(run + b"=" * (-len(run) % 4))


def _from_uuencode(body: bytes) -> bytes:
    """What stands between `begin` and `end`; lines that are none are passed over, as unpackers do."""
    found = bytearray()
    for line in body.splitlines():
        if not line or line.startswith((b"begin ", b"end")):
            continue
        size_bytes = (((line[0] - 32) & 63) * 4 + 5) // 3
        for cut in (line, line[:size_bytes]):  # some programs write more at the end of a line
            try:
                found += binascii.a2b_uu(cut)
                break
            except binascii.Error:
                continue
    return bytes(found)
