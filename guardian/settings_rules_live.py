"""What a setting of the live parts may be: hours of the day, a time zone, a command.

Invariants: those of `guardian.settings_rules`.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from datetime import time
from pathlib import Path

from guardian.settings_rules import Rule

_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,40}(/[A-Za-z0-9_+-]{1,40}){0,2}")
_LONGEST_COMMAND = 400


def hours_of(text: str) -> tuple[time, time] | None:
    """`22:00-07:00` as first and last moment of the day; None for nothing. Raises ValueError for anything else."""
    if not text:
        return None
    found = _HOURS.fullmatch(text)
    if found is None:
        raise ValueError("no hours")
    first, last = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    if first == last:
        raise ValueError("no time between")
    return first, last


@dataclass(frozen=True, slots=True)
class Hours(Rule):
    """Hours of every day, from a moment to another, over midnight where the second is the earlier; empty for none."""

    def expected(self) -> str:
        """How it is written."""
        return "hours such as 22:00-07:00, or empty"

    def from_text(self, text: str, base: Path) -> str:
        """`22:00-07:00`, or nothing."""
        try:
            hours_of(text)
        except ValueError as error:
            raise self.refuse(text) from error
        return text

    def from_value(self, value: object, base: Path) -> str:
        """A string, read as `from_text` reads it."""
        if not isinstance(value, str):
            raise self.refuse(value)
        return self.from_text(value, base)


@dataclass(frozen=True, slots=True)
class Zone(Rule):
    """A time zone by its name in the IANA database; empty for this machine's own."""

    def expected(self) -> str:
        """How it is written."""
        return "a time zone such as Europe/Berlin that this machine knows, or empty"

    def from_text(self, text: str, base: Path) -> str:
        """`Europe/Berlin`, or nothing."""
        if not text:
            return text
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # here: only who sets a zone pays for it

        try:
            if _ZONE.fullmatch(text) is None:
                raise self.refuse(text)
            ZoneInfo(text)
        except (ZoneInfoNotFoundError, OSError, ValueError) as error:
            raise self.refuse(text) from error
        return text

    def from_value(self, value: object, base: Path) -> str:
        """A string, read as `from_text` reads it."""
        if not isinstance(value, str):
            raise self.refuse(value)
        return self.from_text(value, base)


@dataclass(frozen=True, slots=True)
class CommandLine(Rule):
    """A program and its arguments, in words as a shell reads them; no shell runs it. Empty for none."""

    def expected(self) -> str:
        """How it is written."""
        return "a program with its arguments, such as 'foot --app-id guardian', or empty"

    def from_text(self, text: str, base: Path) -> str:
        """The words, as they are."""
        try:
            shlex.split(text)
        except ValueError as error:  # a quotation mark that is not closed
            raise self.refuse(text) from error
        if "\0" in text or "\n" in text or len(text) > _LONGEST_COMMAND:
            raise self.refuse(text)
        return text.strip()

    def from_value(self, value: object, base: Path) -> str:
        """A string, read as `from_text` reads it."""
        if not isinstance(value, str):
            raise self.refuse(value)
        return self.from_text(value, base)
