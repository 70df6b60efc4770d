"""How the journal stands, in a few words that need no key: for `doctor` and the app.

Invariants: opens nothing but the file's public part, asks for no key, and never raises for what it finds.
"""

from __future__ import annotations

from dataclasses import dataclass

from guardian.errors import JournalError
from guardian.journal.checkpoint import NoteError, open_note
from guardian.journal.journal import Journal
from guardian.journal.keys import KeyPlace
from guardian.journal.opening import open_journal
from guardian.settings import Settings


@dataclass(frozen=True, slots=True)
class Standing:
    """The journal as its owner is told of it."""

    exists: bool
    size: int = 0
    """Records, forgotten ones too."""
    waiting: int = 0
    """Records that wait outside for the key or the disk."""
    key: str = ""
    """`key: file (...)`: where the key is, and what that protects; empty where there is no journal."""
    is_weak: bool = False
    """The key lies in a plain file."""
    has_phrase: bool = False
    """Whether a recovery phrase was made."""
    trouble: str = ""
    """Why it can't be used, in one line; empty where it can."""


def standing(settings: Settings) -> Standing:
    """How the owner's journal stands now."""
    if not settings.paths.journal_file.exists():
        return Standing(exists=False)
    try:
        with open_journal(settings, unlock=False) as journal:
            if not _is_signed(journal):
                return Standing(exists=True, trouble="its end is not signed by its own key (guardian journal verify)")
            return Standing(
                exists=True,
                size=journal.size,
                waiting=journal.waiting,
                key=journal.place.say(),
                is_weak=journal.place.kind is KeyPlace.FILE,
                has_phrase=journal.header.recovery is not None,
            )
    except JournalError as error:
        return Standing(exists=True, trouble=error.line())


def _is_signed(journal: Journal) -> bool:
    """Whether the journal ends as a checkpoint says that the key named in its header signed."""
    head = journal.store.head()
    try:
        checkpoint = open_note(head.note, journal.header.vkey)
    except NoteError:
        return False
    return (checkpoint.size, checkpoint.root, checkpoint.chain) == (head.size, head.root, head.chain)
