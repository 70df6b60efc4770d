"""`guardian journal verify|checkpoint|prove|forget` end to end: words, JSON, exit codes, and the owner's yes."""

from __future__ import annotations

import json
import sqlite3
import stat
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from journal_rig import SEEN, a_message, a_verdict, settings_in
from terminal_rig import on_terminal
from verify_rig import change, fill

from guardian.journal.fields import FIELDS
from guardian.journal.recorder import open_recorder
from guardian.settings import Settings

Run = Callable[..., subprocess.CompletedProcess[bytes]]
RECORDS = 39
NOT_REACHED = b"not reached: copies of the journal made before"


@pytest.fixture
def here(guardian_home: Path) -> Settings:
    """A journal of 39 records, five of them forgotten."""
    settings = settings_in(guardian_home)
    fill(settings)
    return settings


def words(done: subprocess.CompletedProcess[bytes]) -> list[str]:
    return done.stdout.decode().splitlines()


def shown(done: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(done.stdout)
    return value


# verify


def test_an_intact_journal_is_said_to_be_so_in_one_line(here: Settings, run_guardian: Run) -> None:
    done = run_guardian("journal", "verify")
    (line,) = words(done)
    assert line.startswith("39 records, 5 forgotten, head signed 20")
    assert line.endswith("continues the checkpoint kept outside: intact")
    assert (done.returncode, done.stderr) == (0, b"")


def test_every_problem_has_its_line_and_the_last_line_counts_them(here: Settings, run_guardian: Run) -> None:
    change(
        here,
        "UPDATE record SET sealed = zeroblob(600) WHERE seq = 9",
        "UPDATE wrap SET epoch = 7 WHERE seq = 11",
        "CREATE TABLE mine (x)",
    )
    done = run_guardian("journal", "verify")
    assert words(done)[:3] == [
        "file: something was added to it: the table mine",
        "record 9: its sealed content is not what its leaf says",
        "key of record 11: it is of epoch 7, and the journal of epoch 1",
    ]
    assert words(done)[3].endswith(": 3 problems")
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_journal_that_is_wrong_all_over_is_told_in_fifty_lines(here: Settings, run_guardian: Run) -> None:
    change(here, *[f"INSERT INTO meta VALUES ('mine{number}', x'00')" for number in range(70)])
    done = run_guardian("journal", "verify")
    assert len(words(done)) == 52
    assert words(done)[-2] == "and 20 more"
    assert shown(run_guardian("journal", "verify", "--json"))["problem_count"] == 70


def test_json_says_the_same(here: Settings, run_guardian: Run) -> None:
    change(here, "UPDATE record SET leaf = zeroblob(32) WHERE seq = 9")
    done = run_guardian("journal", "verify", "--json")
    row = shown(done)
    assert (row["v"], row["intact"], row["records"], row["forgotten"]) == (1, False, RECORDS, 5)
    assert row["anchor"] == {"compared": "continues", "size": RECORDS, "why_not": None}
    assert row["problems"] == [
        {"part": "record", "record": 9, "last": 9, "column": "leaf", "what": "its leaf was changed"}
    ]
    assert done.returncode == 1


def test_a_sample_says_how_much_was_looked_at(here: Settings, run_guardian: Run) -> None:
    assert shown(run_guardian("journal", "verify", "--sample", "100%", "--json"))["contents_checked"] == RECORDS - 5
    assert "the content of " in words(run_guardian("journal", "verify", "--sample", "0.001%"))[0]


def test_full_opens_every_record(here: Settings, run_guardian: Run) -> None:
    done = run_guardian("journal", "verify", "--full")
    assert "34 opened with the key" in words(done)[0]
    assert done.returncode == 0


def test_a_checkpoint_taken_earlier_tells_of_what_is_missing_later(
    here: Settings, run_guardian: Run, tmp_path: Path
) -> None:
    old, note = tmp_path / "old.db", tmp_path / "note"
    old.write_bytes(here.paths.journal_file.read_bytes())
    with open_recorder(here) as recorder:
        for number in range(4):
            recorder.record(a_message(id=f"later {number}"), a_verdict(), SEEN)
    assert run_guardian("journal", "checkpoint", "--output", str(note)).returncode == 0
    assert stat.S_IMODE(note.stat().st_mode) == 0o600
    done = run_guardian("journal", "verify", "--against", str(note))
    assert "continues the checkpoint given" in words(done)[0]
    assert done.returncode == 0
    here.paths.journal_file.write_bytes(old.read_bytes())
    done = run_guardian("journal", "verify", "--against", "-", stdin=note.read_bytes())
    records = json.loads(run_guardian("journal", "verify", "--against", str(note), "--json").stdout)["against"]["size"]
    missing = records - RECORDS
    line = f"checkpoint given: newer than this journal: {missing} of its {records} records are missing"
    assert line in words(done)
    assert done.returncode == 1


def test_an_older_checkpoint_is_said_to_be_older(here: Settings, run_guardian: Run, tmp_path: Path) -> None:
    note = tmp_path / "note"
    note.write_bytes(run_guardian("journal", "checkpoint").stdout)
    assert run_guardian("journal", "forget", "9", "--yes").returncode == 0
    done = run_guardian("journal", "verify", "--against", str(note))
    assert words(done)[0].endswith("continues the checkpoint given, 1 record older: intact")


USAGE = [
    (("journal", "verify", "--sample", "0%"), "must be a share"),
    (("journal", "verify", "--sample", "nan"), "must be a share"),
    (("journal", "verify", "--against", __file__), "is not a checkpoint"),
    (("journal", "prove", "9", "--reveal", "outcom"), "did you mean"),
    (("journal", "prove", "nine", "--reveal", "outcome"), "must be the number of a record"),
    (("journal", "prove", "999", "--reveal", "outcome"), "has no record 999"),
    (("journal", "prove", "2", "--reveal", "outcome"), "was forgotten"),
    (("journal", "forget", "--yes"), "name either records by number, or --before a day"),
    (("journal", "forget", "9", "--before", "7d", "--yes"), "name either records"),
    (("journal", "forget", "9..3", "--yes"), "must be the number of a record, or a range"),
    (("journal", "forget", "30..99", "--yes"), "has no record 39"),
    (("journal", "forget", "30", "--yes"), "can't be forgotten"),
    (("journal", "forget", "--before", "yesterday", "--yes"), "--before"),
    (("journal", "forget", "9"), "nobody can be asked here"),
]


@pytest.mark.parametrize(("command", "said"), USAGE)
def test_what_cannot_be_done_is_one_line_and_changes_nothing(
    here: Settings, run_guardian: Run, command: tuple[str, ...], said: str
) -> None:
    before = here.paths.journal_file.read_bytes()
    done = run_guardian(*command)
    (line,) = done.stderr.decode().splitlines()
    assert said in line
    assert (done.returncode, done.stdout) == (2, b"")
    assert here.paths.journal_file.read_bytes() == before


@pytest.mark.parametrize("action", [("verify",), ("checkpoint",), ("prove", "0", "--reveal", "kind")])
def test_where_there_is_no_journal_there_is_one_line(run_guardian: Run, action: tuple[str, ...]) -> None:
    done = run_guardian("journal", *action)
    assert done.stderr.startswith(b"guardian: there is no journal yet")
    assert (done.returncode, done.stdout) == (2, b"")


def test_a_foreign_and_a_newer_journal_cannot_be_verified_and_are_left_alone(here: Settings, run_guardian: Run) -> None:
    with closing(sqlite3.connect(here.paths.journal_file)) as database:
        database.execute("PRAGMA user_version = 9")
    before = here.paths.journal_file.read_bytes()
    done = run_guardian("journal", "verify")
    assert (done.returncode, b"another version of guardian" in done.stderr) == (2, True)
    assert here.paths.journal_file.read_bytes() == before


def test_a_checkpoint_that_cannot_be_read_or_written_is_74(here: Settings, run_guardian: Run, tmp_path: Path) -> None:
    assert run_guardian("journal", "verify", "--against", str(tmp_path / "none")).returncode == 74
    assert run_guardian("journal", "checkpoint", "--output", str(tmp_path / "none" / "note")).returncode == 74


# checkpoint


def test_a_checkpoint_carries_a_second_signature_where_its_owner_wants_one(here: Settings, run_guardian: Run) -> None:
    plain = run_guardian("journal", "checkpoint").stdout.decode()
    double = run_guardian("journal", "checkpoint", env={"GUARDIAN_JOURNAL_SECOND_SIGNATURE": "on"}).stdout.decode()
    signatures = [note.rpartition("\n\n")[2].count("\n") for note in (plain, double)]
    assert signatures == [1, 2]


def test_a_head_that_is_not_signed_is_not_handed_out(here: Settings, run_guardian: Run) -> None:
    change(here, "UPDATE head SET note = replace(note, 'time 1', 'time 2')")
    done = run_guardian("journal", "checkpoint")
    assert (done.returncode, done.stdout) == (2, b"")


# prove


def test_a_receipt_shows_what_was_named_and_nothing_else(here: Settings, run_guardian: Run, tmp_path: Path) -> None:
    path, note = tmp_path / "receipt.json", tmp_path / "note"
    note.write_bytes(run_guardian("journal", "checkpoint").stdout)
    done = run_guardian("journal", "prove", "9", "--reveal", "policy,outcome", "--output", str(path))
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"the receipt shows outcome, policy; closed in it: kind, time" in done.stderr
    checked = run_guardian("verify-receipt", str(path), "--checkpoint", str(note), "--json")
    assert checked.returncode == 0
    row = shown(checked)
    assert (row["seq"], sorted(row["revealed"])) == (9, ["outcome", "policy"])
    assert set(row["hidden"]) == set(FIELDS) - {"outcome", "policy"}
    assert "message 9" not in path.read_text()


def test_a_receipt_with_the_text_carries_the_message_and_says_so(here: Settings, run_guardian: Run) -> None:
    listed = [json.loads(line) for line in run_guardian("journal", "list", "~o flagged", "--json").stdout.splitlines()]
    seq = listed[-1]["seq"]
    done = run_guardian("journal", "prove", str(seq), "--reveal", "text,outcome,model,policy")
    assert done.returncode == 0
    assert b"the message itself is in it" in done.stderr
    receipt = run_guardian("verify-receipt", "-", "--json", stdin=done.stdout)
    assert shown(receipt)["can_run_again"]


def test_a_receipt_can_be_made_against_a_checkpoint_that_its_reader_has(
    here: Settings, run_guardian: Run, tmp_path: Path
) -> None:
    note = tmp_path / "note"
    note.write_bytes(run_guardian("journal", "checkpoint").stdout)
    assert run_guardian("journal", "forget", "10", "--yes").returncode == 0
    receipt = run_guardian("journal", "prove", "9", "--reveal", "outcome", "--against", str(note)).stdout
    checked = run_guardian("verify-receipt", "-", "--checkpoint", str(note), "--json", stdin=receipt)
    assert (checked.returncode, shown(checked)["against_size"]) == (0, RECORDS)


# forget


def test_forgetting_says_what_it_did_and_what_it_does_not_reach(here: Settings, run_guardian: Run) -> None:
    """Record 3 takes with it what its owner said of it."""
    done = run_guardian("journal", "forget", "3", "8..10", "--why", "mine alone", "--yes")
    assert (done.returncode, words(done)) == (0, ["5 records forgotten; record 39 says so"])
    assert NOT_REACHED in done.stderr
    assert words(run_guardian("journal", "verify", "--full"))[0].startswith("40 records, 10 forgotten")
    again = run_guardian("journal", "forget", "3", "--yes")
    assert (again.returncode, again.stdout) == (0, b"")
    assert b"forgotten already" in again.stderr


def test_everything_before_a_day_is_forgotten_and_nothing_else(here: Settings, run_guardian: Run) -> None:
    """The verdicts are of now, the owner's word is from 2026-09-21, by the clock of this test's records."""
    assert run_guardian("journal", "forget", "--before", "1971-01-02", "--yes").stdout == b""
    done = run_guardian("journal", "forget", "--before", "0h", "--yes")
    assert done.returncode == 0
    left = run_guardian("journal", "list", "~k verdict|~k feedback", "--json").stdout
    assert left == b""
    assert words(run_guardian("journal", "verify"))[0].endswith("intact")


@pytest.mark.parametrize(("answer", "forgotten"), [("y", True), ("n", False), ("", False)])
def test_on_a_terminal_the_owner_is_asked_and_no_is_the_default(
    here: Settings, run_guardian: Run, answer: str, forgotten: bool
) -> None:
    with on_terminal(["-m", "guardian", "journal", "forget", "9"]) as terminal:
        assert "1 record to be forgotten for good: 9" in terminal.wait_for("go on? [y/N]")
        terminal.type(answer)
        assert terminal.end() == 0
    assert ("nothing was changed" in terminal.shown) is not forgotten
    assert shown(run_guardian("journal", "verify", "--json"))["forgotten"] == 5 + forgotten
