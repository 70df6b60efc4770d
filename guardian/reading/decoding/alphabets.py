"""Alphabets that carry bytes: base64, hexadecimal, base32, base58, base85 and their relatives, to bytes.

Invariants: never raises; None where the characters are not of the alphabet; linear, but for base58, of which a caller
bounds the length. Formats: RFC 4648; Adobe's and Git's base85 and ZeroMQ's Z85; base58 as Bitcoin has it.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

_URL_SAFE: Final = str.maketrans("-_", "+/")
_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE58_VALUES: Final = {letter: value for value, letter in enumerate(_BASE58)}
_BASE58_STEP: Final = 10
"""Characters that are added up before they go into the large number."""
_GIT85: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
_ZERO_MQ85: Final = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
_TO_GIT85: Final = str.maketrans(_ZERO_MQ85, _GIT85)


def from_base64(run: str) -> bytes | None:
    """Either alphabet, with or without padding; a last character that carries no whole byte is dropped."""
    bare = run.rstrip("=").translate(_URL_SAFE)
    bare = bare[:-1] if len(bare) % 4 == 1 else bare
    try:
        return binascii.a2b_base64(bare + "=" * (-len(bare) % 4))
    except (binascii.Error, ValueError):
        return None


def from_hex(run: str) -> bytes | None:
    """Pairs of hexadecimal digits, with white space allowed between them."""
    try:
        return bytes.fromhex(run)
    except ValueError:
        return None


def from_base32(run: str) -> bytes | None:
    """Upper or lower case, with or without padding."""
    bare = run.rstrip("=").upper()
    bare = bare[: len(bare) - {1: 1, 3: 1, 6: 1}.get(len(bare) % 8, 0)]
    try:
        return base64.b32decode(bare + "=" * (-len(bare) % 8))
    except (binascii.Error, ValueError):
        return None


def from_base58(run: str) -> bytes | None:
    """One large number in base 58; quadratic in the length of the run."""
    number = 0
    try:
        for start in range(0, len(run), _BASE58_STEP):
            piece, value = run[start : start + _BASE58_STEP], 0
            for letter in piece:
                value = value * 58 + _BASE58_VALUES[letter]
            number = number * 58 ** len(piece) + value
    except KeyError:
        return None
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def from_ascii85(run: str) -> bytes | None:
    """Adobe's alphabet, which begins at `!`."""
    try:
        return base64.a85decode(run)
    except ValueError:
        return None


def from_git85(run: str) -> bytes | None:
    """The alphabet of Git and of Python's `b85encode`."""
    try:
        return base64.b85decode(run)
    except ValueError:
        return None


def from_zero_mq85(run: str) -> bytes | None:
    """Z85; characters that it does not have fall out of Git's alphabet too."""
    return from_git85(run.translate(_TO_GIT85)) if set(run) <= set(_ZERO_MQ85) else None
