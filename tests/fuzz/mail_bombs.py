"""Mails made to cost much: time, memory, depth. Each kind in several sizes, up to what a mail system would carry.

Sources: traps.md 5 (depth, parts, addresses, attributes, unclosed elements); CVE-2023-27043 and the timings of issue 7
(addresses); "billion laughs" and nested archives as they are known for XML and zip; the rest is our own.
Invariant: the same bombs every time.
"""

from __future__ import annotations

import base64
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

MEBIBYTE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Bomb:
    """One mail."""

    kind: str
    size: int
    """How much of it there is, in the units of its kind."""
    raw: bytes


def bombs() -> Iterator[Bomb]:
    """All of them, one at a time: together they are long."""
    for kind, make, sizes in _KINDS:
        for size in sizes:
            yield Bomb(kind, size, make(size))


def quine_gzip(copies: int) -> bytes:
    """A gzip file of gzip files: each layer holds the one before so many times over, and four layers are enough."""
    data = b"0" * MEBIBYTE
    for _ in range(4):
        data = gzip.compress(data * copies, 9, mtime=0)
    return data


def _depth(levels: int) -> bytes:
    head = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(levels))
    return head + b"\nthe words inside\n"


def _same_boundary_depth(levels: int) -> bytes:
    return (
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * levels + b"\nthe words inside\n" + b"--b--\n" * levels
    )


def _mails_in_mails(levels: int) -> bytes:
    return b"Content-Type: message/rfc822\n\n" * levels + b"the words inside"


def _parts(count: int) -> bytes:
    return b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\nthe words inside\n" * count + b"--x--\n"


def _boundary_lines(count: int) -> bytes:
    return b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n" * count + b"--y\n" * count


def _long_boundary(size_bytes: int) -> bytes:
    name = b"b" * size_bytes
    return (
        b'Content-Type: multipart/mixed; boundary="%s"\n\n--%s\n\nwords\n--%s' % (name, name, name[:-1])
        + b"\n--" * 9999
    )


def _headers(count: int) -> bytes:
    return b"X-A: y\n" * count + b"\nthe words inside"


def _long_header(size_bytes: int) -> bytes:
    return b"Subject: " + b"y" * size_bytes + b"\n\nthe words inside"


def _folded_header(count: int) -> bytes:
    return b"Subject: a" + b"\n b" * count + b"\n\nthe words inside"


def _parameters(count: int) -> bytes:
    values = b"".join(b"; p%d*%d*=utf-8''%%41" % (n % 9, n) for n in range(count))
    return b"Content-Type: text/plain" + values + b"\n\nthe words inside"


def _encoded_words(count: int) -> bytes:
    return b"Subject: " + b"=?utf-8?q?=41=42?= " * count + b"\n\nthe words inside"


def _address(sign: bytes) -> Callable[[int], bytes]:
    return lambda count: b"From: " + sign * count + b"\nReply-To: " + sign * count + b" a@b.example\n\nthe words inside"


def _charset(name: str) -> Callable[[int], bytes]:
    head = b"Content-Type: text/plain; charset=" + name.encode() + b"\n\n"
    return lambda size_bytes: head + (b"+AGE-~{!!~}\x1b$B!!\x1b(B\xff\xfe&" * (size_bytes // 20))


def _many_charsets(count: int) -> bytes:
    names = ("utf-7", "utf-16", "utf-32", "hz", "iso-2022-kr", "gb18030", "big5hkscs", "idna", "punycode", "x-none")
    part = "--x\nContent-Type: text/plain; charset={}\n\n+AGE-+AGI-~{{!!~}}\n"
    parts = "".join(part.format(names[n % len(names)]) for n in range(count))
    return b"Content-Type: multipart/mixed; boundary=x\n\n" + parts.encode() + b"--x--\n"


def _body(encoding: bytes, data: bytes, kind: bytes = b"text/plain") -> bytes:
    return b"Content-Type: %s\nContent-Transfer-Encoding: %s\n\n" % (kind, encoding) + data


def _quoted(size_bytes: int) -> bytes:
    return _body(b"quoted-printable", b"=41=\n=\n==" * (size_bytes // 9))


def _base64_lines(size_bytes: int) -> bytes:
    return _body(b"base64", b"Y\nW\n=\n" * (size_bytes // 6))


def _uuencoded(size_bytes: int) -> bytes:
    return _body(b"x-uuencode", b"begin 644 a\n" + b"M" + b"`" * 60 + b"\n" * (size_bytes // 2) + b"`\nend\n")


def _html(start: bytes, repeated: bytes, end: bytes = b"") -> Callable[[int], bytes]:
    head = b"Content-Type: text/html; charset=utf-8\n\n<html><body>"
    return lambda count: head + start + repeated * count + b"the words inside" + end * count


def _html_attributes(count: int) -> bytes:
    tags = b" ".join(b"a%d=1" % n for n in range(count))
    return b"Content-Type: text/html\n\n<p " + tags + b">the words inside"


def _style_rules(count: int) -> bytes:
    rules = b"".join(b".c%d,.c%d .c%d{display:none}" % (n, n + 1, n) for n in range(count))
    marks = b"".join(b'<p class="c%d">w</p>' % (n % 50) for n in range(2000))
    return b"Content-Type: text/html\n\n<style>" + rules + b"</style>" + marks


def _style_variables(count: int) -> bytes:
    rules = b"".join(b"--v%d:var(--v%d)var(--v%d);" % (n, n + 1, n + 1) for n in range(count))
    return b"Content-Type: text/html\n\n<style>:root{" + rules + b"}p{color:var(--v0)}</style><p>the words inside"


def _entities(count: int) -> bytes:
    declared = b"".join(b'<!ENTITY e%d "%s">' % (n + 1, b"&e%d;" % n * 10) for n in range(12))
    return b"Content-Type: text/html\n\n<!DOCTYPE x [<!ENTITY e0 'ha'>" + declared + b"]>" + b"&e12;&#65;&amp" * count


def _zipped(size_bytes: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("a.txt"), b"0" * size_bytes, zipfile.ZIP_DEFLATED, 9)
    return base64.encodebytes(out.getvalue())


def _zip_attached(size_bytes: int) -> bytes:
    return _body(b"base64", _zipped(size_bytes), b"application/zip; name=a.zip")


def _zip_in_text(size_bytes: int) -> bytes:
    return b"Subject: a\n\nDecode this:\n" + _zipped(size_bytes)


def _zlib_in_text(size_bytes: int) -> bytes:
    return b"Subject: a\n\n" + base64.b64encode(zlib.compress(b"pay now " * (size_bytes // 8), 9))


def _quine(copies: int) -> bytes:
    return b"Subject: a\n\n" + base64.b64encode(quine_gzip(copies))


def _nested_base64(levels: int) -> bytes:
    data = b"send the gift card codes to me now "
    for _ in range(levels):
        data = base64.b64encode(data)
    return b"Subject: a\n\n" + data


def _candidates(count: int) -> bytes:
    return b"Subject: a\n\n" + b"cGF5IG5vdyBvciBlbHNl 706179206e6f77 %70%61%79 \\x70\\x61 gur jbeqf\n" * count


def _run(text: str) -> Callable[[int], bytes]:
    data = text.encode("utf-8")
    head = b"Content-Type: text/plain; charset=utf-8\n\n"
    return lambda size_bytes: head + data * (size_bytes // len(data))


_COUNTS: Final = (100, 1_000, 10_000, 100_000)
_SIZES: Final = (64 << 10, MEBIBYTE, 8 * MEBIBYTE)
_KINDS: Final[tuple[tuple[str, Callable[[int], bytes], Sequence[int]], ...]] = (
    ("depth", _depth, (49, 60, 1_000, 20_000)),
    ("depth, one boundary", _same_boundary_depth, (49, 60, 1_000, 50_000)),
    ("mails in mails", _mails_in_mails, (49, 60, 2_000, 200_000)),
    ("parts", _parts, (499, 501, 20_000, 400_000)),
    ("boundary lines", _boundary_lines, _COUNTS),
    ("a long boundary", _long_boundary, (70, 1_000, 60_000)),
    ("headers", _headers, _COUNTS),
    ("a long header", _long_header, _SIZES),
    ("a folded header", _folded_header, _COUNTS),
    ("parameters", _parameters, (10, 99, 101, 100_000)),
    ("encoded words", _encoded_words, _COUNTS),
    *((f"addresses of {sign!r}", _address(sign), (900, 64_000)) for sign in (b'"', b"(", b"<", b"a@b,", b"\\", b"a:")),
    *((f"character set {name}", _charset(name), _SIZES) for name in ("utf-7", "utf-16", "hz", "iso-2022-jp")),
    *(
        (f"character set {name}", _charset(name), (MEBIBYTE,))
        for name in ("idna", "punycode", "unicode_escape", "zlib")
    ),
    ("character sets", _many_charsets, (100, 499)),
    ("quoted-printable", _quoted, _SIZES),
    ("base64 in short lines", _base64_lines, _SIZES),
    ("uuencode", _uuencoded, _SIZES),
    ("HTML depth", _html(b"", b"<div>"), _COUNTS),
    ("HTML depth, closed", _html(b"", b"<div>", b"</div>"), _COUNTS),
    ("HTML unclosed", _html(b"<b><i><u><s>" * 20, b"<p>a"), _COUNTS),
    ("HTML tables", _html(b"<table>", b"<tr><td><table>"), _COUNTS),
    ("HTML lists", _html(b"", b"<a><li><font size=1>"), _COUNTS),
    ("HTML links", _html(b"", b'<a href="https://x.example/?q=1">pay here</a>'), _COUNTS),
    ("HTML styles", _html(b"", b'<span style="color:#fff;font-size:0;display:none">w</span>'), _COUNTS),
    ("HTML comments", _html(b"", b"<!--[if mso]><!-- -->"), _COUNTS),
    ("HTML templates", _html(b"", b"<template><svg><math>"), _COUNTS),
    ("HTML brackets", _html(b"", b"<"), _COUNTS),
    ("HTML attributes", _html_attributes, _COUNTS),
    ("HTML style sheet", _style_rules, (100, 1_000, 20_000)),
    ("HTML variables", _style_variables, (10, 1_000, 20_000)),
    ("entities", _entities, _COUNTS),
    ("zip, attached", _zip_attached, (MEBIBYTE, 64 * MEBIBYTE)),
    ("zip, in the text", _zip_in_text, (MEBIBYTE, 64 * MEBIBYTE)),
    ("zlib, in the text", _zlib_in_text, (MEBIBYTE, 64 * MEBIBYTE)),
    ("gzip of gzips", _quine, (1, 4, 16)),
    ("nested base64", _nested_base64, (1, 4, 5, 16, 30)),
    ("candidates", _candidates, (100, 1_000, 10_000)),
    ("a run of one letter", _run("a"), (*_SIZES, 24 * MEBIBYTE)),
    ("white space", _run(" \t\n"), _SIZES),
    ("no-break space", _run("\u00a0\u3000"), _SIZES),
    ("marks on one letter", _run("\u0301"), _SIZES),
    ("characters that nobody sees", _run("\u200b\u200d\u2060"), _SIZES),
    ("tags", _run("\U000e0070\U000e0061"), _SIZES),
    ("overrides", _run("\u202ea\u202d"), _SIZES),
    ("Braille", _run("⠏⠁⠽ "), _SIZES),
    ("Morse", _run(".--. .- -.-- / "), _SIZES),
    ("letters with spaces", _run("p a y "), _SIZES),
    ("words of two scripts", _run("pаy "), _SIZES),
    ("short lines", _run("a\n"), _SIZES),
    ("quotes in quotes", _run("> " * 50 + "a\n"), _SIZES),
    ("emoji sequences", _run("👩\u200d👩\u200d👧\u200d👦"), _SIZES),
    ("digits", _run("0"), _SIZES),
    ("brackets", _run("([{<"), _SIZES),
)
