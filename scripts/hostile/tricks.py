"""The transformations of the metamorphic test, singly and in pairs, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from hostile import character_tricks as characters
from hostile import encoding_tricks as encodings

Trick = Callable[[str], str]

_CHARACTERS: Final = [
    "zero_width_spaces",
    "zero_width_joiners",
    "word_joiners",
    "soft_hyphens",
    "hangul_fillers",
    "hair_spaces",
    "tag_letters",
    "variation_selectors",
    "bidi_override",
    "mark_flood",
    "struck_through",
    "homoglyphs",
    "full_width",
    "mathematical_bold",
    "circled",
    "squared",
    "regional_letters",
    "small_capitals",
    "letter_spacing",
    "dotted",
    "underscored",
    "one_letter_a_line",
    "leet",
    "repeated_letters",
    "odd_white_space",
]
_ENCODINGS: Final = [
    "base64_text",
    "url_safe_base64_in_lines",
    "base32_text",
    "ascii85_text",
    "hex_text",
    "hex_escapes",
    "percent",
    "quoted_printable",
    "entities",
    "json_escapes",
    "utf7",
    "rot13",
    "caesar",
    "atbash",
    "backwards",
    "words_backwards",
    "morse",
    "braille",
    "binary",
    "decimal_codes",
    "gzip_in_base64",
    "data_uri",
]
_HTML: Final = [
    "not_displayed",
    "not_visible",
    "transparent",
    "no_size",
    "white_on_white",
    "off_screen",
    "no_height",
    "in_comment",
    "hidden_attribute",
    "by_style_sheet",
    "parted_by_tags",
    "parted_by_hidden_words",
    "entities_in_html",
]
_PAIRS: Final = (
    ("homoglyphs", "zero_width_spaces"),
    ("leet", "dotted"),
    ("leet", "repeated_letters"),
    ("leet", "letter_spacing"),
    ("homoglyphs", "letter_spacing"),
    ("full_width", "zero_width_spaces"),
    ("mathematical_bold", "struck_through"),
    ("soft_hyphens", "odd_white_space"),
    ("zero_width_joiners", "mark_flood"),
    ("rot13", "base64_text"),
    ("backwards", "base64_text"),
    ("hex_text", "base64_text"),
    ("base64_text", "base64_text"),
    ("base64_text", "gzip_in_base64"),
    ("percent", "base64_text"),
    ("json_escapes", "entities"),
    ("homoglyphs", "base64_text"),
    ("zero_width_spaces", "rot13"),
    ("leet", "not_displayed"),
    ("base64_text", "in_comment"),
    ("rot13", "white_on_white"),
    ("homoglyphs", "entities_in_html"),
)


def _found(name: str) -> Trick:
    trick: Trick = getattr(characters, name, None) or getattr(encodings, name)
    return trick


def _after(first: Trick, second: Trick) -> Trick:
    return lambda text: second(first(text))


SINGLES: Final[Mapping[str, Trick]] = MappingProxyType(
    {name: _found(name) for name in (*_CHARACTERS, *_ENCODINGS, *_HTML)}
)
"""Each transformation of items 2 to 4 of the issue, alone."""
PAIRS: Final[Mapping[str, Trick]] = MappingProxyType(
    {f"{first} + {second}": _after(_found(first), _found(second)) for first, second in _PAIRS}
)
"""Two of them, the first one first."""
