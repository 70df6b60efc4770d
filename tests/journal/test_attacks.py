"""A journal in hostile hands: each test is an attack that once went through (review of issue 4).

Who attacks here may write to the data folder, and has no key.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from journal_rig import SEEN, a_message, a_verdict, begun, opened, settings_in
from verify_rig import change, checked, lines, no_recovery, note, texts

from guardian.errors import JournalDamagedError, JournalError
from guardian.events import Event
from guardian.journal.counts import add_count
from guardian.journal.keys import KeyLockedError
from guardian.journal.places.file_place import FilePlace
from guardian.journal.record import Kind, Record
from guardian.journal.recorder import open_recorder
from guardian.journal.scan import Scan
from guardian.journal.verdict_record import MOST_TEXT_BYTES
from guardian.journal.verification.here import verify_here
from guardian.settings import Settings

TODAY = ("2026-11-21", "incoming", "clean")


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """A journal with ten records."""
    settings = settings_in(tmp_path / "home")
    with begun(settings) as journal:
        for number in range(9):
            journal.append(note(f"note {number}"))
    return settings


def record_one(here: Settings, text: str = "after the attack") -> tuple[dict[str, object], list[Event]]:
    """One verdict, recorded as the gate does it, and what its owner was told."""
    told: list[Event] = []
    with open_recorder(here, told.append) as recorder:
        row = recorder.record(a_message(text), a_verdict(), SEEN)
    assert row is not None
    return dict(row), told


# Nothing that was tampered with gets under a new signature


@pytest.mark.parametrize("forged", ["randomblob(60)", "x''"])
def test_forgetting_one_record_does_not_sign_the_forged_key_of_another(here: Settings, forged: str) -> None:
    change(here, f"UPDATE wrap SET wrapped = {forged} WHERE seq = 5")
    with opened(here) as journal:
        with pytest.raises(JournalDamagedError, match="the key of record 5 is not the one that was signed"):
            journal.forget([(2, 2)], "at my word")
        with pytest.raises(JournalDamagedError):
            journal.rotate(no_recovery)
    assert any("record 5" in line for line in lines(checked(here)))


def test_what_was_forged_can_be_forgotten_with_the_rest(here: Settings) -> None:
    change(here, "UPDATE wrap SET wrapped = randomblob(60), epoch = -1 WHERE seq = 5")
    with opened(here) as journal:
        journal.forget([(2, 2), (5, 5)], "at my word")
    assert checked(here).is_intact


def test_an_older_copy_put_back_under_an_open_journal_is_noticed_and_recorded(here: Settings) -> None:
    file = here.paths.journal_file
    with opened(here) as journal:
        older = file.read_bytes()
        journal.append(note("cut off"))
        file.write_bytes(older)  # the same file, as `cp` writes it
        with pytest.raises(JournalDamagedError, match="replaced while it was open: it held 11 records, and holds 10"):
            journal.append(note("refused"))
        journal.unlock()
        journal.append(note("goes on"))
    assert any("1 records are missing" in line for line in lines(checked(here)))


def test_closing_puts_no_anchor_on_an_older_copy(here: Settings) -> None:
    with opened(here) as journal:
        older = here.paths.journal_file.read_bytes()
        for number in range(3):
            journal.append(note(f"cut off {number}"))
        journal._anchoring.put(journal.place)
        journal.append(note("after the anchor"))
        here.paths.journal_file.write_bytes(older)
    assert any("newer than this journal" in line for line in lines(verify_here(here.paths)))


def test_a_damaged_count_is_not_made_sound_by_counting_on(here: Settings) -> None:
    with opened(here) as journal:
        add_count(journal.store, journal.id, *TODAY)
        change(here, "UPDATE counts SET n = n + 1048576")
        for _ in range(2):
            add_count(journal.store, journal.id, *TODAY)
    assert any(line.startswith("counts:") for line in lines(checked(here)))


@pytest.mark.parametrize("value", ["'many'", "x'00'", str(2**63 - 1), "-5"])
def test_a_count_of_another_type_keeps_no_message_out(here: Settings, value: str) -> None:
    with opened(here) as journal:
        add_count(journal.store, journal.id, *TODAY)
    change(here, f"UPDATE counts SET n = {value}")
    with opened(here) as journal:
        add_count(journal.store, journal.id, *TODAY)
    assert not checked(here).is_intact


# Nothing is said to be recorded that is not


def test_a_trigger_that_takes_records_out_again_is_not_run(here: Settings) -> None:
    change(here, "CREATE TRIGGER t AFTER INSERT ON record BEGIN DELETE FROM record WHERE seq = NEW.seq; END")
    row, _ = record_one(here)
    assert row["seq"] is None
    assert row["waiting"]
    change(here, "DROP TRIGGER t")
    with opened(here) as journal:
        assert journal.size == 11
    assert checked(here).is_intact


def test_nothing_is_sealed_to_the_key_of_a_journal_that_was_put_here(here: Settings, tmp_path: Path) -> None:
    other = settings_in(tmp_path / "mallory")
    with begun(other):
        pass
    here.paths.journal_file.write_bytes(other.paths.journal_file.read_bytes())
    row, told = record_one(here, "a secret")
    assert (row["seq"], row["waiting"]) == (None, False)
    assert not list(here.paths.journal_waiting.rglob("*.sealed"))
    assert told


def test_what_waits_is_never_longer_than_what_can_come_in(here: Settings) -> None:
    (key,) = here.paths.config.glob("*.key")
    away = key.rename(key.with_suffix(".away"))
    turns = tuple("word " * 100_000 for _ in range(20))  # 10 MB of earlier turns
    with open_recorder(here, lambda _: None) as recorder:
        row = recorder.record(a_message("short", context=turns), a_verdict(), SEEN)
    assert row is not None
    assert row["waiting"]
    away.rename(key)
    with opened(here) as journal:
        record = journal.entry(journal.size - 1).record
    assert isinstance(record, Record)
    assert record.kind is Kind.VERDICT
    assert f"longer than {MOST_TEXT_BYTES >> 10} KiB" in record.body["text"]["why_not"]


# Columns of another type, and whatever else SQLite would store


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE meta SET value = 'x' WHERE name = 'header'",
        "UPDATE meta SET value = 4611686018427387904 WHERE name = 'header'",
        "INSERT OR REPLACE INTO meta VALUES ('anchor', 'x')",
        "INSERT OR REPLACE INTO meta VALUES ('kept_from', 'x')",
        "UPDATE record SET leaf = 5 WHERE seq = 1",
        "UPDATE wrap SET chain = 99 WHERE seq = 1",
        "UPDATE record SET schema = 99999999 WHERE seq = 1",
        "INSERT INTO counts VALUES (x'00', 'incoming', 'clean', 5, x'00')",
    ],
)
def test_no_value_is_an_internal_error(here: Settings, statement: str) -> None:
    change(here, statement)
    row, told = record_one(here)
    assert "internal error" not in f"{row}{told}"
    try:
        with opened(here) as journal:
            list(journal.entries())
    except JournalError:
        pass
    checked(here)


def test_an_anchor_that_says_nothing_counts_as_gone(here: Settings) -> None:
    with opened(here) as journal:
        file = here.paths.config / f"journal-{journal.id.hex()}.anchor"
    file.write_bytes(b"\x1b]52;c;aGk=\x07\xff")
    with opened(here):
        pass
    assert any("the checkpoint that was kept outside was gone" in line for line in lines(checked(here)))


def test_a_place_that_does_not_answer_is_not_asked_with_each_record(
    here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def fails(*_: object) -> None:
        asked.append(1)
        raise KeyLockedError("the keyring does not answer")

    with opened(here) as journal, monkeypatch.context() as patch:
        patch.setattr(FilePlace, "save_anchor", fails)
        for number in range(20):
            journal.append(note(f"note {number}"))
        assert len(asked) == 1


# Two processes and one key


def test_a_key_renewed_by_another_process_makes_nothing_unreadable(here: Settings) -> None:
    with opened(here) as reader, opened(here) as other:
        before = texts(reader)
        pages = reader.entries()
        next(pages)
        other.rotate(no_recovery)
        assert all(isinstance(entry.record, Record) for entry in pages)
        assert isinstance(reader.entry(3).record, Record)
        assert all(isinstance(entry.record, Record) for entry in Scan(reader).entries())
        assert texts(reader)[: len(before)] == before


def test_two_renewals_leave_one_key(here: Settings) -> None:
    with opened(here) as one, opened(here) as other:
        one.rotate(no_recovery)
        other.rotate(no_recovery)
    assert len(list(here.paths.config.glob("*.key"))) == 1
