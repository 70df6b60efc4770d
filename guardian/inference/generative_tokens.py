"""Texts become tokens, and a token a text: where a stranger's words are kept from becoming part of the model's frame.

A vocabulary has tokens that mean something to the frame of a conversation: who speaks, where a turn ends. llama.cpp
leaves control tokens alone when it tokenises with `parse_special=False`, but not those that the file calls
"user-defined", among which some models have theirs (`<tool_call>`, `<think>`, `<|user|>`). So a text of somebody
else's is cut inside of each such string before it is tokenised, and what came out is counted once more.

Invariants: no token of a data segment is a control token, the end of an answer, or a user-defined word; otherwise
`StructuralTokenError`, and nothing is evaluated. No text longer than `_PART_BYTES` goes to the tokenizer at once (some
of its patterns recurse by the length of the text). Runs in the cell.

Source: llama.cpp `src/llama-vocab.cpp`, `tokenizer_st_partition` and `token_get_attr`.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from guardian.errors import CellError
from guardian.inference.generative_frames import PIECE_LIMIT_BYTES, VOCABULARY_LIMIT, Piece

_CONTROL, _USER_DEFINED = 1 << 3, 1 << 4
"""`enum llama_token_attr`."""
_NO_VOCABULARY: Final = 0
_PART_BYTES: Final = 4096


class StructuralTokenError(CellError):
    """A text of somebody else's would have become part of the model's own frame."""


class Tokens:
    """The vocabulary of a loaded model. `calls` is the low-level module. Raises CellError where it has none that can be
    used."""

    def __init__(self, calls: Any, model: Any) -> None:
        self._calls = calls
        self._vocabulary = calls.llama_model_get_vocab(model)
        self.count: int = calls.llama_vocab_n_tokens(self._vocabulary)
        if calls.llama_vocab_type(self._vocabulary) == _NO_VOCABULARY or not 0 < self.count <= VOCABULARY_LIMIT:
            raise CellError("the model has no vocabulary that text can be written in")
        first = calls.llama_vocab_bos(self._vocabulary)
        self.first: int | None = first if calls.llama_vocab_get_add_bos(self._vocabulary) and first >= 0 else None
        """What every text of this model begins with, if anything."""
        self._room = ctypes.create_string_buffer(PIECE_LIMIT_BYTES)
        attributes = [calls.llama_vocab_get_attr(self._vocabulary, token) for token in range(self.count)]
        self.endings = bytes(self._is_ending(token, attributes[token]) for token in range(self.count))
        """1 for each token that ends an answer: those that say so, and every control token, as none is ever text."""
        words = {token: text for token in range(self.count) if (text := self._marker(token, attributes[token]))}
        self._structural = frozenset(token for token, ends in enumerate(self.endings) if ends) | words.keys()
        self._markers = _pattern(words.values())

    def of_segments(self, segments: Iterable[Piece]) -> list[int]:
        """Tokens of the segments of a prompt, one after the other. Raises StructuralTokenError."""
        tokens: list[int] = []
        for text, is_control in segments:
            tokens += self._tokenise(text, True) if is_control else self.of_data(text)
        return tokens

    def of_data(self, text: bytes) -> list[int]:
        """Tokens of a text of somebody else's. Raises StructuralTokenError."""
        tokens = self.of_data_unchecked(text)
        if self.structural(tokens):
            raise StructuralTokenError("a text would have become part of the model's own frame")
        return tokens

    def of_data_unchecked(self, text: bytes) -> list[int]:
        """The same, for whoever counts the structural ones."""
        return [token for part in self._parts(text) for token in self._tokenise(part, False)]

    def of_label(self, text: bytes) -> int | None:
        """The one token of a label, or None where it is not one."""
        tokens = self._tokenise(text, False)
        return tokens[0] if len(tokens) == 1 and not self.structural(tokens) else None

    def structural(self, tokens: Iterable[int]) -> int:
        """How many of these mean something to the frame of a conversation."""
        return sum(token in self._structural for token in tokens)

    def text(self, token: int) -> bytes:
        """What a token stands for; empty for one that is no text. May be part of a character."""
        size = self._calls.llama_token_to_piece(self._vocabulary, token, self._room, len(self._room), 0, False)
        return self._room.raw[: max(size, 0)]

    def _tokenise(self, text: bytes, parse_special: bool) -> list[int]:
        room = (self._calls.llama_token * (len(text) + 2))()  # a space may come before it; more than its bytes never
        count = self._calls.llama_tokenize(self._vocabulary, text, len(text), room, len(room), False, parse_special)
        if count < 0:
            raise CellError("llama.cpp cannot tokenise the text")
        tokens: list[int] = room[:count]
        return tokens

    def _parts(self, text: bytes) -> Iterator[bytes]:
        """The text, cut inside of every marker and wherever a part would be too long."""
        start = 0
        for end in (*self._cuts(text), len(text)):
            while start < end:
                stop = _cut_before(text, start, end)
                yield text[start:stop]
                start = stop

    def _cuts(self, text: bytes) -> list[int]:
        """Behind the first character of every marker."""
        starts = [found.start() for found in self._markers.finditer(text)] if self._markers else []
        return [start + _character_bytes(text[start]) for start in starts]

    def _is_ending(self, token: int, attribute: int) -> bool:
        return bool(attribute & _CONTROL) or self._calls.llama_vocab_is_eog(self._vocabulary, token)

    def _marker(self, token: int, attribute: int) -> bytes:
        """The spelling of a token that llama.cpp finds in a text as it stands there. One character can't be cut in two,
        and blanks mean nothing to a frame: such are ordinary."""
        if not attribute & _USER_DEFINED:
            return b""
        spelling: bytes = self._calls.llama_vocab_get_text(self._vocabulary, token) or b""
        return spelling if len(spelling.decode("utf-8", "replace")) > 1 and spelling.strip() else b""


def _pattern(markers: Iterable[bytes]) -> re.Pattern[bytes] | None:
    """Finds every place where a marker begins, overlapping ones too."""
    escaped = [re.escape(marker) for marker in sorted(set(markers), key=lambda marker: (-len(marker), marker))]
    return re.compile(b"(?=" + b"|".join(escaped) + b")") if escaped else None


def _cut_before(text: bytes, start: int, end: int) -> int:
    """Where a part that begins at `start` ends: at `end`, or before the last blank of what a part may have, or at least
    between two characters."""
    if end - start <= _PART_BYTES:
        return end
    stop = start + _PART_BYTES
    blank = max(text.rfind(b" ", start + 1, stop), text.rfind(b"\n", start + 1, stop))
    if blank > start:
        return blank
    while stop > start + 1 and text[stop] & 0xC0 == 0x80:
        stop -= 1
    return stop


def _character_bytes(lead: int) -> int:
    """Length of the UTF-8 character that begins with this byte."""
    return 1 if lead < 0xC0 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
