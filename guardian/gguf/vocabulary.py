"""The vocabulary of a GGUF file: as many kinds and scores as tokens, no token twice, special tokens that exist.

Invariants: behind the check, no id in the file points outside the vocabulary where llama.cpp would use it, and no two
tokens are spelled alike, at which llama.cpp would end its process. What is kept are the special tokens alone.

Source: llama.cpp `src/llama-vocab.cpp`, `llama_vocab::impl::load`; the kinds of token are `llama_token_type` in
`include/llama.h`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from guardian.gguf.cursor import Cursor
from guardian.gguf.errors import BrokenGgufError, UnfitGgufError
from guardian.gguf.metadata import LONGEST_TOKEN_BYTES, Array, Metadata
from guardian.gguf.value_types import ValueType

MOST_TOKENS: Final = 1 << 20
"""Four times the largest vocabulary of today."""
MOST_SPECIAL: Final = 1 << 15
MOST_SPECIAL_BYTES: Final = 1 << 20
"""Of all special tokens together."""

_TOKENS: Final = "tokenizer.ggml.tokens"
_KINDS: Final = "tokenizer.ggml.token_type"
_SCORES: Final = "tokenizer.ggml.scores"
_MERGES: Final = "tokenizer.ggml.merges"
_IDS: Final = ("bos", "eos", "eot", "eom", "unknown")
"""Special tokens that texts are built and ended with. Of the others (padding, filling in the middle) llama.cpp leaves
out what is out of range, and files that are in use have such."""
_CONTROL: Final = 3
_OF_ITS_OWN: Final = 4
"""`LLAMA_TOKEN_TYPE_USER_DEFINED`."""
_LAST_KIND: Final = 6
_WITH_MERGES: Final = frozenset({"gpt2", "gemma4"})
_WITHOUT_MERGES: Final = frozenset({"kimi-k2"})
"""Ways of cutting a text whose vocabulary is of the kind `gpt2` and has no merges."""


@dataclass(frozen=True, slots=True, repr=False)
class Vocabulary:
    """What is kept of it."""

    count: int
    tokenizer: str
    pre_tokenizer: str
    special: tuple[str, ...]
    """As they are spelled, in order."""


def read_vocabulary(descriptor: int, size_bytes: int, metadata: Metadata) -> Vocabulary:
    """The vocabulary that the keys describe. Raises BrokenGgufError."""
    tokenizer = metadata.text("tokenizer.ggml.model")
    pre_tokenizer = metadata.text("tokenizer.ggml.pre")
    tokens = metadata.arrays.get(_TOKENS)
    if not tokenizer or tokens is None:
        raise UnfitGgufError("it has no vocabulary, so no text could be given to it")
    if tokens.kind is not ValueType.STRING or not 0 < tokens.count <= MOST_TOKENS:
        raise BrokenGgufError(f"its {_TOKENS} must be 1 to {MOST_TOKENS:,} texts")
    for end in _IDS:
        if metadata.has(f"tokenizer.ggml.{end}_token_id"):
            metadata.number(f"tokenizer.ggml.{end}_token_id", 0, tokens.count - 1)
    _check_merges(metadata, tokenizer, pre_tokenizer)
    file = _File(descriptor, size_bytes)
    if (scores := metadata.arrays.get(_SCORES)) is not None:
        _check_scores(file, scores, tokens.count)
    kinds = metadata.arrays.get(_KINDS)
    special = _special_ids(file, kinds, tokens.count) if kinds is not None else []
    return Vocabulary(tokens.count, tokenizer, pre_tokenizer, _special(file, tokens, special))


@dataclass(frozen=True, slots=True)
class _File:
    descriptor: int
    size_bytes: int

    def cursor(self, array: Array) -> Cursor:
        return Cursor(self.descriptor, self.size_bytes, array.at)

    def numbers(self, array: Array, letter: str, what: str) -> Iterator[tuple[int | float, ...]]:
        """An array of four-byte numbers, a chunk at a time."""
        for piece in self.cursor(array).pieces(4 * array.count, f"its {what}"):
            yield struct.unpack(f"<{len(piece) // 4}{letter}", piece)


def _check_merges(metadata: Metadata, tokenizer: str, pre_tokenizer: str) -> None:
    merges = metadata.arrays.get(_MERGES)
    if merges is not None and merges.kind is not ValueType.STRING:
        raise BrokenGgufError(f"its {_MERGES} are no texts")
    if merges is None and tokenizer in _WITH_MERGES and pre_tokenizer not in _WITHOUT_MERGES:
        raise BrokenGgufError(f"it has no {_MERGES}, so no text could be given to it")


def _check_scores(file: _File, scores: Array, count: int) -> None:
    if scores.kind not in (ValueType.FLOAT32, ValueType.INT32) or scores.count != count:
        raise BrokenGgufError(f"its {_SCORES} are not one number for each of its {count:,} tokens")
    if scores.kind is ValueType.FLOAT32:
        for numbers in file.numbers(scores, "f", _SCORES):
            if any(number != number for number in numbers):
                raise BrokenGgufError(f"its {_SCORES} hold something that is no number")


def _special_ids(file: _File, kinds: Array, count: int) -> list[int]:
    if kinds.kind is not ValueType.INT32 or kinds.count != count:
        raise BrokenGgufError(f"its {_KINDS} is not one number for each of its {count:,} tokens")
    ids: list[int] = []
    before = 0
    for numbers in file.numbers(kinds, "i", _KINDS):
        if not 0 <= min(numbers) <= max(numbers) <= _LAST_KIND:
            raise BrokenGgufError(f"its {_KINDS} holds a kind of token that does not exist")
        ids += [before + at for at, kind in enumerate(numbers) if kind in (_CONTROL, _OF_ITS_OWN)]
        before += len(numbers)
    return ids


def _special(file: _File, tokens: Array, ids: list[int]) -> tuple[str, ...]:
    """The spelling of these tokens, once no token was found to be there twice."""
    wanted = set(ids[:MOST_SPECIAL])
    seen: set[int] = set()
    special: list[str] = []
    left_bytes = MOST_SPECIAL_BYTES
    for number, token in enumerate(file.cursor(tokens).texts(tokens.count, LONGEST_TOKEN_BYTES, f"its {_TOKENS}")):
        if token:  # llama.cpp gives each empty one a name of its own
            mark = hash(token)  # of 64 bits and keyed anew in each run: no file can aim at a collision
            if mark in seen:
                raise BrokenGgufError(f"token {number:,} of its vocabulary is there twice")
            seen.add(mark)
        if number in wanted and len(token) <= left_bytes:
            left_bytes -= len(token)
            special.append(token.decode("utf-8", "replace"))
    return tuple(special)
