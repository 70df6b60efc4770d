"""What is remembered of deliveries goes once they are gone for long, and no sooner; what stays is never new again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from watch_rig import LONG_AGO_S, a_maildir, a_source, deliver, settings_of

from guardian.outcome import Outcome
from guardian.sources.live.base import Source
from guardian.watching import census as census_module
from guardian.watching.census import EVERY_DAYS, KEPT_DAYS, Census
from guardian.watching.database import Database, open_database
from guardian.watching.memory import Memory

FIRST_DAY = 20_000


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(settings_of(tmp_path).paths) as database:
        yield database


@pytest.fixture
def days(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Today, as its last number."""
    today = [FIRST_DAY]
    monkeypatch.setattr(census_module, "today", lambda: today[-1])
    return today


def look(source: Source, memory: Memory, *, is_whole: bool = True) -> list[str]:
    """One look as the watcher takes it: positions of what was new."""
    census, given = Census.due(source, memory), []
    for delivery in source.look(census or memory.is_seen):
        given.append(delivery.position)
        memory.finish(delivery.key, delivery.stamp, Outcome.CLEAN)
        source.answered(delivery)
        if census is not None:
            census.given(delivery.key)
    if census is not None and is_whole:
        census.close()
    return given


def rows(database: Database) -> int:
    """How much is remembered."""
    return int((database.one("SELECT count(*) FROM delivery") or (0,))[0])


def pass_time(source: Source, memory: Memory, days: list[int], how_long: int) -> list[str]:
    """Look every day; positions of what was new."""
    given = []
    for _ in range(how_long):
        days.append(days[-1] + 1)
        given += look(source, memory)
    return given


def put(path: Path, text: str, at_s: int = LONG_AGO_S) -> Path:
    path.write_text(text)
    os.utime(path, (at_s, at_s))
    return path


def test_what_is_gone_is_forgotten_after_its_time_and_what_stays_is_never_new(
    tmp_path: Path, database: Database, days: list[int]
) -> None:
    box, memory = a_maildir(tmp_path / "box"), Memory(database, "box")
    stays, goes = deliver(box, [1, 2])
    source = a_source("maildir", box)
    assert look(source, memory) == [stays, goes]
    assert pass_time(source, memory, days, KEPT_DAYS + EVERY_DAYS) == []
    assert rows(database) == 2
    (box / "new" / goes).unlink()
    assert pass_time(source, memory, days, KEPT_DAYS) == []
    assert rows(database) == 2
    assert pass_time(source, memory, days, 2 * EVERY_DAYS) == []
    assert rows(database) == 1
    assert memory.health().answered == 2


def test_what_comes_back_in_time_is_not_new_and_counts_anew(
    tmp_path: Path, database: Database, days: list[int]
) -> None:
    box, memory = a_maildir(tmp_path / "box"), Memory(database, "box")
    (name,) = deliver(box, [1])
    source = a_source("maildir", box)
    look(source, memory)
    pass_time(source, memory, days, EVERY_DAYS)
    for _ in range(3):
        (box / "new" / name).rename(tmp_path / "aside")
        pass_time(source, memory, days, KEPT_DAYS - EVERY_DAYS)
        (tmp_path / "aside").rename(box / "cur" / f"{name}:2,S")
        assert pass_time(source, memory, days, EVERY_DAYS) == []
        (box / "cur" / f"{name}:2,S").rename(box / "new" / name)
    assert rows(database) == 1


def test_the_content_of_a_file_that_stays_is_remembered_although_only_its_stamp_is_asked_about(
    tmp_path: Path, database: Database, days: list[int]
) -> None:
    """Else a file that is touched after months would be screened again."""
    folder, memory = tmp_path / "texts", Memory(database, "box")
    folder.mkdir()
    path = put(folder / "a.txt", "Lunch at noon?")
    source = a_source("folder", folder)
    assert look(source, memory) == ["a.txt"]
    assert pass_time(source, memory, days, 2 * KEPT_DAYS) == []
    assert rows(database) == 2
    os.utime(path, (LONG_AGO_S + 5, LONG_AGO_S + 5))
    (delivery,) = source.look(memory.is_seen)
    assert memory.is_seen(delivery.key)
    memory.finish(delivery.key, delivery.stamp, None)
    assert rows(database) == 3
    pass_time(source, memory, days, KEPT_DAYS + 2 * EVERY_DAYS)
    assert rows(database) == 2  # the old stamp went


def test_an_mbox_that_is_read_in_part_is_counted_whole(tmp_path: Path, database: Database, days: list[int]) -> None:
    mails = [f"From x@example.com Sat Jan  1 00:00:00 2022\nSubject: {number}\n\nHello\n\n" for number in range(3)]
    box, memory = put(tmp_path / "box", "".join(mails)), Memory(database, "box")
    source = a_source("mbox", box)
    assert len(look(source, memory)) == 3
    assert pass_time(source, memory, days, 2 * KEPT_DAYS) == []
    assert rows(database) == 3
    put(box, "".join(mails[1:]), LONG_AGO_S + 60)
    assert pass_time(source, memory, days, KEPT_DAYS + 2 * EVERY_DAYS) == []
    assert rows(database) == 2


def test_a_look_that_could_not_see_everything_forgets_nothing(
    tmp_path: Path, database: Database, days: list[int]
) -> None:
    box, memory = a_maildir(tmp_path / "box"), Memory(database, "box")
    (name,) = deliver(box, [1])
    source = a_source("maildir", box)
    look(source, memory)
    (box / "new" / name).unlink()
    for _ in range(2 * KEPT_DAYS):
        days.append(days[-1] + 1)
        look(source, memory, is_whole=False)
    assert rows(database) == 1


def test_messages_of_exports_are_kept_for_the_next_export(tmp_path: Path, database: Database, days: list[int]) -> None:
    chat = "31/12/2024, 21:41 - Ada: Dinner at eight?\n"
    folder, memory = tmp_path / "exports", Memory(database, "box")
    folder.mkdir()
    path = put(folder / "WhatsApp Chat with Ada.txt", chat)
    source = a_source("whatsapp", folder)
    assert len(look(source, memory)) == 1
    path.unlink()
    assert pass_time(source, memory, days, 2 * KEPT_DAYS) == []
    put(path, chat + "01/01/2025, 10:00 - Ada: Happy new year!\n")
    assert [position.rpartition(" ")[2] for position in look(source, memory)] == ["2"]


def test_another_source_is_left_alone(tmp_path: Path, database: Database, days: list[int]) -> None:
    box, memory, other = a_maildir(tmp_path / "box"), Memory(database, "box"), Memory(database, "other")
    deliver(box, [1])
    other.finish(b"somewhere else", b"its stamp", Outcome.CLEAN)
    source = a_source("maildir", box)
    pass_time(source, memory, days, 2 * KEPT_DAYS)
    assert other.is_seen(b"somewhere else")
    assert other.is_seen(b"its stamp")
    assert other.counted_day == 0


def test_what_was_begun_and_has_no_answer_is_kept(tmp_path: Path, database: Database, days: list[int]) -> None:
    box, memory = a_maildir(tmp_path / "box"), Memory(database, "box")
    memory.begin(b"asked about")
    pass_time(a_source("maildir", box), memory, days, 2 * KEPT_DAYS)
    assert memory.begun() == {memory.tag(b"asked about")}
