"""Previews for every action that shows what a change would do before it takes force.

Invariant: nothing is settled, recorded or taken in force: the state that says what is in force is read and no more.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from guardian.assembly import limits_of
from guardian.commands.progress import ProgressBar
from guardian.events import Observer
from guardian.journal.journal import Journal
from guardian.journal.opening import now_ms, open_journal
from guardian.journal.places.passphrase import terminal_ask
from guardian.policy.base import Policy
from guardian.policy.effects.preview import Preview, Span, preview
from guardian.policy.effects.replay_journal import MOST_MESSAGES, JournalReplay
from guardian.policy.effects.replay_rows import StoredRows
from guardian.policy.life.standing import is_borrowed
from guardian.policy.life.state import read_state
from guardian.policy.load import load_policies, parse_policy
from guardian.settings import Settings
from guardian.workbench import open_bench

DEFAULT_DAYS: Final = 90.0
ROWS_CACHE: Final = "replay.cache"


def policies_now(settings: Settings) -> dict[str, Policy]:
    """The versions in force by id, without taking any change in force: what the state says, else what the files say.

    Raises PolicyError where neither can be read.
    """
    state = None if is_borrowed(settings) else read_state(settings.paths.policies_state).state
    if state is None:
        return {policy.id: policy for policy in load_policies(settings.policies_dir).policies}
    read = ((name, parse_policy(version.text, Path(version.file))[0]) for name, version in state.versions.items())
    return {name: policy for name, policy in read if policy is not None}


def previewed(
    settings: Settings,
    before: Policy | None,
    draft: Policy,
    others: Mapping[str, Policy],
    observer: Observer,
    *,
    days: float = DEFAULT_DAYS,
) -> Preview:
    """What `draft` in the place of `before` would do. Raises ModelError, CellError, JournalError.

    `others` may hold any version of the same policy too: it is passed over.
    """
    rest = [policy for name, policy in others.items() if name != draft.id]
    tried = [policy for policy in (before, draft) if policy is not None]
    with open_bench(settings, observer) as bench, _journal(settings) as journal:
        if journal is None:
            now = now_ms()
            return preview(before, draft, rest, (), lambda: Span(now, now), bench)
        rows = StoredRows(settings.paths.cache / ROWS_CACHE, journal.id, journal.record_key, bench.manifest.sha256)
        with ProgressBar(min(journal.size, MOST_MESSAGES), sys.stderr) as bar:
            replay = JournalReplay(
                journal, bench, rows, limits_of(settings), tried, days=days, now_ms=now_ms(), advance=bar.advance
            )
            return preview(before, draft, rest, replay.messages(), replay.span, bench)


@contextmanager
def _journal(settings: Settings) -> Iterator[Journal | None]:
    """The owner's journal, unlocked; None where there is none yet."""
    if not settings.paths.journal_file.exists():
        yield None
        return
    with open_journal(settings, ask=terminal_ask) as journal:
        yield journal
