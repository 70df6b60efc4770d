"""The checks of `guardian doctor` that look at the journal and its key. Nothing is unlocked for them.

Invariant: a check reports, it never raises for what it finds.
"""

from __future__ import annotations

from collections.abc import Iterator

from guardian.commands.doctor_checks import Check, Level
from guardian.journal.standing import standing
from guardian.journal.verification.here import was_there
from guardian.settings import Settings


def check_journal(settings: Settings) -> Iterator[Check]:
    """The journal, its key, and the way back to it."""
    now = standing(settings)
    if not now.exists and was_there(settings.paths):
        yield Check(Level.BAD, "journal", "it is gone: there was one in this folder (guardian journal verify)")
        return
    if not now.exists:
        yield Check(Level.OK, "journal", "none yet: it begins with the first message that is screened")
        return
    if now.trouble:
        yield Check(Level.BAD, "journal", now.trouble)
        return
    what = f"{now.size:,} records in {settings.paths.journal_file}"
    if now.waiting:
        yield Check(Level.WARN, "journal", f"{what}; {now.waiting} more wait, sealed, for its key or its disk")
    else:
        yield Check(Level.OK, "journal", what)
    label, _, where = now.key.partition(": ")
    yield Check(Level.WARN if now.is_weak else Level.OK, label, where)
    if not now.has_phrase:
        yield Check(
            Level.WARN, "recovery", "no phrase yet: without its key the journal stays closed (guardian key phrase)"
        )
