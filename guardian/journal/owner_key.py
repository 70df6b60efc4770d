"""What the owner does with the journal's key: move it, and make a recovery phrase. For the command and for the app.

Invariants: nothing here shows, logs or keeps a word or a passphrase; a phrase counts only after its owner has shown
that it was written down, which is the caller's to ask for.
"""

from __future__ import annotations

from guardian.journal.journal import Journal
from guardian.journal.keys import Ask, KeyPlace, KeyPlaceError, KeyStore
from guardian.journal.phrase import Phrase
from guardian.journal.places.choose import open_place
from guardian.journal.places.keyring_place import probe_keyring
from guardian.journal.recovery import public_key, wrap
from guardian.settings import Settings


def fit_place(settings: Settings, kind: KeyPlace, ask: Ask) -> KeyStore:
    """A place that the owner named. Raises KeyPlaceError where it is the keyring, and none works."""
    if kind is KeyPlace.KEYRING:
        probe = probe_keyring()
        if not probe.ok:
            raise KeyPlaceError(probe.why, hint="file and passphrase work without a keyring")
    return open_place(kind, settings.paths.config, ask=ask)


def move_key(journal: Journal, settings: Settings, kind: KeyPlace, ask: Ask) -> bool:
    """Keep the key of an unlocked journal in another place; False where it is there already. Raises JournalError.

    `ask` asks for a new passphrase, where the place is one. A passphrase is moved to a new one.
    """
    if journal.place.kind is kind and kind is not KeyPlace.PASSPHRASE:
        return False
    journal.move_key(fit_place(settings, kind, ask), wrap)
    return True


def seal_to_phrase(journal: Journal, phrase: Phrase) -> bool:
    """From now on the phrase opens the unlocked journal; whether it takes the place of another. Raises JournalError."""
    had_one = journal.header.recovery is not None
    public = public_key(phrase.entropy)
    journal.set_recovery(public, wrap(journal.keys.master, public, journal.id))
    return had_one
