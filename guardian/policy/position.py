"""Where things stand in a TOML file: the place of any key, value or syntax error.

`tomllib` gives values without places, so this module walks the source a second time. It reads tokens, not
grammar: it trusts the order of things because `tomllib` has accepted (or is about to judge) the same text.

Invariants: linear in the length of the text; `check_shape` stops at the first token that TOML does not have, as
`tomllib` does, so nothing nested or dotted too deep for `tomllib` reaches it unseen. Lines and columns count
characters from 1. The text has its line ends as "\\n" only.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

DEEPEST = 16
"""Levels of brackets, or parts of a dotted key. A policy needs three; `tomllib` recurses on the one and is quadratic
in the other."""

LONGEST_WORD_CHARACTERS = 1_000
"""Of a bare key or a number; Python refuses to convert numbers of more than 4,300 digits."""

Path = tuple[str | int, ...]
"""Keys and list indexes from the top of the file."""

_TOKEN = re.compile(
    r'''
      (?P<comment>\#[^\n]*+)
    | (?P<string>
          """(?:[^"\\]++|\\.|"(?!""))*+"{3,5}
        | \'\'\'(?:[^']++|'(?!''))*+'{3,5}
        | "(?:[^"\\\n]++|\\[^\n])++" | ""(?!")
        | '[^'\n]++' | ''(?!')
      )
    | (?P<newline>\n)
    | (?P<space>[ \t]++)
    | (?P<punctuation>[\[\]{}=.,])
    | (?P<bare>[^\s\[\]{}=.,\#"']++)
    | (?P<foreign>.)
    ''',
    re.VERBOSE | re.DOTALL,
)
_AT = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a file."""

    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


class ShapeError(ValueError):
    """Something is nested deeper, or longer, than any policy needs and than `tomllib` can take."""

    def __init__(self, message: str, place: Place) -> None:
        super().__init__(message)
        self.place = place


class Lines:
    """Turns an offset into a text to line and column."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(m.end() for m in re.finditer("\n", text))]
        self._length = len(text)

    def place(self, offset: int) -> Place:
        """The place of the character at `offset`; the end of the text for any offset past it."""
        offset = min(max(offset, 0), self._length)
        line = bisect_right(self._starts, offset)
        return Place(line, offset - self._starts[line - 1] + 1)


def check_shape(text: str) -> None:
    """Raise ShapeError for brackets or dotted keys deeper than `DEEPEST`, and for endless words. Any text will do."""
    depth = dots = 0
    for token in _tokens(text):
        if token.kind == "foreign":
            return
        if token.text in ("[", "{"):
            depth += 1
        elif token.text in ("]", "}"):
            depth = max(depth - 1, 0)
        elif token.kind == "newline" or token.text in ("=", ","):
            dots = 0
        dots += token.text == "."
        if depth > DEEPEST or dots >= DEEPEST:
            raise ShapeError(f"nested deeper than {DEEPEST} levels", Lines(text).place(token.at))
        if token.kind == "bare" and len(token.text) > LONGEST_WORD_CHARACTERS:
            message = f"number or key of more than {LONGEST_WORD_CHARACTERS:,} characters"
            raise ShapeError(message, Lines(text).place(token.at))


def syntax_error_place(error: ValueError, text: str) -> tuple[str, Place]:
    """What `tomllib` says of a broken text, without its place, and the place."""
    words = str(error)
    found = _AT.search(words)
    if found is None:
        return words, Place()
    if found["line"] is None:
        return words[: found.start()], Lines(text).place(_unclosed(text))
    return words[: found.start()], Place(int(found["line"]), int(found["column"]))


def _unclosed(text: str) -> int:
    """Offset of the quote or bracket that a text leaves open, else its end."""
    open_brackets: list[int] = []
    for token in _tokens(text):
        if token.kind == "foreign":
            return token.at
        if token.text in ("[", "{"):
            open_brackets.append(token.at)
        elif token.text in ("]", "}") and open_brackets:
            open_brackets.pop()
    return open_brackets[-1] if open_brackets else len(text)


class Positions:
    """The place of every key and value of one text that `tomllib` has accepted."""

    def __init__(self, text: str) -> None:
        self._lines = Lines(text)
        self._text = text
        walk = _Walk(text)
        self._keys, self._values = walk.keys, walk.values

    def key(self, path: Sequence[str | int]) -> Place:
        """Where the key at `path` stands, or the nearest table round it; 1:1 for the file itself."""
        return self._nearest(tuple(path), self._keys)

    def value(self, path: Sequence[str | int]) -> Place:
        """Where the value at `path` begins, or the nearest table round it."""
        exact = self._values.get(tuple(path))
        return self._lines.place(exact) if exact is not None else self.key(path)

    def inside_string(self, path: Sequence[str | int], index: int) -> Place:
        """Where character `index` (from 0) of the string at `path` stands; its beginning where escapes hide that."""
        at = self._values.get(tuple(path))
        if at is None:
            return self.key(path)
        token = _TOKEN.match(self._text, at)
        literal = token.group() if token is not None else ""
        is_verbatim = literal[:1] == "'" or (literal[:1] == '"' and "\\" not in literal)
        is_plain = is_verbatim and literal[:3] not in ("'''", '"""')
        return self._lines.place(at + 1 + index if is_plain else at)

    def _nearest(self, path: Path, places: dict[Path, int]) -> Place:
        while path:
            offset = places.get(path, self._values.get(path))
            if offset is not None:
                return self._lines.place(offset)
            path = path[:-1]
        return Place()


def _tokens(text: str) -> Iterator[_Token]:
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or "foreign"
        if kind not in ("space", "comment"):
            yield _Token(kind, found.group(), found.start())


class _Walk:
    """One pass over the tokens, collecting offsets of keys and values by path."""

    def __init__(self, text: str) -> None:
        self.keys: dict[Path, int] = {}
        self.values: dict[Path, int] = {}
        self._last_index: dict[Path, int] = {}
        self._table: Path = ()
        self._tokens = list(_tokens(text))
        self._at = 0
        while self._at < len(self._tokens):
            self._statement()

    def _peek(self, ahead: int = 0) -> _Token:
        index = self._at + ahead
        return self._tokens[index] if index < len(self._tokens) else _Token("end", "", -1)

    def _statement(self) -> None:
        token = self._peek()
        if token.kind in ("newline", "foreign"):
            self._at += 1
        elif token.text == "[":
            self._header()
        else:
            self._pair(self._table)

    def _header(self) -> None:
        first = self._peek()
        following = self._peek(1)
        is_list = following.text == "[" and following.at == first.at + 1
        self._at += 2 if is_list else 1
        parts = self._key_parts()
        path: Path = ()
        for number, (name, _) in enumerate(parts):
            path += (name,)
            self.keys.setdefault(path, first.at)
            if is_list and number == len(parts) - 1:
                self._last_index[path] = self._last_index.get(path, -1) + 1
            if path in self._last_index:
                path += (self._last_index[path],)
                self.keys.setdefault(path, first.at)
        self._table = path
        self._at += 2 if is_list else 1

    def _key_parts(self) -> list[tuple[str, int]]:
        parts = []
        while self._peek().kind in ("bare", "string"):
            token = self._peek()
            parts.append((_unquoted(token.text), token.at))
            self._at += 1
            if self._peek().text != ".":
                break
            self._at += 1
        return parts

    def _pair(self, table: Path) -> None:
        path = table
        for name, at in self._key_parts():
            path += (name,)
            self.keys.setdefault(path, at)
        self._at += 1  # the equals sign; also steps over what this walk does not know
        self._value(path)

    def _value(self, path: Path) -> None:
        token = self._peek()
        self.values.setdefault(path, token.at)
        if token.text == "[":
            self._list(path)
        elif token.text == "{":
            self._inline_table(path)
        else:
            while self._peek().kind in ("bare", "string") or self._peek().text == ".":
                self._at += 1

    def _list(self, path: Path) -> None:
        self._at += 1
        index = 0
        while self._peek().kind != "end" and self._peek().text != "]":
            if self._peek().kind in ("newline", "foreign") or self._peek().text in (",", "=", "}"):
                self._at += 1
                continue
            self._value((*path, index))
            index += 1
        self._at += 1

    def _inline_table(self, path: Path) -> None:
        self._at += 1
        while self._peek().kind != "end" and self._peek().text != "}":
            if self._peek().kind in ("bare", "string"):
                self._pair(path)
            else:
                self._at += 1
        self._at += 1


def _unquoted(key: str) -> str:
    """A key as `tomllib` reads it: bare, or quoted with escapes."""
    if key[:1] not in ("'", '"'):
        return key
    return next(iter(tomllib.loads(f"{key} = 0")), key)
