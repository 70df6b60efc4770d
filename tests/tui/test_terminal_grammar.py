"""The measure itself: what a screen sends passes, and each kind of harmful sequence is seen wherever it stands."""

from __future__ import annotations

import base64

import pytest
from terminal_grammar import not_meant

SCREEN = (
    "\x1b[?1049h\x1b[?25l\x1b[3;1H\x1b[1;38;2;1;2;3mflagged ! Ünïcödé 👍🏽\x1b[0m\r\n"
    "\x1b]22;default\x07\x1b[<u\x1b[?1049l"
)


def test_a_screen_passes() -> None:
    assert not_meant(SCREEN.encode()) == []


@pytest.mark.parametrize(
    "harm",
    [
        *("\x1b]52;c;eA==\x07", "\x1b]8;;http://x\x1b\\", "\x1b]0;title\x07", "\x1b]22;UPPER\x07", "\x1bPq\x1b\\"),
        *("\x1b[2J", "\x1b[6n", "\x1b[5i", "\x1b[?1337h", "\x1b[8;1;1t", "\x1bc", "\x1b", "\x1b[", "\x1b]52;c;"),
        *map(chr, [*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0)]),
        *("\u202e", "\u2066", "\u200f", "\u2028", "\U000e0041", "\udcff"),
    ],
)
def test_harm_is_seen_at_the_beginning_in_the_middle_and_at_the_end(harm: str) -> None:
    data = harm.encode("utf-8", "surrogateescape")
    for sent in (data + SCREEN.encode(), SCREEN.encode() + data + SCREEN.encode(), SCREEN.encode() + data):
        assert not_meant(sent)


def test_a_copy_passes_only_as_often_as_it_was_asked_for() -> None:
    copy = b"\x1b]52;c;" + base64.b64encode(b"words") + b"\x07"
    assert not_meant(copy, copies=1) == []
    assert not_meant(copy + copy, copies=1)
    assert not_meant(b"nothing", copies=1)
