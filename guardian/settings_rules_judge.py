"""What a setting of the owner's language models may be: a model's name, a server on this machine.

Invariants: those of `guardian.settings_rules`.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from guardian.settings_rules import Rule, ServerUrl

LONGEST_SERVED_NAME: Final = 120
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+-]{0,119}")


@dataclass(frozen=True, slots=True)
class ModelName(Rule):
    """What a model is called; empty for none."""

    def expected(self) -> str:
        """How it is written."""
        return "a model's name of letters, digits and . _ : / + -, or empty"

    def from_text(self, text: str, base: Path) -> str:
        """`qwen3-4b`, or nothing."""
        if text and not _NAME.fullmatch(text):
            raise self.refuse(text)
        return text

    def from_value(self, value: object, base: Path) -> str:
        """A string, read as `from_text` reads it."""
        if not isinstance(value, str):
            raise self.refuse(value)
        return self.from_text(value, base)


@dataclass(frozen=True, slots=True)
class ServedModelName(Rule):
    """What a server calls a model, as it is said back to that server: often a path, or a name with an @; empty for
    none. It is printable, and no longer than `guardian.talking.server` lists."""

    def expected(self) -> str:
        """How it is written."""
        return "a model's name as its server lists it, or empty"

    def from_text(self, text: str, base: Path) -> str:
        """`qwen2.5-7b-instruct@q4_k_m`, `/srv/models/a model.gguf`, or nothing."""
        if len(text) > LONGEST_SERVED_NAME or not text.isprintable() or text != " ".join(text.split()):
            raise self.refuse(text)
        return text

    def from_value(self, value: object, base: Path) -> str:
        """A string, read as `from_text` reads it."""
        if not isinstance(value, str):
            raise self.refuse(value)
        return self.from_text(value, base)


@dataclass(frozen=True, slots=True)
class LoopbackServer(Rule):
    """The address of a server on this machine, by a loopback number; empty for none. A name is refused: what it leads
    to is for others to say."""

    def expected(self) -> str:
        """How it is written."""
        return "a server on this machine such as http://127.0.0.1:8080, without /v1, or empty"

    def from_text(self, text: str, base: Path) -> str:
        """`http://127.0.0.1:8080`, `http://[::1]:8080`, or nothing."""
        if not text:
            return ""
        try:
            url = ServerUrl().from_text(text, base)
            parts = urlsplit(url)
            is_here = ipaddress.ip_address(parts.hostname or "").is_loopback
        except ValueError as error:  # a RefusedError is one
            raise self.refuse(text) from error
        if not is_here or parts.scheme != "http" or parts.port is None:
            raise self.refuse(text)
        return url

    def from_value(self, value: object, base: Path) -> str:
        """A string, read as `from_text` reads it."""
        if not isinstance(value, str):
            raise self.refuse(value)
        return self.from_text(value, base)
