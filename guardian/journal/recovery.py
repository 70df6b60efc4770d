"""Recovery: the master key, sealed to a public key whose private half is 24 words on paper.

The words stand for 32 random bytes; from these come an ML-KEM-768 key and an X25519 key (`guardian.journal.hybrid`).
The journal's header keeps the public key, so that every new master key can be sealed to it without the words. A copy of
the journal that is stolen today stays closed to a quantum computer later, as the hybrid does.

Invariants: the words alone open it; what is sealed is bound to its purpose and to the journal; a wrong word is told by
its place, and the right one never.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final

from guardian.errors import JournalError
from guardian.journal.hybrid import X25519_PUBLIC_BYTES, HybridError, HybridPrivate, open_sealed, seal_to
from guardian.journal.phrase import WORDS, PhraseError, entropy_of, word_list, word_numbers
from guardian.journal.secret import KEY_BYTES, Secret

_PURPOSE: Final = "recovery"
_INFO: Final = b"guardian/recovery/v1\0"
_BITS: Final = 11


class RecoveryError(JournalError):
    """The phrase does not open what is kept for it."""


def recovery_key(entropy: Secret) -> HybridPrivate:
    """The private key that a phrase stands for."""
    return HybridPrivate.from_seed(entropy, _PURPOSE)


def public_key(entropy: Secret) -> bytes:
    """(1216,): the public key to keep beside the journal."""
    return recovery_key(entropy).public_bytes()


def wrap(master: Secret, public: bytes, journal_id: bytes) -> bytes:
    """The master key (32 bytes) sealed to a phrase's public key: 1,168 bytes. Raises RecoveryError."""
    try:
        return seal_to(public, master.reveal(), _INFO + journal_id)
    except HybridError:
        pass
    raise RecoveryError("the journal's recovery key is damaged", hint="make a new phrase: guardian key phrase")


def unwrap(wrapped: bytes, entropy: Secret, journal_id: bytes) -> Secret:
    """The master key that `wrap` sealed. Raises RecoveryError."""
    try:
        master = open_sealed(recovery_key(entropy), wrapped, _INFO + journal_id)
        if len(master) == KEY_BYTES:
            return Secret(master)
    except HybridError:
        pass
    raise RecoveryError("the phrase does not open this journal's key: it is damaged, or belongs to another journal")


def entropy_for(text: str, public: bytes) -> Secret:
    """What the words in `text` stand for, if they are the phrase of `public`.

    Raises PhraseError, which names the place of a word that is not in the list, of one wrong word, or of two swapped.
    """
    numbers = word_numbers(text)
    entropy = entropy_of(numbers)
    if entropy is not None and _is_key_of(entropy, public):
        return entropy
    raise _explained(_wrong_places(numbers, public))


def locate_wrong_word(words: Sequence[str], public: bytes) -> tuple[int, ...]:
    """The places (from 1) at which 24 listed words differ from the phrase of `public`.

    One place: that word is wrong. Two: they are swapped. None: more is wrong, or it is another phrase. Found by trying:
    24 x 2,047 single words and 276 swaps, of which one in 256 passes the checksum, about 190, each held against the
    public key. Raises PhraseError where a word is not in the list, or the words are not 24.
    """
    return _wrong_places(word_numbers(" ".join(words)), public)


def _explained(places: tuple[int, ...]) -> PhraseError:
    match places:
        case (place,):
            return PhraseError(f"word {place} is not the one you wrote down", places=places)
        case (first, second):
            return PhraseError(f"words {first} and {second} are swapped", places=places)
        case _:
            return PhraseError(
                "the words are all in the list, but more than one of them is wrong, or this is another journal's phrase"
            )


def _wrong_places(numbers: Sequence[int], public: bytes) -> tuple[int, ...]:
    for places, entropy in _near(numbers):
        if _is_key_of(entropy, public):
            return places
    return ()


def _near(numbers: Sequence[int]) -> Iterator[tuple[tuple[int, ...], Secret]]:
    """Every phrase that passes the checksum and is one word, or one swap, away from `numbers`."""
    total = sum(number << _BITS * (WORDS - 1 - place) for place, number in enumerate(numbers))
    for place, number in enumerate(numbers):
        shift = _BITS * (WORDS - 1 - place)
        base = total - (number << shift)
        for other in range(len(word_list())):
            candidate = base + (other << shift)
            entropy = (candidate >> 8).to_bytes(KEY_BYTES)
            if hashlib.sha256(entropy).digest()[0] == candidate & 0xFF and other != number:
                yield (place + 1,), Secret(entropy)
    for first, second in combinations(range(WORDS), 2):
        swapped = list(numbers)
        swapped[first], swapped[second] = numbers[second], numbers[first]
        found = entropy_of(swapped)
        if found is not None and numbers[first] != numbers[second]:
            yield (first + 1, second + 1), found


def _is_key_of(entropy: Secret, public: bytes) -> bool:
    private = recovery_key(entropy)
    if private.x25519_public_bytes() != public[-X25519_PUBLIC_BYTES:]:
        return False
    return private.public_bytes() == public
