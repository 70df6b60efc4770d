"""Whatever way a policy is saved while a program watches: its last state takes force, and no half of it ever does."""

from __future__ import annotations

import random
import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from fault_counts import tried
from fault_edits import WAYS, Watcher, marked, text_of
from fault_lives import settings_of
from fault_table import FaultTable

from guardian.events import ignore
from guardian.journal.opening import open_journal, open_or_begin
from guardian.policy.life.amendments import read_amendments
from guardian.policy.life.standing import policies_in_force, record_amendments
from guardian.policy.starter import MARKER
from guardian.settings import Settings

SEED = 20261121
POLICIES = 5
LONGEST_WAIT_S = 60
"""Ends a wait that will never end; how long it took is reported, and no verdict."""


@pytest.fixture
def settings(new_home: Callable[[], Path]) -> Settings:
    """A home with a journal, and with policies of our own alone."""
    settings = settings_of(new_home())
    open_or_begin(settings, ignore).close()
    settings.policies_dir.mkdir(parents=True, exist_ok=True)
    (settings.policies_dir / MARKER).touch()
    for number in range(POLICIES):
        (settings.policies_dir / f"p{number}.toml").write_text(text_of(f"p{number}", marked(number)))
    return settings


@pytest.fixture
def watcher(settings: Settings) -> Iterator[Watcher]:
    started = Watcher(settings.paths.config.parent)
    try:
        _until(lambda: len(started.in_force) == POLICIES)
        yield started
    finally:
        started.stop()


def _until(is_so: Callable[[], bool]) -> bool:
    ends = time.monotonic() + LONGEST_WAIT_S
    while not is_so() and time.monotonic() < ends:
        time.sleep(0.005)
    return is_so()


@pytest.mark.long
@tried(sample=30, full=1000)
def test_every_edit_takes_force_whole(
    count: int, settings: Settings, watcher: Watcher, fault_table: FaultTable
) -> None:
    draw = random.Random(SEED)
    missing = sorted({editor for _, editor in WAYS.values() if editor and not shutil.which(editor)})
    tallies = {name: _Tally() for name, (_, editor) in WAYS.items() if editor not in missing}
    final = {f"p{number}": marked(number) for number in range(POLICIES)}
    for number in range(count):
        name, policy, mark = list(tallies)[number % len(tallies)], draw.choice(list(final)), marked(POLICIES + number)
        known = len(watcher.halves)
        _edit(WAYS[name][0], settings.policies_dir / f"{policy}.toml", final[policy], mark, watcher, tallies[name])
        tallies[name].halves += len(watcher.halves) - known
        final[policy] = mark
    for name, tally in tallies.items():
        tried = len(tally.delays_s) + tally.lost
        fault_table.add(
            f"edit: {name}", tried, lost=tally.lost, undetected=tally.halves, besides=_spread(tally.delays_s)
        )
    assert [name for name, tally in tallies.items() if tally.lost] == []
    assert watcher.halves == []
    assert watcher.in_force == final
    assert watcher.policy_set == policies_in_force(settings).policies.sha256
    _assert_the_journal_knows_each_edit(settings, count)
    if missing:
        pytest.skip(f"all others took force, but {' and '.join(missing)} is not installed here")


@dataclass
class _Tally:
    """What came of the edits that were saved in one way."""

    delays_s: list[float] = field(default_factory=list)
    lost: int = 0
    halves: int = 0


def _edit(
    save: Callable[[Path, str, str], None], path: Path, before: str, after: str, watcher: Watcher, tally: _Tally
) -> None:
    save(path, before, after)
    saved_at = path.stat().st_ctime
    if _until(lambda: watcher.in_force.get(path.stem) == after):
        tally.delays_s.append(watcher.seen_at[after] - saved_at)
    else:
        tally.lost += 1


def _spread(delays: list[float]) -> str:
    if not delays:
        return ""
    late = sum(delay > 1 for delay in delays)
    return f"in force after {statistics.median(delays):.2f} s, at most {max(delays):.2f} s; {late} after more than 1 s"


def _assert_the_journal_knows_each_edit(settings: Settings, count: int) -> None:
    """Each edit is an amendment, in order, and none is of half a file."""
    with open_journal(settings) as journal:
        record_amendments(settings, journal)
        amendments = read_amendments(journal)
    assert len(amendments) == POLICIES + count
    for amendment in amendments:
        mark = amendment.version.text.split('title = "')[1][: len(marked(0))]
        assert amendment.version.text == text_of(amendment.policy, mark)


@pytest.mark.long
def test_edits_in_quick_succession_end_in_the_last_one(settings: Settings, watcher: Watcher) -> None:
    """Faster than files are quiet, several files at once, and in ways that are mixed."""
    draw, ways = random.Random(SEED), [way for way, editor in WAYS.values() if not editor]
    final = {f"p{number}": marked(number) for number in range(POLICIES)}
    for number in range(25):
        policy, mark = f"p{draw.randrange(POLICIES)}", marked(POLICIES + number)
        draw.choice(ways)(settings.policies_dir / f"{policy}.toml", final[policy], mark)
        final[policy] = mark
        time.sleep(draw.choice((0, 0, 0.05, 0.19, 0.21)))
    assert _until(lambda: watcher.in_force == final)
    assert watcher.halves == []
