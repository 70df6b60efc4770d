"""What a setting's value may be: the rules that `settings.py` gives each key.

Invariants: a rule accepts or refuses, it never repairs; a refusal says what would be accepted, range included, and
quotes no more than a short, safe piece of the value.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from guardian.safe_text import safe_line

_WHOLE = re.compile(r"[+-]?[0-9][0-9_]{0,30}")
_DECIMAL = re.compile(r"[+-]?[0-9][0-9_]{0,30}(\.[0-9]{0,30})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SERVER = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?")
_LONGEST_QUOTE_CHARACTERS = 60


class RefusedError(ValueError):
    """A value that cannot be used; its text completes the sentence '<key> must be ...'."""


class Rule(ABC):
    """What one setting's value may be."""

    @abstractmethod
    def expected(self) -> str:
        """What is accepted, range included, to stand behind 'must be'."""

    @abstractmethod
    def from_text(self, text: str, base: Path) -> object:
        """The value that `text` means, from the environment or a command line. Raises RefusedError.

        `base` is the directory that a relative path is taken from.
        """

    @abstractmethod
    def from_value(self, value: object, base: Path) -> object:
        """The value that a TOML value means. Raises RefusedError."""

    def refuse(self, value: object) -> RefusedError:
        """The refusal of `value`."""
        return RefusedError(f"{self.expected()}, not {_shown(value)}")


@dataclass(frozen=True, slots=True)
class Whole(Rule):
    """A whole number within limits, both included."""

    low: int
    high: int

    def expected(self) -> str:
        """The range."""
        return f"a whole number from {self.low} to {self.high}"

    def from_text(self, text: str, base: Path) -> int:
        """Decimal digits, with underscores between them at will, as in TOML."""
        if not _WHOLE.fullmatch(text):
            raise self.refuse(text)
        return self.from_value(int(text.replace("_", "")), base)

    def from_value(self, value: object, base: Path) -> int:
        """An integer; TOML's true and false are none."""
        if not isinstance(value, int) or isinstance(value, bool) or not self.low <= value <= self.high:
            raise self.refuse(value)
        return value


@dataclass(frozen=True, slots=True)
class Number(Rule):
    """A number within limits, both included."""

    low: float
    high: float

    def expected(self) -> str:
        """The range."""
        return f"a number from {self.low:g} to {self.high:g}"

    def from_text(self, text: str, base: Path) -> float:
        """A plain decimal number, without exponent."""
        if not _DECIMAL.fullmatch(text):
            raise self.refuse(text)
        return self.from_value(float(text.replace("_", "")), base)

    def from_value(self, value: object, base: Path) -> float:
        """An integer or a float; `nan` is within no limits."""
        if not isinstance(value, int | float) or isinstance(value, bool) or not self.low <= value <= self.high:
            raise self.refuse(value)
        return float(value)


@dataclass(frozen=True, slots=True)
class Choice(Rule):
    """One of a few words."""

    options: tuple[str, ...]

    def expected(self) -> str:
        """The words."""
        return f"one of {', '.join(self.options)}"

    def from_text(self, text: str, base: Path) -> str:
        """The word itself."""
        return self.from_value(text, base)

    def from_value(self, value: object, base: Path) -> str:
        """The word itself."""
        if not isinstance(value, str) or value not in self.options:
            raise self.refuse(value)
        return value


@dataclass(frozen=True, slots=True)
class Directory(Rule):
    """The path of a directory, which need not exist yet."""

    def expected(self) -> str:
        """A path."""
        return "the path of a directory"

    def from_text(self, text: str, base: Path) -> Path:
        """A path; `~` is the home directory, and a relative path starts at `base`."""
        if not text or "\0" in text:
            raise self.refuse(text)
        try:
            return (base / Path(text).expanduser()).absolute()
        except (RuntimeError, OSError) as error:  # a home directory of nobody; a working directory that is gone
            raise self.refuse(text) from error

    def from_value(self, value: object, base: Path) -> Path:
        """A string, read as `from_text` reads it."""
        if not isinstance(value, str):
            raise self.refuse(value)
        return self.from_text(value, base)


@dataclass(frozen=True, slots=True)
class Hosts(Rule):
    """Names of servers, with spaces between them; empty for none."""

    def expected(self) -> str:
        """How it is written."""
        return "names of servers such as mx.example.org, with spaces between them, or empty"

    def from_text(self, text: str, base: Path) -> str:
        """`mx.example.org mx2.example.org`, or nothing."""
        names = text.split()
        if not all(_SERVER.fullmatch(name) for name in names):
            raise self.refuse(text)
        return " ".join(names).lower()

    def from_value(self, value: object, base: Path) -> str:
        """A string, read as `from_text` reads it."""
        if not isinstance(value, str):
            raise self.refuse(value)
        return self.from_text(value, base)


@dataclass(frozen=True, slots=True)
class ServerUrl(Rule):
    """The address of a web server, with or without a path."""

    def expected(self) -> str:
        """How it is written."""
        return "the address of a server such as http://127.0.0.1:11434, without user, query and /v1"

    def from_text(self, text: str, base: Path) -> str:
        """`http://127.0.0.1:11434` or `https://ai.example.org/api`."""
        try:
            parts = urlsplit(text)
            is_good = (
                text == text.strip()
                and text.isascii()
                and parts.scheme in ("http", "https")
                and bool(parts.hostname)
                and parts.port != 0
                and not (parts.query or parts.fragment or "@" in parts.netloc)
                and not parts.path.rstrip("/").endswith("/v1")
            )
        except ValueError:  # a port that is none, or half an IPv6 address
            is_good = False
        if not is_good:
            raise self.refuse(text)
        return text.rstrip("/")

    def from_value(self, value: object, base: Path) -> str:
        """A string, read as `from_text` reads it."""
        if not isinstance(value, str):
            raise self.refuse(value)
        return self.from_text(value, base)


@dataclass(frozen=True, slots=True)
class Day(Rule):
    """A day of the calendar, kept as ISO 8601 writes it; empty for none."""

    def expected(self) -> str:
        """How it is written."""
        return "a day such as 2026-11-28, or empty"

    def from_text(self, text: str, base: Path) -> str:
        """`2026-11-28`, or nothing."""
        try:
            if not text or (_DAY.fullmatch(text) and date.fromisoformat(text)):
                return text
        except ValueError:  # the 30th of February
            pass
        raise self.refuse(text)

    def from_value(self, value: object, base: Path) -> str:
        """A string, or a day as TOML has them; a time of day is none."""
        if isinstance(value, date) and not isinstance(value, datetime):
            return value.isoformat()
        if not isinstance(value, str):
            raise self.refuse(value)
        return self.from_text(value, base)


def _shown(value: object) -> str:
    """A refused value in a few safe words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{safe_line(value, _LONGEST_QUOTE_CHARACTERS)}"' if value else "empty"
    if isinstance(value, int | float):
        is_short = isinstance(value, float) or abs(value) < 10**30
        return f"{value}" if is_short else "a number of more than 30 digits"
    if isinstance(value, dict):
        return "a table"
    return "a list" if isinstance(value, list) else "a date or time"
