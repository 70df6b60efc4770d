"""Characters written as escapes: percent signs, quoted-printable, HTML entities, backslashes, UTF-7, punycode.

Honest texts are full of escapes, of characters that must be escaped. A letter of ASCII never must be: that is a
needless escape, and a few of them are a disguise. Where others stand inside words the text is decoded all the same,
to be judged, and that is no disguise.

Invariant: linear; a candidate is a stretch of one line, with what stands between escapes kept.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from guardian.reading.decoding.alphabets import from_base64
from guardian.reading.decoding.base import Candidate, Room

_FEWEST: Final = 3
"""Needless escapes, or escaped letters, from which on a stretch is decoded."""
_NEAR: Final = 60
"""Characters that may stand between two escapes of one stretch."""
_CONTEXT: Final = 48
"""Characters ahead and behind that belong to a stretch: the words that are begun in plain letters."""
_BACKSLASH: Final = re.compile(
    r"\\(?:x[0-9A-Fa-f]{2}(?:\\x[0-9A-Fa-f]{2})*|u[0-9A-Fa-f]{4}(?:\\u[0-9A-Fa-f]{4})*"
    r"|u\{[0-9A-Fa-f]{1,6}\}(?:\\u\{[0-9A-Fa-f]{1,6}\})*|U[0-9A-Fa-f]{8}(?:\\U[0-9A-Fa-f]{8})*"
    r"|[0-3][0-7]{2}(?:\\[0-3][0-7]{2})+)"
)
_UNIT_MARK: Final = re.compile(r"\\[uU]|%u")
_ESCAPED_SIGN: Final = re.compile(r"%(?:25(?=[0-9A-Fa-f]{2}))*")
"""A percent sign, however often it was escaped itself."""
_ENTITY_NUMBER: Final = re.compile(r"#([0-9]+|[xX][0-9A-Fa-f]+)")
_LAST_CODE: Final = 0x10FFFF
_NUMBER: Final = re.compile(r"[0-9A-Fa-f]+")


@dataclass(frozen=True, slots=True)
class _Style:
    """One way of escaping."""

    kind: str
    mark: str
    """What must stand in a text for the pattern to be tried."""
    pattern: re.Pattern[str]
    decode: Callable[[str], str | None]
    """A match of the pattern to what it stands for; None where it is no escape after all."""


def find_escapes(text: str, room: Room) -> Iterator[Candidate]:
    """Stretches with escapes, decoded."""
    for style in _STYLES:
        if style.mark in text:
            yield from _stretches(text, style)


def _stretches(text: str, style: _Style) -> Iterator[Candidate]:
    """Runs of escapes that stand near each other on one line; those that matter."""
    group: list[tuple[int, int, str]] = []
    for match in style.pattern.finditer(text):
        if group and (match.start() - group[-1][1] > _NEAR or "\n" in text[group[-1][1] : match.start()]):
            yield from _candidate(text, style, group)
            group = []
        said = style.decode(match.group())
        if said is not None:
            group.append((*match.span(), said))
    if group:
        yield from _candidate(text, style, group)


def _candidate(text: str, style: _Style, group: list[tuple[int, int, str]]) -> Iterator[Candidate]:
    decoded = "".join(said for _, _, said in group)
    if len(decoded) < _FEWEST:
        return
    needless = sum(letter.isalpha() for letter in decoded if letter.isascii())
    letters = sum(letter.isalpha() or letter in "\xad\u200b\u200c\u200d\u2060" for letter in decoded)
    if needless < _FEWEST and letters < _FEWEST:
        return
    start, end = _widened(text, group[0][0], group[-1][1])
    pieces, at = [], start
    for first, last, said in group:
        pieces += [text[at:first], said]
        at = last
    is_usual = needless < _FEWEST or 4 * needless < len(group)
    yield Candidate(style.kind, start, end, "".join([*pieces, text[at:end]]), is_usual)


def _widened(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch with the words ahead and behind on its line."""
    low = max(text.rfind("\n", max(start - _CONTEXT, 0), start) + 1, start - _CONTEXT, 0)
    stop = text.find("\n", end, end + _CONTEXT)
    return low, min(end + _CONTEXT, len(text)) if stop < 0 else stop


def _from_octets(run: str) -> str:
    data = bytes.fromhex(run)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _percent(run: str) -> str:
    return _from_octets(_ESCAPED_SIGN.sub("", run))


def _printable(run: str) -> str:
    return "" if run.endswith("\n") else _from_octets(run.replace("=", ""))


def _entity(run: str) -> str | None:
    if "#" in run:
        numbers = _ENTITY_NUMBER.findall(run)
        codes = [int(number[1:], 16) if number[0] in "xX" else int(number) for number in numbers]
        return "".join(chr(code) if 0 < code <= _LAST_CODE else "\ufffd" for code in codes)
    said = html.unescape(run)
    return None if said == run else said


def _backslash(run: str) -> str | None:
    if run.startswith("\\x"):
        return _from_octets(run.replace("\\x", ""))
    if run[1] in "uU":
        units = [int(number, 16) for number in _NUMBER.findall(_UNIT_MARK.sub(" ", run))]
        if any(unit > _LAST_CODE for unit in units):
            return None
        joined = "".join(map(chr, units))
        return joined.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _from_octets("".join(f"{int(number, 8):02x}" for number in run.split("\\")[1:]))


def _utf7(run: str) -> str | None:
    data = from_base64(run[1:].rstrip("-")) or b""
    try:
        said = data[: len(data) // 2 * 2].decode("utf-16-be")
    except UnicodeDecodeError:
        return None
    is_plain = 2 * len(said.encode("ascii", "ignore")) > len(said) and "".join(said.split()).isprintable()
    return said if is_plain else None


def _punycode(run: str) -> str | None:
    try:
        return run[4:].encode("ascii").decode("punycode")
    except (UnicodeError, OverflowError, ValueError):
        return None


_STYLES: Final = (
    _Style("percent", "%", re.compile(r"%(?:25){0,4}[0-9A-Fa-f]{2}(?:%(?:25){0,4}[0-9A-Fa-f]{2})*"), _percent),
    _Style("quoted-printable", "=", re.compile(r"=(?:[0-9A-F]{2}(?:=[0-9A-F]{2})*(?![,;.)\]}])|\r?\n)"), _printable),
    _Style(
        "html-entities",
        "&",
        re.compile(
            r"&(?:amp;){0,3}(?:#(?:[0-9]{1,7}|[xX][0-9A-Fa-f]{1,6});?(?:&(?:amp;){0,3}#(?:[0-9]{1,7}|[xX][0-9A-Fa-f]{1,6});?)*"
            r"|[A-Za-z][A-Za-z0-9]{1,30};)"
        ),
        _entity,
    ),
    _Style("escapes", "\\", _BACKSLASH, _backslash),
    _Style("escapes", "%u", re.compile(r"%u[0-9A-Fa-f]{4}(?:%u[0-9A-Fa-f]{4})*"), _backslash),
    _Style("utf-7", "+A", re.compile(r"\+A[A-Za-z0-9+/]{2,}-?"), _utf7),
    _Style("punycode", "xn--", re.compile(r"xn--(?<![\w.@-]xn--)[a-z0-9-]{2,59}+(?![\w.@-])"), _punycode),
)
