"""Mutants of mails: each change breaks what a mail is made of, and not only its bytes.

Invariants: the same seed gives the same mutants; a mutant is at most `LARGEST_BYTES` long, so that a long run is a run
over many mails and not over a few large ones. Large ones are the business of `mail_bombs`.
"""

from __future__ import annotations

import base64
import quopri
import re
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Final

LARGEST_BYTES: Final = 256 * 1024
MOST_CHANGES: Final = 4
"""Of one mutant: enough to bring two breaks together, few enough that most of the mail is still one."""

Change = Callable[[bytes, Random], bytes]

_CHARSETS: Final = (
    b"utf-8", b"UTF8", b"us-ascii", b"latin-1", b"windows-1252", b"utf-7", b"utf-16", b"utf-16le", b"utf-32", b"hz",
    b"iso-2022-jp", b"iso-2022-kr", b"euc-jp", b"shift_jis", b"gb18030", b"big5", b"koi8-r", b"ibm037", b"cp500",
    b"idna", b"punycode", b"rot13", b"base64", b"zlib", b"bz2", b"hex", b"uu", b"unicode_escape", b"raw_unicode_escape",
    b"undefined", b"mbcs", b"unknown-8bit", b"x-user-defined", b"", b'""', b"\x00", b"../../etc/passwd", b"a" * 3000,
    b"utf-8\xff", b"utf_8_sig", b"utf-8; charset=utf-16", b"'quoted", b"=?utf-8?q?utf-8?=",
)  # fmt: skip
_ENCODINGS: Final = (
    b"7bit", b"8bit", b"binary", b"base64", b"BASE64 ", b"quoted-printable", b"x-uuencode", b"uuencode", b"x-uue",
    b"x-yencode", b"gzip", b"", b"base64, quoted-printable", b"quoted-printable (comment)", b"\xe9", b"base64\x00",
)  # fmt: skip
_TYPES: Final = (
    b"text/plain", b"text/html", b"text/enriched", b"text/calendar", b"text", b"text/", b"/", b"multipart/mixed",
    b"multipart/alternative", b"multipart/related", b"multipart/digest", b"multipart/signed", b"multipart/report",
    b"multipart/encrypted", b"multipart/form-data", b"message/rfc822", b"message/partial", b"message/external-body",
    b"message/delivery-status", b"message/global", b"image/png", b"application/octet-stream", b"application/ms-tnef",
    b"application/zip", b"TEXT/HTML (x)", b"text/plain; text/html", b"text/html\x00", b"\xfftext/plain",
)  # fmt: skip
_NAMES: Final = (
    b"From", b"Sender", b"Reply-To", b"Subject", b"To", b"Date", b"Message-ID", b"References", b"Content-Type",
    b"Content-Transfer-Encoding", b"Content-Disposition", b"MIME-Version", b"Authentication-Results",
    b"X-Guardian-Verdict",
    b"List-Unsubscribe", b"Content-ID", b"", b" ", b"From ", b"X\x00", b"Subj\xc3\xa9ct", b"A" * 1200,
)  # fmt: skip
_VALUES: Final = (
    b"", b" ", b"\x00", b"=?utf-8?q?a?=", b"=?utf-8?b?YQ==?=", b"=?utf-8?b?YQ?=", b"=?utf-8?x?a?=", b"=?x?q?=ff?=",
    b"=?utf-8?q?=?=", b"=?" * 300, b"=?utf-8*en?q?a?= =?utf-8?q?b?=", b"a@b", b"<a@b", b"a@b>", b'"a" <a@b>',
    b"@", b"<>",
    b"a:b@c;", b"a:" * 200, b"(" * 400, b'"' * 400, b"<" * 400, b"\\" * 400, b"a@[1.2.3.4]", b"a@\xff", b"x" * 2000,
    b"multipart/mixed", b'multipart/mixed; boundary=""', b"multipart/mixed; boundary=a; boundary=b", b"\xff\xfe",
    b"multipart/mixed; boundary*0=a; boundary*1=b", b"multipart/mixed; boundary*=utf-8''a%ff",
    b"text/plain; charset*=utf-7''x", b"attachment; filename*0*=utf-8''a%2e; filename*1=exe",
    b'attachment; filename="=?utf-8?q?a=2Eexe?="', b"attachment; filename=\xe2\x80\xaegnp.exe",
    b"Mon, 99 Foo 99999 99:99",
)  # fmt: skip
_ENDS: Final = (b"\n", b"\r\n", b"\r", b"\n\r", b"\r\r\n", b"\x0b", b"\x0c", b"\x85", b"\xe2\x80\xa8")
_BYTES: Final = (
    b"\x00", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xff\xfe", b"\x1b$B", b"\x1b(B", b"~{",
    b"+AGE-", b"&#0;",
    b"&#x110000;", b"&" * 50, b"<" * 50, b"<!--", b"]]>", b"<![CDATA[", b"<style>", b"</style", b"<script>",
    b"<template>", b"--",
    b"----", b"=\n", b"=", b"=XY", b"begin 644 a\n", b"`\nend\n", b"\xe2\x80\xae", b"\xf3\xa0\x81\x81",
    b"\xcc\x81" * 60,
    b"From a@b\n", b"-----BEGIN PGP MESSAGE-----\n", b"On Monday A <a@b> wrote:\n> x\n", b"-- \n", b"\n\n", b" \n\t\n",
)  # fmt: skip
_HEADER_LINE: Final = re.compile(rb"^[!-9;-~]{1,70}:", re.MULTILINE)
_BOUNDARY: Final = re.compile(rb'boundary="?([^"\s;]{1,200})', re.IGNORECASE)


def mutant_of(seeds: Sequence[bytes], random: Random) -> bytes:
    """A changed copy of one of the mails."""
    raw = random.choice(seeds)
    for _ in range(random.randint(1, MOST_CHANGES)):
        if random.random() < 0.1:
            raw = _spliced(raw, random.choice(seeds), random)
        else:
            raw = random.choice(CHANGES)(raw, random)
        raw = raw[:LARGEST_BYTES]
    return raw


def mutants(seeds: Sequence[bytes], count: int, seed: int) -> Iterator[bytes]:
    """So many mutants, the same for the same `seed`."""
    random = Random(seed)
    return (mutant_of(seeds, random) for _ in range(count))


def _flip(raw: bytes, random: Random) -> bytes:
    changed = bytearray(raw)
    for _ in range(random.choice((1, 1, 2, 8, 64)) if raw else 0):
        changed[random.randrange(len(changed))] = random.choice((0, 9, 10, 13, 32, 45, 61, 255, random.randrange(256)))
    return bytes(changed)


def _insert(raw: bytes, random: Random) -> bytes:
    place = random.randint(0, len(raw))
    return raw[:place] + random.choice(_BYTES) * random.choice((1, 1, 1, 2, 30)) + raw[place:]


def _cut_out(raw: bytes, random: Random) -> bytes:
    start = random.randint(0, len(raw))
    return raw[:start] + raw[start + random.choice((1, 2, 10, 200)) :]


def _truncate(raw: bytes, random: Random) -> bytes:
    return raw[: random.randint(0, len(raw))]


def _repeat(raw: bytes, random: Random) -> bytes:
    start = random.randint(0, len(raw))
    run = raw[start : start + random.choice((1, 20, 80, 1000))]
    return raw[:start] + run * random.choice((2, 3, 20)) + raw[start:]


def _move_lines(raw: bytes, random: Random) -> bytes:
    lines = raw.splitlines(keepends=True)
    if len(lines) < 2:
        return raw
    start = random.randrange(len(lines))
    taken = lines[start : start + random.randint(1, 5)]
    del lines[start : start + len(taken)]
    place = random.randint(0, len(lines))
    return b"".join([*lines[:place], *taken, *lines[place:]])


def _add_header(raw: bytes, random: Random) -> bytes:
    line = random.choice(_NAMES) + random.choice((b": ", b":", b" : ", b"", b":\n ")) + random.choice(_VALUES)
    place = random.choice([0, *(found.start() for found in _HEADER_LINE.finditer(raw))])
    return raw[:place] + line + random.choice(_ENDS[:4]) + raw[place:]


def _change_header(raw: bytes, random: Random) -> bytes:
    found = list(_HEADER_LINE.finditer(raw))
    if not found:
        return _add_header(raw, random)
    header = random.choice(found)
    end = raw.find(b"\n", header.end())
    end = len(raw) if end < 0 else end
    value = random.choice((random.choice(_VALUES), raw[header.end() : end].replace(b" ", b"\n\t")))
    return raw[: header.end()] + b" " + value + raw[end:]


def _drop_header(raw: bytes, random: Random) -> bytes:
    found = list(_HEADER_LINE.finditer(raw))
    if not found:
        return raw
    start = random.choice(found).start()
    return raw[:start] + raw[raw.find(b"\n", start) + 1 :]


def _replaced(pattern: bytes, values: Sequence[bytes]) -> Change:
    """A change of one value that stands behind `pattern`, or a header with it where none does."""
    behind = re.compile(rb"(" + pattern + rb")([^\s;]*)", re.IGNORECASE)

    def change(raw: bytes, random: Random) -> bytes:
        found = list(behind.finditer(raw))
        if not found:
            return _add_header(raw, random)
        place = random.choice(found)
        return raw[: place.start(2)] + random.choice(values) + raw[place.end(2) :]

    return change


def _break_boundary(raw: bytes, random: Random) -> bytes:
    names = _BOUNDARY.findall(raw)
    if not names:
        return _nest(raw, random)
    name = random.choice(names)
    other = random.choice(
        (name[:-1], name + b"-", name + b"--", b" " + name, name.swapcase(), b"", name[:1], b"x" * 998, *names)
    )
    count = random.choice((1, 1, 2, -1))
    if random.random() < 0.3:
        return raw.replace(b"--" + name + b"--", random.choice((b"", b"--" + name, b"--" + name + b"--\n--" + name)))
    return raw.replace(name, other, count)


def _nest(raw: bytes, random: Random) -> bytes:
    for number in range(random.choice((1, 2, 5, 60))):
        name = b"n%d" % (number * random.choice((0, 1)))
        kind = random.choice((b"mixed", b"alternative", b"digest", b"related"))
        inner = random.choice((b"message/rfc822", b"text/plain", b"text/html", b"multipart/mixed; boundary=" + name))
        raw = (
            b"Content-Type: multipart/%s; boundary=%s\n\n--%s\nContent-Type: %s\n\n" % (kind, name, name, inner)
            + raw
            + random.choice((b"\n--%s--\n" % name, b"", b"\n--%s\n" % name))
        )
        if len(raw) > LARGEST_BYTES:
            break
    return raw


def _encode_body(raw: bytes, random: Random) -> bytes:
    """The body in an encoding, told or not, once or twice."""
    head, end, body = raw.partition(b"\n\n")
    for _ in range(random.choice((1, 1, 2))):
        body = random.choice(
            (base64.encodebytes, quopri.encodestring, base64.b64encode, lambda data: data.hex().encode())
        )(body)
    told = b"\nContent-Transfer-Encoding: " + random.choice(_ENCODINGS) if random.random() < 0.7 else b""
    return head + told + end + body


def _other_charset(raw: bytes, random: Random) -> bytes:
    """The whole mail, or its body, in another character set than it says."""
    head, end, body = raw.partition(b"\n\n")
    name = random.choice(("utf-16", "utf-32", "utf-7", "cp037", "shift_jis", "iso2022_jp"))
    text = body.decode("utf-8", "replace").encode(name, "replace")
    return text if random.random() < 0.2 else head + end + text


def _line_ends(raw: bytes, random: Random) -> bytes:
    if random.random() < 0.5:
        return raw.replace(b"\r\n", b"\n").replace(b"\n", random.choice(_ENDS))
    return b"".join(line.rstrip(b"\r\n") + random.choice(_ENDS) for line in raw.splitlines(keepends=True)[:5000])


def _spliced(raw: bytes, other: bytes, random: Random) -> bytes:
    kind = random.randrange(3)
    if kind == 0:
        return raw.partition(b"\n\n")[0] + b"\n\n" + other.partition(b"\n\n")[2]
    if kind == 1:
        return raw[: random.randint(0, len(raw))] + other[random.randint(0, len(other)) :]
    return raw + random.choice((b"", b"\n", b"\nFrom a@b\n")) + other


CHANGES: Final[tuple[Change, ...]] = (
    _flip,
    _insert,
    _cut_out,
    _truncate,
    _repeat,
    _move_lines,
    _add_header,
    _change_header,
    _drop_header,
    _replaced(rb'charset="?', _CHARSETS),
    _replaced(rb"content-transfer-encoding: *", _ENCODINGS),
    _replaced(rb"content-type: *", _TYPES),
    _break_boundary,
    _nest,
    _encode_body,
    _other_charset,
    _line_ends,
)
"""Each a break of another kind: bytes, lines, headers, character sets, encodings, types, boundaries, nesting."""
