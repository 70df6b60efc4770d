"""A scan in several processes yields what one process yields, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from entries_rig import verdict_entry
from journal_rig import begun, opened, settings_in
from verify_rig import START_MS, change

from guardian.errors import JournalDamagedError
from guardian.journal import readers, scan
from guardian.journal.feedback import Feedback, Says
from guardian.journal.filters.query import words_filter
from guardian.journal.journal import Journal
from guardian.journal.readers import looked_through
from guardian.journal.record import Entry, Erased, Record, Unreadable
from guardian.journal.reports.view import select
from guardian.journal.scan import Scan
from guardian.settings import Settings

RECORDS = 600
RARE = frozenset({7, *range(140, 150), 298, 420, 599})
"""Ten of them stand together: of such a share the readers' answer is not used."""
NOTED, FORGOTTEN, SPOILT = 33, 250, 350

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Verdicts, some of them rare; a note on one of the others, one that was forgotten, one that does not open."""
    settings = settings_in(tmp_path_factory.mktemp("scan"))
    with begun(settings) as journal:
        missing = range(journal.size, RECORDS)
        journal.append_all([(_verdict(f"gift card {'windowsill' * (seq in RARE)}"), b"") for seq in missing])
        journal.append(Feedback(NOTED, Says.WRONG, "the windowsill again", START_MS).to_record("0"))
        journal.forget([(FORGOTTEN, FORGOTTEN)], "a test")
    change(settings, f"UPDATE record SET sealed = zeroblob(length(sealed)) WHERE seq = {SPOILT}")
    return settings


def _verdict(text: str) -> Record:
    record = verdict_entry(text=text).record
    assert isinstance(record, Record)
    return record


@pytest.fixture
def journal(made: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Journal]:
    """Read in small shares, so that there are many."""
    monkeypatch.setattr(scan, "_SHARE", 20)
    with opened(made) as journal:
        yield journal


@pytest.fixture
def forks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The processes that were forked."""
    pids: list[int] = []
    real = os.fork

    def fork() -> int:
        pid = real()
        pids.append(pid)
        return pid

    monkeypatch.setattr(os, "fork", fork)
    return pids


def are_gone(pids: list[int]) -> bool:
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


def is_rare(_seq: int, data: bytes) -> bool:
    return b"windowsill" in data


def with_readers(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "readers_possible", lambda: count)


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("bounds", [(0, None), (1, RECORDS - 3), (130, 421), (-5, 10_000)])
def test_two_readers_find_what_one_finds(
    journal: Journal, forks: list[int], monkeypatch: pytest.MonkeyPatch, bounds: tuple[int, int], newest_first: bool
) -> None:
    def found(count: int) -> list[Entry]:
        with_readers(count, monkeypatch)
        return list(
            Scan(journal).entries(*bounds, newest_first=newest_first, where=is_rare, also={55, 56}.__contains__)
        )

    alone = found(0)
    assert not forks
    assert found(2) == alone
    assert len(forks) == 2
    assert are_gone(forks)
    first, end = max(bounds[0], 0), min(bounds[1] or journal.size, journal.size)
    all_of_it = list(journal.entries(first, end, newest_first=newest_first))
    wanted = {*RARE, 55, 56, FORGOTTEN, SPOILT, RECORDS}  # the last one is the note
    assert alone == [entry for entry in all_of_it if entry.seq in wanted]


def test_what_does_not_open_is_told(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    with_readers(2, monkeypatch)
    found = {entry.seq: entry.record for entry in Scan(journal).entries(where=lambda *_: False)}
    assert found == {FORGOTTEN: Erased(), SPOILT: Unreadable("its seal does not open")}


def test_a_note_is_found_under_the_verdict_that_it_is_about(
    journal: Journal, forks: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with_readers(2, monkeypatch)
    seqs = [view.seq for view in select(Scan(journal), words_filter(["windowsill"]))]
    assert seqs == sorted({*RARE, NOTED, RECORDS}, reverse=True)
    assert len(forks) == 2


def test_an_answer_that_is_not_read_to_its_end_leaves_no_process(
    journal: Journal, forks: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with_readers(2, monkeypatch)
    with closing(Scan(journal).entries(newest_first=True, where=is_rare)) as entries:  # type: ignore[type-var]
        while next(entries).seq > min(RARE) + 200:
            pass
        assert len(forks) == 2
    assert are_gone(forks)


@pytest.mark.parametrize("fault", ["killed", "raises", "no more processes"])
def test_what_a_reader_does_not_tell_is_read_here(
    journal: Journal, fault: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    alone = list(Scan(journal).entries(where=is_rare))
    here = os.getpid()

    def fail(seq: int, data: bytes) -> bool:
        if os.getpid() != here and seq > 300:
            if fault == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            raise KeyboardInterrupt
        return is_rare(seq, data)

    def no_fork() -> int:
        raise BlockingIOError

    if fault == "no more processes":
        monkeypatch.setattr(os, "fork", no_fork)
    with_readers(2, monkeypatch)
    assert list(Scan(journal).entries(where=fail)) == alone
    assert capfd.readouterr() == ("", ""), "and it says nothing of its own"


@pytest.mark.parametrize("where", [None, lambda *_: True])
def test_where_most_is_wanted_nobody_is_asked_to_help(
    journal: Journal, forks: list[int], monkeypatch: pytest.MonkeyPatch, where: Callable[[int, bytes], bool] | None
) -> None:
    with_readers(2, monkeypatch)
    assert list(Scan(journal).entries(where=where)) == list(journal.entries())
    assert not forks


def test_a_column_of_another_type_is_damage(made: Settings, journal: Journal) -> None:
    change(made, f"UPDATE record SET root = 'text' WHERE seq = {RECORDS - 1}")
    try:
        with pytest.raises(JournalDamagedError, match="another type"):
            list(Scan(journal).entries(where=is_rare))
    finally:
        root = b"".join(journal.store.all("SELECT root FROM record WHERE seq = ?", (RECORDS - 2,))[0][:1])
        change(made, ("UPDATE record SET root = ? WHERE seq = ?", (root, RECORDS - 1)))


def test_a_process_with_threads_is_not_forked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))
    monkeypatch.setattr(readers, "_TASKS", tmp_path)
    (tmp_path / "1").touch()
    assert readers.readers_possible() == readers.MOST_READERS
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    assert readers.readers_possible() < 2
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    (tmp_path / "2").touch()
    assert readers.readers_possible() == 0
    monkeypatch.delattr(os, "fork")
    assert readers.readers_possible() == 0


def test_every_share_has_its_answer_in_its_place() -> None:
    shares = [range(place, place + 10) for place in range(0, 70, 10)]
    with looked_through(shares, lambda: lambda share: [seq for seq in share if seq % 3 == 0], 2) as answers:
        found = [list(answer) if answer is not None else None for answer in answers]
    assert found == [[seq for seq in share if seq % 3 == 0] for share in shares]
