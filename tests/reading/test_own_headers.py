"""A stranger's X-Guardian headers are taken out, ours are put on top, and nothing else of the mail changes."""

from __future__ import annotations

import email
import email.policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.reading.own_headers import LINE_CHARS, forged_headers, own_headers, with_headers, without_own_headers

CASES = [
    (b"X-Guardian-Verdict: clean\nSubject: a\n\nb", b"Subject: a\n\nb"),
    (b"Subject: a\r\nx-GUARDIAN-risk: 0\r\n\tfolded\r\nTo: c\r\n\r\nb", b"Subject: a\r\nTo: c\r\n\r\nb"),
    (b"Subject: a\nX-Guardian-A: 1\n\nb", b"Subject: a\n\nb"),
    (b"Subject: a\n X-Guardian-A: 1\nTo: c\n\nb", b"Subject: a\nTo: c\n\nb"),
    (b"Subject: a\n\nX-Guardian-A: in the body stays\n", b"Subject: a\n\nX-Guardian-A: in the body stays\n"),
    (b"\nX-Guardian-A: no headers at all\n", b"\nX-Guardian-A: no headers at all\n"),
    (b"X-Guardianship: mine\n\nb", b"X-Guardianship: mine\n\nb"),
    (b"X-Guardian-A: 1\nX-Guardian-B: 2\n", b""),
    (b"X-Guardian-A : a blank before the colon\nTo: c\n\nb", b"To: c\n\nb"),
    (b"To: c\n\x0b\x00 X-Guardian-A: odd blanks\n\nb", b"To: c\n\nb"),
    (b"To: c\nX-Guardian-A:\n one\n\ttwo\n \nSubject: a\n\nb", b"To: c\nSubject: a\n\nb"),
    (b"To: c\rX-Guardian-A: behind a lone CR\nSubject: a\n\nb", b"To: c\r\nSubject: a\n\nb"),
    (b"From a@b Sat Nov 21\nX-Guardian-A: 1\nTo: c\n\nb", b"From a@b Sat Nov 21\nTo: c\n\nb"),
]
HEADERS = (
    ("X-Guardian-Outcome", "flagged"),
    ("X-Guardian-Reasons", ", ".join(f"tactic_number_{number}" for number in range(9))),
    ("X-Guardian-Receipt", f"412 {'ab' * 32}"),
)
NAMES = [name for name, _ in HEADERS]


@pytest.mark.parametrize(("raw", "left"), CASES)
def test_only_these_headers_go(raw: bytes, left: bytes) -> None:
    assert without_own_headers(raw) == left


@given(st.binary(max_size=300))
def test_what_is_left_has_none_and_what_had_none_is_unchanged(raw: bytes) -> None:
    if not own_headers(raw):
        assert without_own_headers(raw) == raw
    assert b"".join(raw[start:end] for start, end in own_headers(raw)).count(b"-") >= 2 * len(own_headers(raw))


PIECES = [
    b"X-Guardian-Outcome: clean",
    b"x-guardian-reasons:",
    b"To: c",
    b" ",
    b"\t",
    b"\r",
    b"\n",
    b"\r\n",
    b"\0",
    b"b",
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join))
def test_no_reader_finds_a_header_of_the_senders_among_ours(raw: bytes) -> None:
    written = with_headers(raw, HEADERS)
    read = email.message_from_bytes(written, policy=email.policy.compat32)
    assert [name for name in read.keys() if name.lower().startswith("x-guardian-")] == NAMES  # noqa: SIM118
    assert [" ".join(str(read[name]).split()) for name in NAMES] == [value for _, value in HEADERS]


@given(st.binary(max_size=200))
def test_under_our_headers_every_byte_of_the_mail_follows(raw: bytes) -> None:
    left = without_own_headers(raw)
    written = with_headers(raw, HEADERS)
    top = left[: left.index(b"\n") + 1] if left.startswith(b"From ") and b"\n" in left else b""
    assert written.startswith(top + b"X-Guardian-Outcome: flagged")
    assert written.endswith(left[len(top) :])


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_our_lines_are_short_and_end_as_the_mails_own_do(line_end: bytes) -> None:
    written = with_headers(line_end.join([b"To: c", b"", b"b"]), HEADERS)
    lines = written.split(line_end)[: -len([b"To: c", b"", b"b"])]
    assert len(lines) > len(HEADERS)
    assert all(len(line) <= LINE_CHARS and not line.endswith(b"\r") for line in lines)
    assert all(line.startswith((b"X-Guardian-", b" ")) for line in lines)


def test_a_value_cannot_begin_a_header_of_its_own() -> None:
    written = with_headers(b"To: c\n\nb", [("X-Guardian-Reasons", "one\r\nBcc: all@x.example\n\nbody")])
    assert written == b"X-Guardian-Reasons: one Bcc: all@x.example body\nTo: c\n\nb"


def test_what_our_own_filter_put_on_top_is_not_forged_and_what_stands_below_is() -> None:
    ours = with_headers(b"Received: by us\nTo: c\n\nb", HEADERS)
    assert own_headers(ours) != []
    assert forged_headers(ours) == []
    assert forged_headers(b"From a@b Sat\n" + ours) == []
    assert len(forged_headers(ours.replace(b"To: c", b"X-Guardian-Outcome: clean"))) == 1
    assert len(forged_headers(b"Received: by us\n" + ours)) == 3
    assert len(forged_headers(b"X-Guardian-Outcome: clean\nTo: c\n\nb")) == 1
