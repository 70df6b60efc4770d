"""Character sets and transfer encodings of mail: read leniently, never an error."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_rig import steady

from guardian.reading.charset import Decoded, decode
from guardian.reading.mail_unpack import decode_words, unfold, unpack

LITERAL = (True, False)
DERIVED = (False, False)
ODD = (False, True)

CASES = [
    ("grüß dich".encode(), "utf-8", "grüß dich", LITERAL),
    ("grüß dich".encode(), None, "grüß dich", LITERAL),
    (b"plain", "us-ascii", "plain", LITERAL),
    (b"caf\xe9", "us-ascii", "caf\udce9", LITERAL),
    (b"caf\xe9", "iso-8859-1", "café", DERIVED),
    (b"plain", "ISO-8859-15", "plain", LITERAL),
    ("“quoted”".encode("cp1252"), "Windows-1252", "“quoted”", DERIVED),
    ("привет".encode("koi8-r"), "koi8-r", "привет", DERIVED),
    ("今日は".encode("iso2022_jp"), "iso-2022-jp", "今日は", DERIVED),
    ("你好".encode("gb18030"), "GB2312", "你好", DERIVED),
    # RFC 2152: text that no rule on letters would see.
    (b"+AHA-ay +AG4-ow", "utf-7", "pay now", DERIVED),
    (b"+2AA- half a pair", "utf-7", "\ufffd half a pair", DERIVED),
    # Names that are none, or that Python knows and mail does not.
    (b"caf\xe9", "x-klingon", "café", ODD),
    (b"plain", "x-klingon", "plain", (True, True)),
    (b"caf\xe9", "base64", "café", ODD),
    (b"caf\xe9", "rot13", "café", ODD),
    (b"caf\xe9", "zlib", "café", ODD),
    (b"caf\xe9-", "punycode", "café-", ODD),
    (b"\\u0041\xe9", "unicode_escape", "\\u0041é", ODD),
    (b"caf\xe9", "utf-8\0", "café", ODD),
    (b"caf\xe9", "x" * 5000, "café", ODD),
    (b"caf\xe9", "ütf-8", "café", ODD),
    (b"caf\xe9", "../../etc/passwd", "café", ODD),
]


@pytest.mark.parametrize(("raw", "charset", "text", "flags"), CASES)
def test_bytes_are_read_in_their_character_set(
    raw: bytes, charset: str | None, text: str, flags: tuple[bool, bool]
) -> None:
    assert decode(raw, charset) == Decoded(text, *flags)


@steady
@given(
    st.binary(max_size=60),
    st.sampled_from(["utf-7", "utf-16", "utf-32", "hz", "big5", "cp037", "euc-kr", "idna"]) | st.text(max_size=8),
)
def test_any_bytes_in_any_character_set_are_text_that_can_be_encoded_again(raw: bytes, charset: str) -> None:
    decoded = decode(raw, charset)
    again = decoded.text.encode("utf-8", "surrogateescape")
    assert (again == raw) is decoded.is_literal


PACKED = [
    (b"cGF5IG5vdw==", "base64", b"pay now"),
    # What mail programs accept and the standard library gives back undecoded.
    (b"cGF5IG5vdw", "base64", b"pay now"),
    (b"cGF5IG5vd", "base64", b"pay no"),
    (b"cGF5 IG5v\r\n\tdw==", "base64", b"pay now"),
    (b"cG!F5-I_G5*vdw==", "base64", b"pay now"),
    (b"cGF5IA==bm93", "base64", b"pay now"),
    (b"=" * 100, "base64", b""),
    (b"", "base64", b""),
    (b"pay=20no=77", "quoted-printable", b"pay now"),
    (b"pay =\r\nnow", "quoted-printable", b"pay now"),
    (b"50=% off=", "quoted-printable", b"50=% off"),
    (b"as it is", "8bit", b"as it is"),
    (b"as it is", "", b"as it is"),
    (b"as it is", "x-gzip64", None),
]


@pytest.mark.parametrize(("body", "encoding", "content"), PACKED)
def test_bodies_are_unpacked_as_mail_programs_do(body: bytes, encoding: str, content: bytes | None) -> None:
    assert unpack(body, encoding) == content


@steady
@given(st.binary(max_size=200), st.sampled_from(["base64", "quoted-printable"]))
def test_any_body_can_be_unpacked(body: bytes, encoding: str) -> None:
    assert unpack(body, encoding) is not None
    assert unpack(base64.b64encode(body), "base64") == body


WORDS = [
    # RFC 2047 section 8, and what programs write beside it.
    (b"=?ISO-8859-1?Q?a?=", "a"),
    (b"=?ISO-8859-1?Q?a?= b", "a b"),
    (b"=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab"),
    (b"=?ISO-8859-1?Q?a?=  \t =?ISO-8859-1?Q?b?=", "ab"),
    (b"=?ISO-8859-1?Q?a_b?=", "a b"),
    (b"=?US-ASCII*EN?Q?Keith_Moore?= <moore@cs.utk.edu>", "Keith Moore <moore@cs.utk.edu>"),
    (b"=?utf-8?B?cGF5IG5vdw?=", "pay now"),
    (b"=?utf-8?q?pa=E2=82?= =?utf-8?q?=AC?=", "pa€"),
    (b"Re: =?utf-8?q?ok?=!", "Re: ok!"),
    ("grüße =?utf-8?q?dich?=".encode(), "grüße dich"),
    (b"=?x-klingon?q?ok?=", "ok"),
    (b"=?utf-8?x?no?= =?utf-8?q", "=?utf-8?x?no?= =?utf-8?q"),
    (b"", ""),
]


@pytest.mark.parametrize(("value", "text"), WORDS)
def test_encoded_words_are_decoded(value: bytes, text: str) -> None:
    assert decode_words(value).text == text


def test_an_unknown_character_set_in_a_header_is_told() -> None:
    assert decode_words(b"=?x-klingon?q?ok?=").is_odd
    assert not decode_words(b"=?utf-8?q?ok?=").is_odd


def test_folded_headers_stand_on_one_line() -> None:
    assert unfold(b"a very\r\n long\n\tsubject") == b"a very long\tsubject"
