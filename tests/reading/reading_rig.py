"""What the tests of reading share: the promise about offsets, and the mails of the shared folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from guardian.message import Format, Message
from guardian.reading.base import Reading, View, ViewKind
from guardian.reading.limits import Limits
from guardian.reading.read import read

SHARED = Path(__file__).resolve().parents[3] / "shared"
CORPORA = SHARED / "corpora"

LIMITS = Limits()

steady = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""No test fails because the machine is busy."""


def shared_mails() -> list[Path]:
    """The test mails of mime4j (Apache-2.0) and Stalwart mail-parser (Apache-2.0 or MIT); skips where absent."""
    if not CORPORA.is_dir():
        pytest.skip("../shared/corpora is absent")
    return sorted([*CORPORA.glob("mail/mime4j/*.msg"), *CORPORA.glob("mail/stalwart/*.eml")])


def read_as(raw: bytes, format: Format = Format.TEXT, limits: Limits = LIMITS) -> Reading:
    """The reading of some bytes, after the check of all its offsets."""
    reading = read(Message(raw, format=format), limits)
    check_offsets(reading, raw)
    return reading


def check_offsets(reading: Reading, raw: bytes) -> None:
    """Pieces cover each view in order, stay inside the message, and are literal where they say that they are."""
    assert reading.size_bytes == len(raw)
    for view in reading.views:
        assert view.text, "a view without text says nothing"
        assert view.pieces
        assert view.pieces[0].char == 0
        ends = [piece.char for piece in view.pieces[1:]] + [len(view.text)]
        for piece, end in zip(view.pieces, ends, strict=True):
            assert piece.char < end
            assert 0 <= piece.start <= piece.end <= len(raw)
            if piece.exact:
                assert literal(raw, piece.start, piece.end) == view.text[piece.char : end]
        for start in range(0, len(view.text), max(len(view.text) // 7, 1)):
            check_span(view, start, min(start + 40, len(view.text)), raw)
    for link in reading.links:
        assert 0 <= link.span.start <= link.span.end <= len(raw)


def check_span(view: View, start: int, end: int, raw: bytes) -> None:
    """A span quotes its view, and its bytes are the quote where it says so."""
    span = view.span(start, end)
    assert span.quote == view.text[start:end]
    assert 0 <= span.start <= span.end <= len(raw)
    if span.exact:
        assert literal(raw, span.start, span.end) == span.quote


def literal(raw: bytes, start: int, end: int) -> str:
    """The bytes of a range as a view shows them."""
    return raw[start:end].decode("utf-8", "surrogateescape")


def texts(reading: Reading, kind: ViewKind = ViewKind.VISIBLE) -> dict[str, str]:
    """Text by name of view; several views of one name are joined by a bar."""
    joined: dict[str, str] = {}
    for view in reading.views:
        if view.kind is kind:
            joined[view.name] = f"{joined[view.name]}|{view.text}" if view.name in joined else view.text
    return joined


def codes(reading: Reading) -> list[str]:
    """The codes of the coverage reasons, in order."""
    return [reason.code for reason in reading.reasons]
