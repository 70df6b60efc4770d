"""A preview on the owner's journal: what every action, and the app, shows of a change before it takes force.

Invariants: nothing is settled, recorded or taken in force: the state that says what is in force is read and no more;
bench and journal are somebody else's, and stay open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from guardian.assembly import reader_of
from guardian.journal.journal import Journal
from guardian.journal.opening import now_ms
from guardian.policy.base import Policy
from guardian.policy.effects.preview import Preview, Span, preview
from guardian.policy.effects.replay_journal import MOST_MESSAGES, JournalReplay
from guardian.policy.effects.replay_rows import StoredRows
from guardian.policy.life.standing import is_borrowed
from guardian.policy.life.state import read_state
from guardian.policy.load import load_policies, parse_policy
from guardian.policy.trying.bench import Bench
from guardian.settings import Settings

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


def preview_on(
    settings: Settings,
    draft: Policy,
    now: Mapping[str, Policy],
    bench: Bench,
    journal: Journal | None,
    *,
    days: float = DEFAULT_DAYS,
    most: int = MOST_MESSAGES,
    advance: Callable[[], None] = lambda: None,
) -> Preview:
    """What `draft` would do in the place of the version in `now`, which holds those in force by id.

    `journal` is unlocked; None where there is none yet. At most so many of its messages, the newest, are tried;
    `advance` hears of each, and may raise to end it. Raises JournalError.
    """
    before = now.get(draft.id)
    others = [policy for name, policy in now.items() if name != draft.id]
    if journal is None:
        moment_ms = now_ms()
        return preview(before, draft, others, (), lambda: Span(moment_ms, moment_ms), bench)
    tried = [policy for policy in (before, draft) if policy is not None]
    rows = StoredRows(settings.paths.cache / ROWS_CACHE, journal.id, journal.record_key, bench.manifest.sha256)
    with closing(reader_of(settings)) as reader:
        replay = JournalReplay(
            journal, bench, rows, reader, tried, days=days, now_ms=now_ms(), most=most, advance=advance
        )
        return preview(before, draft, others, replay.messages(), replay.span, bench)
