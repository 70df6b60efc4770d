"""Mails made to break a parser: a reason and the raw text, never an error, never minutes.

Shapes from traps.md section 5 and from timing the standard library's parser, November 2026.
"""

from __future__ import annotations

import dataclasses

import pytest
from reading_rig import LIMITS, codes, read_as, texts

from guardian.message import Format
from guardian.reading import mail_parse
from guardian.reading.mail_parse import parse
from guardian.reading.mail_part import UnparsableMail


def nested(depth: int) -> bytes:
    levels = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth))
    return levels + b"\nthe words inside\n"


def parts(count: int) -> bytes:
    return b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\nthe words inside\n" * count + b"--x--\n"


UNPARSABLE = [
    ("the mail has parts more than 50 deep", nested(60)),
    ("the mail has parts more than 50 deep", nested(1000)),
    ("the mail has parts more than 50 deep", b"Content-Type: message/rfc822\n\n" * 2000 + b"the words inside"),
    ("the mail has more than 500 parts", parts(20_000)),
    ("the mail has more headers than are read", b"X-A: y\n" * 1001 + b"\nthe words inside"),
    ("the mail has more headers than are read", b"X-A: " + b"y" * 70_000 + b"\n\nthe words inside"),
    (
        "the mail has more headers than are read",
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\nX-A: " + b"y" * 70_000 + b"\n\nthe words inside",
    ),
    (
        "a header of the mail has more than 100 parameters",
        b'Content-Type: text/plain; a="' + b";" * 60_000 + b"\n\nthe words inside",
    ),
]


@pytest.mark.parametrize(("what", "raw"), UNPARSABLE, ids=[f"{n}-{what}" for n, (what, _) in enumerate(UNPARSABLE)])
def test_a_mail_beyond_the_limits_is_read_as_plain_text(what: str, raw: bytes) -> None:
    reading = read_as(raw, Format.MAIL)
    assert str(reading.reasons[0]) == f"unparsable-mail: {what}; its raw text was read"
    assert texts(reading) == {"text": raw.decode()}
    assert reading.windows


def test_a_mail_at_the_limits_is_parsed() -> None:
    # the mail itself is a part too, and depth 50 holds 51 parts
    assert codes(read_as(nested(50), Format.MAIL)) == []
    assert len(read_as(parts(499), Format.MAIL).views) == 499
    assert codes(read_as(b"X-A: y\n" * 1000 + b"\nwords", Format.MAIL)) == []


def test_a_mail_longer_than_is_read_is_read_at_both_ends() -> None:
    limits = dataclasses.replace(LIMITS, max_bytes_read=2000)
    raw = b"Subject: long\n\nfirst words " + b"padding here. " * 1000 + b"last words"
    reading = read_as(raw, Format.MAIL, limits)
    assert codes(reading) == ["unparsable-mail", "too-large"]
    assert reading.views[0].text.startswith("Subject: long")
    assert reading.views[1].text.endswith("last words")


def test_parse_raises_nothing_but_its_own_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(mail_parse, "parse_part", broken)
    with pytest.raises(UnparsableMail, match=r"could not be parsed \(RecursionError\)"):
        parse(b"Subject: x\n\nbody", LIMITS)


SHAPES = [
    b"From: " + b'"' * 990 + b"\n\nhi",
    b"From: " + b"." * 990 + b"\n\nhi",
    b"Subject: " + b"=?utf-8?q?a?= " * 4000 + b"\n\nhi",
    b"Subject: " + b"=?utf-8?q?" * 6000 + b"\n\nhi",
    b"Subject: " + b"=?utf-8?b?" + b"=" * 60_000 + b"?=\n\nhi",
    b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\n" + b"a\n" * 100 + b"--x\n\nb\n" * 400,
    b"Content-Type: multipart/mixed; boundary=\n\n--\n\nhi",
    b"Content-Type: multipart/mixed\n\n--x\n\nhi",
    b"Content-Type: multipart/mixed; boundary=" + b"x" * 30_000 + b"\n\nhi",
    b"Content-Type: text/plain; charset*0*=utf'; charset*1=8\n\nhi",
    b"Content-Type: text/plain; charset*=x''%FF%00\n\nhi",
    b"Content-Type: \xff\xfe/\0\n\nhi",
    b"Content-Transfer-Encoding: base64\n\n" + b"A=" * 200_000,
    b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=" * 200_000,
    b"From: a\n\n" + b"\r" * 200_000,
    b"\0" * 100_000,
    b":\n" * 2000,
    b"From \n" * 2000,
    b" \n" * 2000,
    b"Subject: \xed\xa0\x80\n\n\xed\xa0\x80 half a pair of surrogates in utf-8",
]


@pytest.mark.parametrize("raw", SHAPES, ids=[raw[:24].decode("latin-1") for raw in SHAPES])
def test_odd_mails_are_read(raw: bytes) -> None:
    assert "reader-failed" not in codes(read_as(raw, Format.MAIL))
