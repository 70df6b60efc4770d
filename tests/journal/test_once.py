"""A delivery that has a name is kept one time, wherever the first try ended: journal, counts, waiting room, memory."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from journal_rig import SEEN, a_message, a_verdict, opened, settings_in

from guardian.errors import JournalError
from guardian.events import CaughtUp, Event, NotJournaled
from guardian.journal import once as once_module
from guardian.journal import recorder as recorder_module
from guardian.journal.counts import add_count, unsealed_counts
from guardian.journal.journal import Journal
from guardian.journal.record import Kind, Record
from guardian.journal.recorder import open_recorder
from guardian.journal.verification.parts import Front, check_small_tables
from guardian.journal.verification.report import Part, Problems
from guardian.settings import Settings
from guardian.verdict import Outcome

ONCE, OTHER = b"\x01" * 16, b"\x02" * 16
DAY_MS = 86_400_000


def keep(settings: Settings, once: bytes, outcome: Outcome = Outcome.FLAGGED, **message: Any) -> Any:
    """Record one verdict, as a process of its own would."""
    with open_recorder(settings) as recorder:
        return recorder.record(a_message(once=once, **message), a_verdict(outcome), SEEN)


def verdicts(settings: Settings) -> list[str]:
    with opened(settings) as journal:
        found = [entry.record for entry in journal.entries() if isinstance(entry.record, Record)]
    return [str(each.body["verdict"]["outcome"]) for each in found if each.kind is Kind.VERDICT]


def clean(settings: Settings) -> int:
    with opened(settings) as journal:
        days = unsealed_counts(journal.store, journal.id).values()
    return sum(day.get("incoming", {}).get("clean", 0) for day in days)


def test_a_verdict_is_recorded_once_for_each_delivery_and_its_place_is_answered_again(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    first = keep(settings, ONCE)
    assert keep(settings, ONCE) == first
    assert keep(settings, OTHER)["seq"] != first["seq"]
    assert keep(settings, b"")["seq"] != keep(settings, b"")["seq"]
    assert len(verdicts(settings)) == 4


def test_a_clean_message_is_counted_once_for_each_delivery(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    for once in (ONCE, ONCE, OTHER, b"", b""):
        assert keep(settings, once, Outcome.CLEAN) is None
    assert clean(settings) == 4


@pytest.mark.parametrize(
    ("outcomes", "recorded", "counted"),
    [
        ((Outcome.CLEAN, Outcome.FLAGGED), ["flagged"], 1),  # an alert is never lost to a count
        ((Outcome.FLAGGED, Outcome.CLEAN), ["flagged"], 0),
        ((Outcome.UNSCREENED, Outcome.FLAGGED), ["unscreened", "flagged"], 0),
        ((Outcome.UNSCREENED, Outcome.UNSCREENED), ["unscreened"], 0),
        ((Outcome.FLAGGED, Outcome.UNSCREENED), ["flagged"], 0),
    ],
)
def test_of_two_answers_to_one_delivery_the_second_is_kept_where_it_says_more(
    tmp_path: Path, outcomes: tuple[Outcome, Outcome], recorded: list[str], counted: int
) -> None:
    settings = settings_in(tmp_path)
    for outcome in outcomes:
        keep(settings, ONCE, outcome)
    assert verdicts(settings) == recorded
    assert clean(settings) == counted


def test_a_verdict_that_was_recorded_under_a_message_name_before_is_not_recorded_for_a_delivery(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    first = keep(settings, b"", id="a.txt", source="box")
    assert keep(settings, ONCE, id="a.txt", source="box") == first
    assert keep(settings, ONCE, id="b.txt", source="box") == first
    assert len(verdicts(settings)) == 1


def test_a_verdict_that_waits_for_the_key_waits_once_and_is_known_when_it_is_merged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_in(tmp_path)
    keep(settings, OTHER)

    def locked(_journal: Journal) -> None:
        raise JournalError("the key is not to be had")

    with monkeypatch.context() as locking:
        locking.setattr(Journal, "unlock", locked)
        for _ in range(2):  # two processes, which know nothing of each other
            with open_recorder(settings) as recorder:
                for _ in range(2):
                    place = recorder.record(a_message(once=ONCE), a_verdict(), SEEN)
                    assert place is not None
                    assert place["waiting"]
    waiting = list(settings.paths.journal_waiting.rglob("*.sealed"))
    assert [path.name[-39:-7] for path in waiting] == [ONCE.hex()]
    place = keep(settings, ONCE)
    assert place["seq"] is not None
    assert keep(settings, ONCE) == place
    assert len(verdicts(settings)) == 2


def test_what_is_held_in_memory_is_held_once(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    events: list[Event] = []
    settings.paths.data.parent.mkdir(parents=True, exist_ok=True)
    settings.paths.data.write_text("in the way")
    with open_recorder(settings, events.append) as recorder:
        for outcome in (Outcome.FLAGGED, Outcome.CLEAN) * 3:
            place = recorder.record(
                a_message(once=ONCE if outcome is Outcome.FLAGGED else OTHER), a_verdict(outcome), SEEN
            )
            assert place is not None
            assert place["waiting"] is False
        settings.paths.data.unlink()
        place = recorder.record(a_message(once=ONCE), a_verdict(), SEEN)
        assert place is not None
        assert place["seq"] is not None
    assert CaughtUp(1) in events
    assert isinstance(events[0], NotJournaled)
    assert (verdicts(settings), clean(settings)) == (["flagged"], 1)


def test_names_go_after_30_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, now = settings_in(tmp_path), time.time_ns() // 1_000_000
    monkeypatch.setattr(recorder_module, "now_ms", lambda: now - (once_module.ONCE_DAYS + 1) * DAY_MS)
    keep(settings, ONCE)
    monkeypatch.setattr(recorder_module, "now_ms", lambda: now)
    keep(settings, OTHER)
    with opened(settings) as journal:
        assert once_module.kept(journal.store, ONCE) is None
        assert once_module.kept(journal.store, OTHER) is not None


def test_a_name_and_its_count_are_on_disk_together_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_in(tmp_path)
    keep(settings, OTHER)
    with opened(settings) as journal:

        def broken(*_: Any) -> bytes:
            raise KeyboardInterrupt

        with monkeypatch.context() as breaking:
            breaking.setattr("guardian.journal.counts.mark_of", broken)
            with pytest.raises(KeyboardInterrupt):
                add_count(journal.store, journal.id, "2026-11-21", "incoming", "clean", once=ONCE)
        assert once_module.kept(journal.store, ONCE) is None
        add_count(journal.store, journal.id, "2026-11-21", "incoming", "clean", once=ONCE)
        assert once_module.kept(journal.store, ONCE) == once_module.Kept(None)


def test_a_name_of_another_length_is_a_name_too(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    assert keep(settings, b"any name") == keep(settings, b"any name")
    assert len(verdicts(settings)) == 1


@pytest.mark.parametrize(
    "row", [(b"short", 1, 1), (b"\x03" * 16, 99, 1), (b"\x04" * 16, 1, "today")], ids=["name", "record", "day"]
)
def test_verification_looks_at_the_names(tmp_path: Path, row: tuple[object, ...]) -> None:
    settings = settings_in(tmp_path)
    keep(settings, ONCE)
    keep(settings, OTHER, Outcome.CLEAN)
    with opened(settings) as journal:
        front = Front(journal.id, None, None, journal.size, None, None, None)
        for expected in (0, 1):
            problems = Problems()
            check_small_tables(journal.store, problems, front)
            assert [problem.part for problem in problems.sorted()] == [Part.SEEN] * expected
            journal.store.run("INSERT OR IGNORE INTO once VALUES (?, ?, ?)", row)
