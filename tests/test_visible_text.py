"""Untrusted text for reading closely: what nobody sees becomes visible, honest writing stays as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.safe_text import safe_text
from guardian.visible_text import character_name, unseen_characters, unseen_words, visible_text

HONEST = [
    ("👨‍👩‍👧‍👦 and ❤️", "emoji put together (UTS 51)"),
    ("می‌خواهم", "Persian needs the non-joiner (Unicode 16, 9.2)"),
    ("क्‍ष", "Hindi joins letters (Unicode 16, 12.1)"),
    ("naïve café, 漢字, שלום, \t tab", "ordinary writing"),
]

HIDING = [
    ("pass\u200bword", r"pass\u{200b}word", {"zero width space (U+200B)": 1}),
    ("a\u200b\u200b\u200b\u200bb", r"a\u{200b}×4b", {"zero width space (U+200B)": 4}),
    ("a\u00adb", r"a\xadb", {"soft hyphen (U+00AD)": 1}),
    ("a\u202eb", r"a\u{202e}b", {"right-to-left override (U+202E)": 1}),
    ("x\ufe0f\ufe0f", r"x\u{fe0f}\u{fe0f}", {"variation selectors": 2}),
    ("\U000e0041\U000e0042", r"\u{e0041}\u{e0042}", {"tag characters (U+E0000 to U+E007F)": 2}),
    ("\x1b[2J", r"\x1b[2J", {"escape (it steers a terminal) (U+001B)": 1}),
    ("a\rb", r"a\x0db", {"carriage return (U+000D)": 1}),
    ("p\u200day", r"p\u{200d}ay", {"zero width joiner (U+200D)": 1}),
    ("\ufeff", r"\u{feff}", {"zero width no-break space (U+FEFF)": 1}),
    ("\udcff", r"\u{dcff}", {"bytes that are no text": 1}),
]


@pytest.mark.parametrize("text", [text for text, _ in HONEST], ids=[why for _, why in HONEST])
def test_honest_writing_stays_as_it_is(text: str) -> None:
    assert visible_text(text) == text
    assert not unseen_characters(text)


@pytest.mark.parametrize(("text", "shown", "counted"), HIDING)
def test_what_nobody_sees_is_shown_and_counted(text: str, shown: str, counted: dict[str, int]) -> None:
    assert visible_text(text) == shown
    assert unseen_characters(text) == counted


def test_the_line_ends_of_mail_are_no_danger() -> None:
    assert not unseen_characters("one\r\ntwo\r\n")


def test_the_words_name_the_most_and_count_the_kinds_that_are_left() -> None:
    text = "".join(chr(code) for code in range(0x200B, 0x2010)) + "".join(map(chr, range(0x202A, 0x202F))) + "\u200b"
    words = unseen_words(unseen_characters(text))
    assert words.startswith("2 zero width space (U+200B), ")
    assert words.endswith(", and 2 more kinds")


@given(st.text())
def test_the_result_is_always_safe_and_every_name_too(text: str) -> None:
    shown = visible_text(text)
    assert safe_text(shown) == shown
    words = unseen_words(unseen_characters(text))
    assert safe_text(words) == words


@given(st.characters())
def test_every_character_has_a_name(char: str) -> None:
    assert character_name(char)
