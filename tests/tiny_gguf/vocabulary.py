"""A byte-level BPE vocabulary of about two thousand tokens, and an encoder of our own for it.

How it works: the 256 bytes in GPT-2's printable alphabet come first, so that every text can be written. Each wanted
word then gets the merges that it still lacks, from its front. A later merge ranks behind all those of an earlier
word, so it never takes letters from one. Special token strings are control tokens behind all that. The words of a
script (`pieces`) have no merges of their own: the model may say them, and where no other word is spelled so, no text
becomes them.

Source of the alphabet and of the way a text is cut: GPT-2's encoder.py (`bytes_to_unicode`, the pattern).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Final

from tiny_gguf.words import COMMON

CHATML: Final = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
LABEL_WORDS: Final = ("yes", "no", "unsure", "unclear", "maybe", "safe", "unsafe", "controversial", "A", "B", "C", "D")
NORMAL, CONTROL = 1, 3
"""Token types, as GGUF has them."""

_CUT: Final = re.compile(r"'(?:s|t|re|ve|m|ll|d)| ?[^\W\d_]+| ?\d+| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+")


@cache
def byte_alphabet() -> tuple[str, ...]:
    """The printable character that stands for each byte."""
    shown = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = iter(range(0x100, 0x200))
    return tuple(chr(byte if byte in shown else next(others)) for byte in range(256))


def spelled(text: str | bytes) -> str:
    """A text in that alphabet."""
    alphabet = byte_alphabet()
    return "".join(alphabet[byte] for byte in (text.encode() if isinstance(text, str) else text))


def forms(word: str) -> tuple[str, ...]:
    """A word as it may stand in a text: with a space before it, with a capital, in capitals."""
    shapes = dict.fromkeys((word, word[:1].upper() + word[1:], word.upper()))
    return tuple(space + shape for shape in shapes for space in ("", " "))


@dataclass(slots=True)
class Vocabulary:
    """Tokens by number, as they stand in a GGUF."""

    tokens: list[str]
    types: list[int]
    merges: list[str]
    numbers: dict[str, int] = field(default_factory=dict)
    """By spelling; of the ordinary ones and the special ones."""
    ranks: dict[tuple[str, str], int] = field(default_factory=dict)
    pieces: list[int] = field(default_factory=list)
    """Tokens of the script, in its order."""

    def number(self, word: str) -> int:
        """The token of a word; KeyError where it is not one token."""
        return self.numbers[word] if word in self.numbers else self.numbers[spelled(word)]

    def encode(self, text: str) -> list[int]:
        """Tokens of a text without specials."""
        return [self.numbers[part] for word in _CUT.findall(text) for part in self.merged(spelled(word))]

    def merged(self, word: str) -> list[str]:
        """The tokens of one word in the printable alphabet."""
        parts = list(word)
        while len(parts) > 1:
            pairs = list(pairwise(parts))
            best = min(pairs, key=lambda pair: self.ranks.get(pair, len(self.ranks)))
            if best not in self.ranks:
                break
            at = pairs.index(best)
            parts[at : at + 2] = ["".join(best)]
        return parts


def make_vocabulary(
    wanted: Sequence[str] = (), *, specials: Sequence[str] = CHATML, pieces: Iterable[bytes] = ()
) -> Vocabulary:
    """A vocabulary in which every form of a label word and of each of `wanted` is one token.

    Raises ValueError where a piece is there twice: llama.cpp ends its process where two tokens have one spelling.
    """
    made = Vocabulary(list(byte_alphabet()), [NORMAL] * 256, [])
    made.numbers = {token: number for number, token in enumerate(made.tokens)}
    must = [form for word in (*LABEL_WORDS, *wanted) for form in forms(word)]
    for text in (*must, *COMMON, *(" " + word for word in COMMON)):
        _add_word(made, spelled(text))
    for special in specials:
        made.numbers[special] = len(made.tokens)
        made.tokens.append(special)
        made.types.append(CONTROL)
    made.pieces = [_add_token(made, spelled(piece)) for piece in pieces]
    if len(set(made.pieces)) < len(made.pieces):
        raise ValueError("a piece of the script is there twice")
    return made


def _add_word(made: Vocabulary, word: str) -> None:
    while len(parts := made.merged(word)) > 1:
        left, right = parts[:2]
        made.ranks[left, right] = len(made.ranks)
        made.merges.append(f"{left} {right}")
        _add_token(made, left + right)


def _add_token(made: Vocabulary, spelling: str) -> int:
    if spelling not in made.numbers:
        made.numbers[spelling] = len(made.tokens)
        made.tokens.append(spelling)
        made.types.append(NORMAL)
    return made.numbers[spelling]
