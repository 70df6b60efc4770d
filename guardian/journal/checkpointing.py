"""The journal's end as a signed note, for keeping elsewhere: what a later check is held against."""

from __future__ import annotations

from guardian.errors import JournalDamagedError
from guardian.journal.checkpoint import NoteError, open_note
from guardian.journal.journal import Journal
from guardian.journal.store_file import DAMAGE_HINT
from guardian.settings import Settings


def wants_second_signature(settings: Settings) -> bool:
    """Whether exported checkpoints carry a second signature, for which the journal must be unlocked."""
    return settings.journal.second_signature == "on"


def signed_end(journal: Journal, settings: Settings) -> str:
    """The note. Raises JournalDamagedError where the end of the journal is not signed by its own key."""
    note = journal.checkpoint(post_quantum=True) if wants_second_signature(settings) else journal.store.head().note
    try:
        open_note(note, journal.header.vkey, journal.header.pq_vkey)
    except NoteError:
        raise JournalDamagedError("the end of the journal is not signed by its own key", hint=DAMAGE_HINT) from None
    return note
