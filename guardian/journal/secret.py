"""Secrets in memory: bytes that no log, traceback or pickle shows.

What this cannot do: Python copies bytes freely, so a secret can't be wiped from memory when it is no longer needed.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Final, NoReturn, final

KEY_BYTES: Final = 32


@final
class Secret:
    """Secret bytes. `reveal` is the only way to them."""

    __slots__ = ("_data",)

    def __init__(self, data: bytes) -> None:
        self._data = bytes(data)

    @classmethod
    def fresh(cls) -> Secret:
        """A new key of 32 bytes from the kernel's generator."""
        return cls(secrets.token_bytes(KEY_BYTES))

    def reveal(self) -> bytes:
        """The bytes themselves: hand them to a cipher, never to a string."""
        return self._data

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._data, other._data)

    __hash__ = None  # type: ignore[assignment]  # no set or dictionary need hold a secret

    def __repr__(self) -> str:
        return "Secret(...)"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a secret is not copied or pickled")
