"""What the owner said that a conversation with an AI is about.

Invariants: a file is made only at the owner's word, for that owner's eyes; its name is a session's id, checked, so that
it lies in this folder. What the proxy itself sees of a conversation is in its memory alone.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from guardian.errors import UsageError
from guardian.journal.places.private_file import delete_private, read_private, write_private

MOST_GOAL_CHARACTERS: Final = 2000
_MOST_FILE_BYTES: Final = 4 * MOST_GOAL_CHARACTERS
SESSION_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Goals:
    """The goals that the owner wrote, by session."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, session: str) -> str | None:
        """The owner's words for this session; None where there are none. Raises KeyPlaceError."""
        return read_private(self._file(session), _MOST_FILE_BYTES)

    def write(self, session: str, goal: str) -> None:
        """Keep the owner's words; empty ones take back what was said. Raises UsageError, KeyPlaceError."""
        if len(goal) > MOST_GOAL_CHARACTERS:
            raise UsageError(f"a goal has at most {MOST_GOAL_CHARACTERS} characters")
        if goal.strip():
            write_private(self._file(session), goal.strip())
        else:
            delete_private(self._file(session))

    def _file(self, session: str) -> Path:
        if not SESSION_ID.fullmatch(session):
            raise UsageError("that is no session's id", hint="guardian proxy sessions lists them")
        return self._folder / session
