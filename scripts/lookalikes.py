"""Writes the table of letters that pass for ASCII letters: `guardian/reading/characters/lookalike_table.py`.

    python scripts/lookalikes.py confusables.txt

`confusables.txt` is that of Unicode Technical Standard 39 (https://www.unicode.org/Public/security/), version 13.0.0,
under the Unicode License (https://www.unicode.org/license.txt). It is not kept here: the table is what is left of it
once everything but single letters that look like one ASCII letter is taken out. Names and compatibility forms come
from Python's own `unicodedata`.

Invariant: the same input and the same Python give the same file, byte for byte.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

TABLE = Path(__file__).resolve().parents[1] / "guardian" / "reading" / "characters" / "lookalike_table.py"
_LINE_CHARS = 112

_BY_HAND = {
    "ĸ": "k", "ʙ": "b", "ʜ": "h", "ʍ": "m", "ᴛ": "t", "π": "n", "ƅ": "b", "ᴎ": "n", "ᴙ": "r", "ɜ": "e", "ꞓ": "e",
    "ᴨ": "n", "ɛ": "e", "ʀ": "r", "к": "k", "в": "b", "н": "h", "м": "m", "т": "t", "п": "n", "ь": "b", "и": "u",
    "я": "r", "з": "e", "ш": "w", "щ": "w", "є": "e", "ё": "e", "й": "u", "ї": "i", "η": "n", "ω": "w", "μ": "u",
    "λ": "a", "θ": "o", "β": "b", "ө": "o", "ѡ": "w", "ҟ": "k", "қ": "k", "ң": "h", "ү": "y", "ұ": "y", "ҽ": "e",
    "ӕ": "a", "Σ": "E", "Λ": "A", "Я": "R", "И": "N", "Ш": "W", "П": "N", "Э": "E", "Є": "E", "Ф": "O", "ф": "o",
}  # fmt: skip
"""Letters whose likeness is looser than the standard's: what hides words from filters without fooling the eye."""
_ASIDE = (
    "CJK",
    "KATAKANA",
    "HIRAGANA",
    "HANGUL",
    "BOPOMOFO",
    "KANGXI",
    "DIGIT",
    "ARABIC",
    "HEBREW",
    "SYRIAC",
    "MODIFIER",
)
"""Names that begin so: no letters of a script that stands beside Latin inside one word, or not letters at all."""
_STYLES = (
    ("mathematical", r"MATHEMATICAL .*|DOUBLE-STRUCK .*|SCRIPT .*|BLACK-LETTER .*|PLANCK CONSTANT"),
    ("full-width", r"FULLWIDTH .*"),
    ("enclosed", r"(?:NEGATIVE )?(?:CIRCLED|SQUARED|PARENTHESIZED) .*|(?:CIRCLED|TORTOISE).*LETTER.*"),
    ("regional", r"REGIONAL INDICATOR .*"),
    ("small-capitals", r"LATIN LETTER SMALL CAPITAL .*"),
    ("raised", r"MODIFIER LETTER .*|SUPERSCRIPT .*|SUBSCRIPT .*|LATIN SUBSCRIPT .*"),
)
_ENDING = re.compile(
    r"(?:LETTER|SYMBOL|CAPITAL|SMALL|FULLWIDTH|SQUARED|CIRCLED|SCRIPT|STRUCK ITALIC|STRUCK) ([A-Z])(?: WITH .*)?$"
)


def confusables(source: Path) -> dict[str, str]:
    """Every single character of the file, and what it passes for."""
    found = {}
    for line in source.read_text("utf-8-sig").splitlines():
        fields = line.partition("#")[0].split(";")
        if len(fields) == 3 and " " not in fields[0].strip():
            found[chr(int(fields[0], 16))] = "".join(chr(int(code, 16)) for code in fields[1].split())
    return found


def letter_of(character: str, table: dict[str, str]) -> str:
    """The ASCII letter that a character passes for, in its own case where it has one; empty where there is none."""
    target = unicodedata.normalize("NFKC", character)
    if not _is_letter(target):
        target = _BY_HAND.get(character) or table.get(character, "")
        target = _BY_HAND.get(target, target)
        target = {"rn": "m", "vv": "w", "l·": "l"}.get(target, target)
    if target == "l" and unicodedata.category(character) == "Lu":
        target = "I"
    return target if _is_letter(target) else ""


def _is_letter(text: str) -> bool:
    return len(text) == 1 and text.isascii() and text.isalpha()


def homoglyphs(table: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Letters of other alphabets, with the ASCII letters that they pass for."""
    for character in sorted(set(table) | set(_BY_HAND)):
        name = unicodedata.name(character, "")
        is_letter = unicodedata.category(character).startswith("L") and not character.isascii()
        if not is_letter or name.startswith(_ASIDE) or style_of(name) or "WITH" in name:
            continue
        letter = letter_of(character, table)
        if letter:
            yield character, letter


def style_of(name: str) -> str:
    """The style of lettering that a character belongs to, by its name; empty where it belongs to none."""
    return next((style for style, pattern in _STYLES if re.fullmatch(pattern, name)), "")


def styled() -> Iterator[tuple[str, str, str]]:
    """Style, character and ASCII letter or digit, for lettering that is Latin in another dress."""
    for code in range(0x80, sys.maxunicode + 1):
        character = chr(code)
        name = unicodedata.name(character, "")
        style = style_of(name)
        if style:
            target = unicodedata.normalize("NFKC", character).strip("()〔〕").replace("ı", "i").replace("ȷ", "j")
            ending = _ENDING.search(name)
            if not (len(target) == 1 and target.isascii() and target.isalnum()) and ending:
                is_small = "SMALL" in name
                target = ending.group(1).lower() if is_small else ending.group(1)
            if len(target) == 1 and target.isascii() and target.isalnum():
                yield style, character, target


def barred() -> Iterator[tuple[str, str]]:
    """Latin letters with a bar, a hook or a tail, which no normal form takes off."""
    for code in range(0x80, 0x2C80):
        character = chr(code)
        match = re.fullmatch(
            r"LATIN (SMALL|CAPITAL) LETTER (?:DOTLESS )?([A-Z])(?: WITH .*)?", unicodedata.name(character, "")
        )
        if match and len(unicodedata.normalize("NFD", character)) == 1:
            yield character, match.group(2) if match.group(1) == "CAPITAL" else match.group(2).lower()


def _lines(name: str, why: str, pairs: list[tuple[str, str]]) -> Iterator[str]:
    yield f"{name}: Final = ("
    yield from (f"    {part}" for part in _wrapped(sorted(pairs, key=lambda pair: (pair[1], pair[0]))))
    yield ")"
    yield f'"""{why}"""'
    yield ""


def _wrapped(pairs: list[tuple[str, str]]) -> Iterator[str]:
    line = ""
    for character, letter in pairs:
        escaped = ascii(character)[1:-1] + letter
        if len(line) + len(escaped) > _LINE_CHARS:
            yield f'"{line}"'
            line = ""
        line += escaped
    yield f'"{line}"'


def main() -> None:
    """Write the table."""
    table = confusables(Path(sys.argv[1]))
    dressed = list(styled())
    lines = [
        '"""Letters that pass for ASCII letters. Written by scripts/lookalikes.py: do not edit.',
        "",
        "From `confusables.txt` of Unicode Technical Standard 39, version 13.0.0 (2020-02-13), (c) 2020 Unicode, Inc.,",
        "used under the Unicode License, https://www.unicode.org/license.txt; names and compatibility forms from",
        f"Python's `unicodedata`, version {unicodedata.unidata_version}. Only single characters that look like one",
        "ASCII letter are kept. In each table, every sign is followed by the letter that it stands for.",
        '"""',
        "",
        "from __future__ import annotations",
        "",
        "from typing import Final",
        "",
        *_lines(
            "HOMOGLYPHS",
            "Letters of other alphabets, each before the letter that it passes for.",
            list(homoglyphs(table)),
        ),
        *_lines("BARRED", "Latin letters with a bar, a hook or a tail, each before its letter.", list(barred())),
    ]
    for style, _ in _STYLES:
        pairs = [(character, letter) for each, character, letter in dressed if each == style]
        name = style.upper().replace("-", "_")
        lines += _lines(name, f"Lettering that is called {style}, each sign before its letter or digit.", pairs)
    TABLE.write_text("\n".join(lines).rstrip() + "\n", "utf-8")


if __name__ == "__main__":
    main()
