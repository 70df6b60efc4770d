"""Previews for every action that shows what a change would do before it takes force: bench and journal are opened here.

Invariant: nothing is settled, recorded or taken in force (see `guardian.policy.effects.previewing`).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from guardian.commands.progress import ProgressBar
from guardian.events import Observer
from guardian.journal.journal import Journal
from guardian.journal.opening import open_journal
from guardian.journal.places.passphrase import terminal_ask
from guardian.policy.base import Policy
from guardian.policy.effects.preview import Preview
from guardian.policy.effects.previewing import DEFAULT_DAYS, preview_on
from guardian.policy.effects.replay_journal import MOST_MESSAGES
from guardian.settings import Settings
from guardian.workbench import open_bench


def previewed(
    settings: Settings, draft: Policy, now: Mapping[str, Policy], observer: Observer, *, days: float = DEFAULT_DAYS
) -> Preview:
    """What `draft` would do in the place of the version in `now`. Raises ModelError, CellError, JournalError."""
    with open_bench(settings, observer) as bench, _journal(settings) as journal:
        messages = min(journal.size, MOST_MESSAGES) if journal is not None else 0
        with ProgressBar(messages, sys.stderr) as bar:
            return preview_on(settings, draft, now, bench, journal, days=days, advance=bar.advance)


@contextmanager
def _journal(settings: Settings) -> Iterator[Journal | None]:
    """The owner's journal, unlocked; None where there is none yet."""
    if not settings.paths.journal_file.exists():
        yield None
        return
    with open_journal(settings, ask=terminal_ask) as journal:
        yield journal
