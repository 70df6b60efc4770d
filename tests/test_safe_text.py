"""The one door for untrusted text: whatever comes in, nothing that a terminal obeys comes out.

The naughty strings are Max Woolf's Big List (MIT), in ../shared/corpora/blns.json.
"""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from detector_rig import steady
from hypothesis import example, given
from hypothesis import strategies as st

from guardian.safe_text import safe_line, safe_text

BLNS = Path(__file__).resolve().parents[2] / "shared" / "corpora" / "blns.json"
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ANYTHING = st.text(st.characters(codec=None), max_size=200)  # surrogates too


def is_dangerous(letter: str) -> bool:
    """ECMA-48 controls but tab and line feed, bidi controls, separators, lone surrogates and tags."""
    code = ord(letter)
    return (
        (unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") and letter not in "\t\n")
        or letter in BIDI
        or 0xE0000 <= code <= 0xE007F
    )


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("\x1b]52;c;cm0gLXJmIH4=\x07", "\\x1b]52;c;cm0gLXJmIH4=\\x07"),  # clipboard write (OSC 52)
        ("\x1b[2J", "\\x1b[2J"),
        ("\u009b31m", "\\x9b31m"),  # the same in one C1 character
        ("\u009d0;title\u009c", "\\x9d0;title\\x9c"),
        ("a\rb\x08c\x7f\x00", "a\\x0db\\x08c\\x7f\\x00"),
        ("exe.\u202efdp", "exe.\\u{202e}fdp"),  # right-to-left override
        ("\u2066x\u2069", "\\u{2066}x\\u{2069}"),
        ("a\u2028b\u2029c", "a\\u{2028}b\\u{2029}c"),
        ("\ud83d", "\\u{d83d}"),
        (b"\xff\x1b".decode("utf-8", "surrogateescape"), "\\u{dcff}\\x1b"),
        ("\U000e0069\U000e0067", "\\u{e0069}\\u{e0067}"),  # tag characters
    ],
)
def test_what_a_terminal_would_obey_becomes_visible(text: str, safe: str) -> None:
    assert safe_text(text) == safe


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain\ttext\n",
        "Größe, naïve, 你好, שלום, नमस्ते",
        "👨\u200d👩\u200d👧 ❤\ufe0f",
        "می\u200cخواهم",
        "[/bold] [red]",
        "\\x1b",
    ],
)
def test_ordinary_text_passes_unchanged(text: str) -> None:
    assert safe_text(text) == text


@steady
@given(ANYTHING)
@example("\x1b]52;c;aGk=\x07" + BIDI)
def test_nothing_dangerous_comes_out_and_nothing_else_changes(text: str) -> None:
    safe = safe_text(text)
    assert not any(is_dangerous(letter) for letter in safe)
    assert safe_text(safe) == safe
    safe.encode("utf-8")
    harmless = "".join(letter for letter in text if not is_dangerous(letter))
    assert len(safe) >= len(text)
    if harmless == text:
        assert safe == text


@steady
@given(ANYTHING, st.integers(0, 50))
def test_a_line_is_one_line_and_as_short_as_asked(text: str, limit: int) -> None:
    line = safe_line(text, limit)
    assert len(line) <= max(limit, 1)
    assert not {"\n", "\t"} & set(line)
    assert not any(is_dangerous(letter) for letter in line)
    assert safe_line(safe_line(text)) == safe_line(text)


def test_a_line_that_is_cut_says_so() -> None:
    assert safe_line("one  two\nthree", 8) == "one two…"
    assert safe_line("one  two\nthree", 13) == "one two three"


@pytest.mark.skipif(not BLNS.exists(), reason="../shared/corpora/blns.json is not beside this checkout")
def test_the_big_list_of_naughty_strings_is_tame() -> None:
    naughty = json.loads(BLNS.read_text(encoding="utf-8"))
    assert len(naughty) > 400
    for text in naughty:
        safe = safe_text(text)
        assert not any(is_dangerous(letter) for letter in safe)
        assert safe_text(safe) == safe
