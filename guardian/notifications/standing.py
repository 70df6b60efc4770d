"""What was told today, kept over restarts: a service that nobody asks ends, and the day's budget must not begin anew.

Invariants: numbers and a day, nothing of a message; a file that is lost or damaged begins the day anew, and nothing
worse; mode 0600.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from guardian.errors import JournalError
from guardian.verdict import Outcome

_VERSION: Final = 1
_MOST_BYTES: Final = 4096
_MOST: Final = 1 << 40


@dataclass(slots=True)
class Standing:
    """Of one day."""

    day: date
    told: int = 0
    """Notifications."""
    is_full_said: bool = False
    """Whether it was said that further alerts wait."""
    quiet: Counter[Outcome] = field(default_factory=Counter)
    """What came in a quiet time that is not over yet, or of which nothing was said yet; it outlasts the day."""

    def turn_to(self, day: date) -> None:
        """Begin another day, where it is one."""
        if day != self.day:
            self.day, self.told, self.is_full_said = day, 0, False


def load_standing(path: Path, today: date) -> Standing:
    """What the file says, or a new day."""
    from guardian.journal.places.private_file import read_private

    try:
        value = json.loads(read_private(path, _MOST_BYTES) or "{}")
        if value.get("v") != _VERSION:
            return Standing(today)
        quiet = Counter({Outcome(name): _number(count) for name, count in value["quiet"].items()})
        standing = Standing(
            date.fromisoformat(value["day"]), _number(value["told"]), bool(value["is_full_said"]), quiet
        )
    except (JournalError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Standing(today)
    standing.turn_to(today)
    return standing


def save_standing(path: Path, standing: Standing) -> None:
    """Keep it. Raises JournalError where the file cannot be written."""
    from guardian.journal.places.private_file import write_private

    value = {
        "v": _VERSION,
        "day": standing.day.isoformat(),
        "told": standing.told,
        "is_full_said": standing.is_full_said,
        "quiet": {outcome.value: count for outcome, count in standing.quiet.items() if count},
    }
    write_private(path, json.dumps(value) + "\n")


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _MOST:
        raise ValueError("no number")
    return value
