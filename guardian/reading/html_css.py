"""CSS in source: rules with their declarations, in order, and for whom they hold.

Invariants: one pass, linear in the length of the source; what is not understood is stepped over, as browsers do;
nothing here raises for any style sheet. Sources: CSS Syntax 3, CSS Cascade 5, CSS Conditional 3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from guardian.reading.html_media import Reader, readers_of
from guardian.reading.html_size import font_sizes

PROPERTIES: Final = frozenset(
    {
        *("display", "visibility", "opacity", "font-size", "line-height", "color", "background-color"),
        *("background-image", "background-clip", "overflow", "height", "max-height", "width", "max-width"),
        *("position", "text-indent", "left", "top", "right", "bottom", "margin-left", "margin-top", "z-index"),
        *("clip", "clip-path", "transform", "translate", "scale", "zoom", "filter", "letter-spacing", "fill"),
        *("fill-opacity", "text-security", "text-fill-color", "unicode-bidi", "direction", "content"),
        *("content-visibility", "mask-image"),
    }
)
"""The properties that are read; the rest of a style is not kept."""
_SHORTHANDS: Final = frozenset({"background", "font", "margin", "inset", "overflow-y", "overflow-x", "mask"})
_PREFIX: Final = re.compile(r"-(?:webkit|moz|ms|o)-(?=[a-z])")
_COMMENT: Final = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_STRING: Final = r""""(?:[^"\\\n]|\\.)*+(?:"|\Z|(?=\n))|'(?:[^'\\\n]|\\.)*+(?:'|\Z|(?=\n))"""
_TOKEN: Final = re.compile(rf"{_STRING}|[{{}};]", re.DOTALL)
_DECLARATION: Final = re.compile(rf"(?:{_STRING}|\((?:[^()]++|\([^()]*+\))*+\)|[^;])++", re.DOTALL)
_ESCAPE: Final = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)
_HACK: Final = re.compile(r"\\[09]\s*(?:!important\s*)?$")
"""What one old browser alone read."""
_IMPORTANT: Final = re.compile(r"!\s*important\s*$")
_ALWAYS: Final = ("@supports", "@layer", "@container", "@scope", "@starting-style", "@document", "@-moz-document")
_LONGEST_VALUE: Final = 400


@dataclass(frozen=True, slots=True)
class Style:
    """Declarations of properties that are read, names and values in lower case but for what `content` says."""

    usual: dict[str, str]
    important: dict[str, str]
    variables: dict[str, str]


@dataclass(frozen=True, slots=True)
class SourceRule:
    """A rule as it stands in a sheet."""

    selectors: str
    style: Style
    readers: Reader


def read_rules(source: str, readers: Reader) -> Iterator[SourceRule]:
    """The rules of a sheet that holds for `readers`, in order."""
    source = _COMMENT.sub(" ", source)
    blocks: list[tuple[Reader, str | None]] = []  # for whom, and the selectors of a rule, None for an at-rule
    begin = 0
    for token in _TOKEN.finditer(source):
        sign = token.group()
        around, selectors = blocks[-1] if blocks else (readers, None)
        if sign == "{":
            head = source[begin : token.start()].strip()
            blocks.append(_opened(head, around, is_in_rule=selectors is not None))
            begin = token.end()
        elif sign == "}":
            if blocks:
                blocks.pop()
            if selectors and around:
                yield SourceRule(selectors, read_style(source[begin : token.start()]), around)
            begin = token.end()
        elif sign == ";" and selectors is None:
            begin = token.end()  # behind @import and @charset


def _opened(head: str, around: Reader, *, is_in_rule: bool) -> tuple[Reader, str | None]:
    """What a block begins, given the words before it and for whom it stands."""
    if is_in_rule:
        return Reader.NOBODY, ""  # a rule in a rule is not followed
    if not head.startswith("@"):
        return around, head
    name, _, conditions = head.partition(" ")
    lowered = name.lower().partition("(")[0]
    if lowered == "@media":
        return around & readers_of(head[len("@media") :].strip()), None
    is_always = lowered in _ALWAYS and not conditions.strip().lower().startswith("not")
    return (around, None) if is_always else (Reader.NOBODY, "")


def read_style(source: str) -> Style:
    """The declarations of a rule or of a `style` attribute; of equal names the last one counts."""
    style = Style({}, {}, {})
    plain = not any(sign in source for sign in "\"'(\\")
    declarations = source.split(";") if plain else _DECLARATION.findall(source)
    for declaration in declarations:
        name, _, value = declaration.partition(":")
        name = unescaped(name).strip()
        if name.startswith("--"):
            style.variables[name] = value.strip()[:_LONGEST_VALUE].lower()
            continue
        name = name.lower()
        if name.startswith("-"):
            name = _PREFIX.sub("", name)
        if name in PROPERTIES or name in _SHORTHANDS:
            _declare(style, name, value.strip())
    return style


def _declare(style: Style, name: str, value: str) -> None:
    if "\\" in value and name != "content":
        if _HACK.search(value):
            return
        value = unescaped(value)
    if name != "content":
        value = value.lower()
    into = style.usual
    if "!" in value and _IMPORTANT.search(value):
        into, value = style.important, _IMPORTANT.sub("", value).strip()
    value = value[:_LONGEST_VALUE]
    if name in PROPERTIES:
        into[name] = value
    else:
        into.update(_spelled_out(name, value))


def _spelled_out(name: str, value: str) -> dict[str, str]:
    """The properties that a shorthand sets."""
    if name == "background":
        return {"background-color": value, "background-image": value, "background-clip": value}
    if name == "font":
        size, line = font_sizes(value)
        return ({"font-size": size} if size else {}) | ({"line-height": line} if line else {})
    if name == "mask":
        return {"mask-image": value}
    if name.startswith("overflow-"):
        return {"overflow": value} if value in ("hidden", "clip") else {}
    sides = value.split()[:4] if "(" not in value else []
    if not sides:
        return {}
    top, right, bottom = sides[0], sides[min(1, len(sides) - 1)], sides[2] if len(sides) > 2 else sides[0]
    left = sides[3] if len(sides) == 4 else right
    if name == "margin":
        return {"margin-left": left, "margin-top": top}
    return {"top": top, "right": right, "bottom": bottom, "left": left}


def content_words(value: str) -> str:
    """The words that a `content` draws: its strings, one after the other."""
    words = (unescaped(found.group()[1:].rstrip("\"'")) for found in re.finditer(_STRING, value))
    return "".join(words).strip()


def unescaped(source: str) -> str:
    """A name or a string of CSS without its escapes."""
    return _ESCAPE.sub(_character, source) if "\\" in source else source


def _character(found: re.Match[str]) -> str:
    if found[1] is None:
        return "" if found[2] == "\n" else found[2]
    code = int(found[1], 16)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
