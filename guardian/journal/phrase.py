"""The recovery phrase: 24 words that stand for 32 random bytes, to be written on paper.

Word list and checksum are BIP-39's (https://github.com/bitcoin/bips/blob/master/bip-0039.mediawiki, the English list),
through the package `mnemonic`; what is made of the 32 bytes is this project's own (`guardian.journal.recovery`), not
BIP-39's seed. Each word carries 11 bits: 256 of the key, 8 of the checksum.

Invariants: no `repr` and no error shows a word that was typed or that is right. The one help, the words of the
list nearest to one that is not in it, is given for the first such word only.
"""

from __future__ import annotations

import functools
import hashlib
import re
import unicodedata
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Final, NoReturn, final

from guardian.errors import JournalError
from guardian.journal.secret import KEY_BYTES, Secret

WORDS: Final = 24

_BITS: Final = 11
_CHECKSUM_BITS: Final = 8
_LONGEST_CHARACTERS: Final = 10_000
_NUMBERING: Final = re.compile(r"\d{1,2}[.):]?")


class PhraseError(JournalError):
    """The words are not the phrase. `places` (from 1) are those at fault, where that is known."""

    def __init__(self, what: str, *, hint: str = "", places: Sequence[int] = ()) -> None:
        super().__init__(what, hint=hint)
        self.places = tuple(places)


@final
class Phrase:
    """A recovery phrase in memory. `words` is the only way to the words."""

    __slots__ = ("entropy",)

    def __init__(self, entropy: Secret) -> None:
        if len(entropy.reveal()) != KEY_BYTES:
            raise ValueError(f"a phrase stands for {KEY_BYTES} bytes")
        self.entropy = entropy
        """The 32 bytes that the words stand for."""

    def words(self) -> tuple[str, ...]:
        """The 24 words: for the owner's screen, and for nothing else."""
        number = int.from_bytes(self.entropy.reveal()) << _CHECKSUM_BITS | checksum(self.entropy.reveal())
        listed = word_list()
        mask = (1 << _BITS) - 1
        return tuple(listed[number >> _BITS * place & mask] for place in reversed(range(WORDS)))

    def __repr__(self) -> str:
        return "Phrase(...)"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a phrase is not copied or pickled")


def new_phrase() -> Phrase:
    """A phrase from the kernel's generator."""
    return Phrase(Secret.fresh())


def parse_phrase(text: str) -> Secret:
    """The 32 bytes that 24 words stand for.

    Case, white space and numbering do not matter. Raises PhraseError, which says how many words there are, which is not
    in the list (with the nearest ones), or that the checksum finds one wrong.
    """
    entropy = entropy_of(word_numbers(text))
    if entropy is None:
        raise PhraseError("the words are all in the list, but one of them is wrong, or two are swapped")
    return entropy


def word_numbers(text: str) -> list[int]:
    """The place of each of 24 words in the list, from 0. Raises PhraseError as `parse_phrase` does; no checksum yet."""
    given = split_words(text)
    if len(given) != WORDS:
        raise PhraseError(f"{len(given)} {'word' if len(given) == 1 else 'words'} instead of {WORDS}")
    numbers = _numbers()
    for place, word in enumerate(given, 1):
        if word not in numbers:
            nearest = ", ".join(get_close_matches(word[:20], word_list(), n=3, cutoff=0.0))
            raise PhraseError(f"word {place} is not in the list", hint=f"nearest: {nearest}", places=[place])
    return [numbers[word] for word in given]


def split_words(text: str) -> list[str]:
    """What was typed, as words: lower case, without the numbers before them."""
    if len(text) > _LONGEST_CHARACTERS:
        raise PhraseError("that is far too long for a phrase")
    plain = unicodedata.normalize("NFKD", text).lower().split()
    return [word for word in plain if not _NUMBERING.fullmatch(word)]


def entropy_of(numbers: Sequence[int]) -> Secret | None:
    """The 32 bytes that 24 words stand for; None where their checksum is wrong."""
    total = 0
    for number in numbers:
        total = total << _BITS | number
    entropy = (total >> _CHECKSUM_BITS).to_bytes(KEY_BYTES)
    return Secret(entropy) if total & 0xFF == checksum(entropy) else None


def checksum(entropy: bytes) -> int:
    """BIP-39's checksum of 32 bytes: the first 8 bits of their SHA-256."""
    return hashlib.sha256(entropy).digest()[0]


@functools.cache
def word_list() -> tuple[str, ...]:
    """The 2,048 words of the English list."""
    from mnemonic import Mnemonic  # here, since it is needed once in a journal's life

    return tuple(Mnemonic("english").wordlist)


@functools.cache
def _numbers() -> dict[str, int]:
    return {word: number for number, word in enumerate(word_list())}
