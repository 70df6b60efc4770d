"""Keyring back-ends that must not get a key: real subclasses of keyring's own base, as strangers write them."""

from __future__ import annotations

import base64
import json
import os
import threading
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import PasswordSetError

Store = dict[tuple[str, str], str]


class _InMemory(KeyringBackend):
    priority = 9

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring is typed in part
        self.kept: Store = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self.kept.pop((service, username), None)


class PlaintextFile(KeyringBackend):
    """As keyrings.alt's PlaintextKeyring: base64 in a file."""

    priority = 0.5
    folder: Path

    def _read(self) -> dict[str, str]:
        file = self.folder / self.file_name
        found: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
        return found

    file_name = "keyring_pass.cfg"

    def get_password(self, service: str, username: str) -> str | None:
        found = self._read().get(f"{service}/{username}")
        return self.opened(base64.b64decode(found)).decode() if found is not None else None

    def set_password(self, service: str, username: str, password: str) -> None:
        entry = {f"{service}/{username}": base64.b64encode(self.closed(password.encode())).decode()}
        (self.folder / self.file_name).write_text(json.dumps(self._read() | entry))

    def delete_password(self, service: str, username: str) -> None:
        left = self._read()
        left.pop(f"{service}/{username}", None)
        (self.folder / self.file_name).write_text(json.dumps(left))

    def opened(self, data: bytes) -> bytes:
        return data

    def closed(self, data: bytes) -> bytes:
        return data


class EncryptedFile(PlaintextFile):
    """As keyrings.alt's EncryptedKeyring: a file under a password of its own, which it asks for in any pipe."""

    priority = 0.6
    file_name = "crypted_pass.cfg"
    _pad = os.urandom(4096)

    def opened(self, data: bytes) -> bytes:
        return bytes(a ^ b for a, b in zip(data, self._pad, strict=False))

    closed = opened


class ThirdParty(_InMemory):
    """Works, and nobody here has looked at it."""


class Forgetful(_InMemory):
    """Accepts everything and stores nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class Altering(_InMemory):
    """Gives back another value."""

    def get_password(self, service: str, username: str) -> str | None:
        found = super().get_password(service, username)
        return found[:-1] if found else found


class Hanging(_InMemory):
    """Waits for a prompt that nobody sees, until the test lets it go."""

    released: threading.Event

    def set_password(self, service: str, username: str, password: str) -> None:
        self.released.wait()


class Talkative(_InMemory):
    """Fails, and says what it was given."""

    def set_password(self, service: str, username: str, password: str) -> None:
        raise PasswordSetError(f"could not store {password}")
