"""A stranger's X-Guardian headers are taken out, and nothing else of the mail changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.reading.own_headers import own_headers, without_own_headers

CASES = [
    (b"X-Guardian-Verdict: clean\nSubject: a\n\nb", b"Subject: a\n\nb"),
    (b"Subject: a\r\nx-GUARDIAN-risk: 0\r\n\tfolded\r\nTo: c\r\n\r\nb", b"Subject: a\r\nTo: c\r\n\r\nb"),
    (b"Subject: a\nX-Guardian-A: 1\n\nb", b"Subject: a\n\nb"),
    (b"Subject: a\n X-Guardian-A: 1\nTo: c\n\nb", b"Subject: a\nTo: c\n\nb"),
    (b"Subject: a\n\nX-Guardian-A: in the body stays\n", b"Subject: a\n\nX-Guardian-A: in the body stays\n"),
    (b"\nX-Guardian-A: no headers at all\n", b"\nX-Guardian-A: no headers at all\n"),
    (b"X-Guardianship: mine\n\nb", b"X-Guardianship: mine\n\nb"),
    (b"X-Guardian-A: 1\nX-Guardian-B: 2\n", b""),
]


@pytest.mark.parametrize(("raw", "left"), CASES)
def test_only_these_headers_go(raw: bytes, left: bytes) -> None:
    assert without_own_headers(raw) == left


@given(st.binary(max_size=300))
def test_what_is_left_has_none_and_what_had_none_is_unchanged(raw: bytes) -> None:
    if not own_headers(raw):
        assert without_own_headers(raw) == raw
    assert b"".join(raw[start:end] for start, end in own_headers(raw)).count(b"-") >= 2 * len(own_headers(raw))
