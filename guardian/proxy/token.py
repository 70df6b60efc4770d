"""The token that a client of the proxy shows, as its API key.

Invariants: 256 bits from the operating system; it is in a file that its owner alone can read, and in no log, error or
argument list; a guess is compared in a time that does not depend on how much of it is right.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from pathlib import Path
from typing import Final, NoReturn

from guardian.errors import SettingsError
from guardian.journal.places.private_file import read_private, write_private

TOKEN_BYTES: Final = 32
_PREFIX: Final = "guardian-"
"""So that a token that strays is known for what it is."""
_TOKEN: Final = re.compile(rf"{_PREFIX}[A-Za-z0-9_-]{{43}}")
_MOST_FILE_BYTES: Final = 256


class Token:
    """The token in memory; shows itself to nobody by accident."""

    __slots__ = ("_digest", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._digest = hashlib.sha256(text.encode()).digest()

    def __repr__(self) -> str:
        return "Token(...)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a token is not pickled")

    def reveal(self) -> str:
        """The token itself, for the owner to give to a client."""
        return self._text

    def is_shown_by(self, authorization: bytes) -> bool:
        """Whether the value of an Authorization header carries this token (RFC 6750: the scheme's case is free)."""
        scheme, _, credentials = authorization.partition(b" ")
        digest = hashlib.sha256(credentials.strip(b" ")).digest()
        return hmac.compare_digest(digest, self._digest) & (scheme.lower() == b"bearer")

    def key_for(self, purpose: str) -> bytes:
        """32 bytes for `purpose`, of which nobody learns the token."""
        return hmac.digest(self._text.encode(), f"guardian/proxy/{purpose}".encode(), "sha256")


def load_or_make_token(path: Path) -> Token:
    """The token in the file at `path`, made on the first call.

    Raises SettingsError where the file holds no token, KeyPlaceError where others may read it.
    """
    text = read_private(path, _MOST_FILE_BYTES)
    if text is None:
        token = _PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
        write_private(path, token + "\n")
        return Token(token)
    if not _TOKEN.fullmatch(text.strip()):
        raise SettingsError(f"{path} holds no token", hint="delete it: the next start makes a new one")
    return Token(text.strip())
