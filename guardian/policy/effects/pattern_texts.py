"""Texts that match a pattern: what two versions of a policy's patterns are tried on.

A small reader of RE2's syntax (https://github.com/google/re2/wiki/Syntax: literals, classes, groups, alternatives,
repeats, anchors, flags i, m, s, U) walks every alternative, every optional part there and not there, short and long
repeats, and the ends of every class. Every text is then tried in several surroundings, since an anchor or `\\b` may
want one.

Invariants: every text was tried with the pattern itself and matches it; what the reader does not know (Unicode classes,
`\\Q..\\E`) or finds too large gives no texts at all, never a part of them; deterministic.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, product, zip_longest
from typing import Final

from guardian.policy.patterns import Pattern, encode

MOST_TEXTS: Final = 400
_LONGEST_CHARACTERS: Final = 2_000
_MOST_COMBINED: Final = 64
"""Up to so many combinations of a sequence's parts all are tried; of more, each part's variants one by one."""
_MOST_OF_A_CLASS: Final = 12
_LONG_REPEAT: Final = 20
_POOL: Final = string.ascii_lowercase + string.digits + string.ascii_uppercase + " .,;:!?-_'\"/\\@#$%&()[]{}<>=+*~\n\té"
"""What a dot and a class of what is not meant choose from."""
_CLASSES: Final = {"d": string.digits, "w": string.ascii_letters + string.digits + "_", "s": " \t\n\r\f"}
_CONTROLS: Final = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}
_ANCHORS: Final = "bBAz"
_FLAGS: Final = re.compile(r"\(\?([imsU]*)(?:-[imsU]+)?([:)])")
_NAMED: Final = re.compile(r"\(\?P?<\w+>")
_COUNTS: Final = re.compile(r"\{(\d+)(,?)(\d*)\}")
_HEX: Final = re.compile(r"x(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2}))")
_FAR_REPEAT: Final = 1_100
"""More than RE2 counts to (1,000), so that no `{0,1000}` is taken for a `*`."""
_FAR_CHARACTERS: Final = 20_000
_MOST_FAR: Final = 8
_SURROUNDINGS: Final = ("{}", "Well, {} it is.", "x{}x", "7{}7", "-{}-", "\n{}\n", "one\n{} two", "one {}\ntwo", "é{}é")

_Variants = list[str]


class _UnknownSyntaxError(Exception):
    """The pattern says something that this reader does not know, or too much of it."""


def matching_texts(source: str) -> list[str]:
    """Texts in which the pattern occurs, each in several surroundings; none where they can't be made."""
    found = _read(source, _LONG_REPEAT, _LONGEST_CHARACTERS)
    pattern = Pattern(source)
    texts: dict[str, None] = {}
    for each in found:
        cased = dict.fromkeys((each, each.lower(), each.upper(), each.title()))
        texts |= dict.fromkeys(around.replace("{}", text) for text in cased for around in _SURROUNDINGS)
    if found:
        texts |= dict.fromkeys(_far_texts(source, found))
    return [text for text in texts if pattern.is_in(encode(text))]


def _far_texts(source: str, found: _Variants) -> Iterator[str]:
    """A few texts of which a part is very long, or before or behind which very much stands: what a pattern with
    counted repeats no longer reaches."""
    much = "so it goes on " * (_FAR_CHARACTERS // 14)
    for text in found[:: max(len(found) // _MOST_FAR, 1)][:_MOST_FAR]:
        yield from (f"{much}{text}", f"{text} {much}", f"{much}\n{text}\n{much}")
    long = [text for text in _read(source, _FAR_REPEAT, _FAR_CHARACTERS) if len(text) >= _FAR_REPEAT]
    yield from long[:: max(len(long) // _MOST_FAR, 1)][:_MOST_FAR]


def _read(source: str, long_repeat: int, longest_characters: int) -> _Variants:
    try:
        return _Reader(source, long_repeat, longest_characters).read()
    except (_UnknownSyntaxError, IndexError, ValueError, OverflowError, RecursionError):
        return []


class _Reader:
    """Recursive descent over one pattern; every step answers with variants of what it read."""

    def __init__(self, source: str, long_repeat: int, longest_characters: int) -> None:
        self._source = source
        self._at = 0
        self._long_repeat, self._longest_characters = long_repeat, longest_characters

    def read(self) -> _Variants:
        found = self._alternatives()
        if self._at < len(self._source):
            raise _UnknownSyntaxError
        return found

    def _peek(self, text: str) -> bool:
        return self._source.startswith(text, self._at)

    def _alternatives(self) -> _Variants:
        found = self._sequence()
        while self._peek("|"):
            self._at += 1
            found = found + self._sequence()
        return self._bounded(found)

    def _sequence(self) -> _Variants:
        parts: list[_Variants] = []
        while self._at < len(self._source) and not (self._peek("|") or self._peek(")")):
            parts.append(self._repeats(self._one()))
        return self._bounded(_in_sequence(parts))

    def _one(self) -> _Variants:
        char = self._source[self._at]
        if char == "(":
            return self._group()
        self._at += 1
        if char == "[":
            return _chosen(self._class())
        if char == "\\":
            return self._escape()
        if char in "^$":
            return [""]
        if char in "*+?":
            raise _UnknownSyntaxError
        return _chosen(_POOL) if char == "." else [char]

    def _group(self) -> _Variants:
        flags, named = _FLAGS.match(self._source, self._at), _NAMED.match(self._source, self._at)
        opening = flags or named
        if opening is None and self._peek("(?"):
            raise _UnknownSyntaxError
        self._at = opening.end() if opening is not None else self._at + 1
        if flags is not None and flags.group(2) == ")":
            return [""]
        inner = self._alternatives()
        if not self._peek(")"):
            raise _UnknownSyntaxError
        self._at += 1
        return inner

    def _escape(self) -> _Variants:
        if self._source[self._at] in _ANCHORS:
            self._at += 1
            return [""]
        return _chosen(self._escaped())

    def _escaped(self) -> str:
        """The characters that an escape stands for."""
        char = self._source[self._at]
        code = _HEX.match(self._source, self._at)
        if code is not None:
            self._at = code.end()
            return chr(int(code.group(1) or code.group(2), 16))
        self._at += 1
        if char.lower() in _CLASSES:
            members = _CLASSES[char.lower()]
            return members if char.islower() else "".join(c for c in _POOL if c not in members)
        if char in _CONTROLS:
            return _CONTROLS[char]
        if char.isalnum():
            raise _UnknownSyntaxError
        return char

    def _class(self) -> str:
        """The characters of `[...]`, whose opening bracket was read."""
        is_negated = self._peek("^")
        self._at += is_negated
        members, first = "", True
        while first or not self._peek("]"):
            if self._peek("[:"):
                raise _UnknownSyntaxError
            members += self._range()
            first = False
        self._at += 1
        return "".join(c for c in _POOL if c not in members) if is_negated else members

    def _range(self) -> str:
        start = self._member()
        if len(start) != 1 or not self._peek("-") or self._source[self._at + 1] == "]":
            return start
        self._at += 1
        end = self._member()
        if len(end) != 1:
            raise _UnknownSyntaxError
        return "".join(map(chr, range(ord(start), min(ord(end), ord(start) + 255) + 1))) + end

    def _member(self) -> str:
        char = self._source[self._at]
        self._at += 1
        return self._escaped() if char == "\\" else char

    def _repeats(self, one: _Variants) -> _Variants:
        counts = _COUNTS.match(self._source, self._at)
        if counts is not None:
            least = int(counts.group(1))
            most = int(counts.group(3)) if counts.group(3) else (None if counts.group(2) else least)
            self._at = counts.end()
        elif self._at < len(self._source) and self._source[self._at] in "*+?":
            sign = self._source[self._at]
            least, most = int(sign == "+"), 1 if sign == "?" else None
            self._at += 1
        else:
            return one
        if self._peek("?"):
            self._at += 1
        return self._repeats(self._repeated(one, least, most))

    def _repeated(self, one: _Variants, least: int, most: int | None) -> _Variants:
        last = least + self._long_repeat if most is None else most
        if last * max(map(len, one), default=0) > self._longest_characters:
            raise _UnknownSyntaxError
        counts = [count for count in sorted({least, least + 1, least + 2, last}) if count <= last]
        found = [text * count for count in counts for text in one]
        rolling = ["".join(islice(_cycled(one, start), count)) for count in counts for start in range(min(len(one), 3))]
        return self._bounded([*dict.fromkeys([*found, *rolling])])

    def _bounded(self, found: _Variants) -> _Variants:
        if len(found) > MOST_TEXTS or any(len(text) > self._longest_characters for text in found):
            raise _UnknownSyntaxError
        return found


def _cycled(one: _Variants, start: int) -> Iterator[str]:
    while True:
        yield one[start % len(one)]
        start += 1


def _in_sequence(parts: Sequence[_Variants]) -> _Variants:
    """The parts one after another: all combinations where they are few, else every variant of every part once."""
    combinations = 1
    for part in parts:
        combinations *= len(part)
    if combinations <= _MOST_COMBINED:
        return ["".join(chosen) for chosen in product(*parts)]
    base = [part[0] for part in parts]
    single = ["".join([*base[:i], text, *base[i + 1 :]]) for i, part in enumerate(parts) for text in part]
    rows = zip_longest(*parts)
    together = ["".join(t if t is not None else base[i] for i, t in enumerate(row)) for row in rows]
    return [*dict.fromkeys([*single, *together])]


def _chosen(members: str) -> _Variants:
    """Some characters of a class: all of a small one, else its ends and some between, of every kind that it has."""
    distinct = "".join(dict.fromkeys(members))
    if len(distinct) <= _MOST_OF_A_CLASS:
        return list(distinct) or [""]
    kinds: Sequence[Callable[[str], bool]] = (str.islower, str.isupper, str.isdigit, str.isspace)
    of_kinds = [next(filter(kind, distinct), "") for kind in kinds] + [
        next((char for char in distinct if not char.isalnum() and not char.isspace()), "")
    ]
    step = len(distinct) // (_MOST_OF_A_CLASS // 2)
    return [*dict.fromkeys(filter(None, [distinct[0], distinct[-1], *of_kinds, *distinct[::step]]))]
