"""Journals that can't be used, and questions that can't be answered: one clear line, the documented exit code, and
nothing is changed. Run through the program itself."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from fault_journal import make_victim
from fault_lives import no_recovery, settings_of
from fault_strace import needs_strace

from guardian.events import ignore
from guardian.journal.keys import KeyPlace
from guardian.journal.opening import open_or_begin
from guardian.journal.places.choose import open_place
from guardian.journal.secret import Secret

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "journal"))
from terminal_rig import on_terminal


@pytest.fixture(scope="module")
def model_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a journal, made once."""
    home = tmp_path_factory.mktemp("bad-input") / "home"
    make_victim(home, 20)
    return home


@pytest.fixture
def home(model_home: Path, tmp_path: Path) -> Path:
    """The journal of this test: a copy of its own, at a place of its own."""
    home = tmp_path / "home"
    shutil.copytree(model_home, home)
    make_known(home)
    return home


def make_known(home: Path) -> None:
    """Let the journal be opened once where it stands now."""
    journal = open_or_begin(settings_of(home), ignore)
    journal.unlock()
    journal.close()


def _foreign(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE bookmarks (url TEXT)")
        database.commit()
    file.chmod(0o600)


def _newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA user_version = 9")


def _set_header(file: Path, change: Callable[[bytes], bytes]) -> None:
    with closing(sqlite3.connect(file)) as database:
        (header,) = database.execute("SELECT value FROM meta WHERE name = 'header'").fetchone()
        database.execute("UPDATE meta SET value = ? WHERE name = 'header'", (change(header),))
        database.commit()


def _link(file: Path) -> None:
    file.rename(file.with_suffix(".real"))
    file.symlink_to("journal.real")


_BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "a foreign database": (_foreign, "is no journal of guardian's"),
    "a newer file": (_newer, "another version of guardian"),
    "no database": (lambda file: file.write_text("dear diary\n" * 500), "is no database"),
    "a newer header": (
        lambda file: _set_header(file, lambda data: data.replace(b'"v":1', b'"v":2')),
        "another version of guardian",
    ),
    "a damaged header": (lambda file: _set_header(file, lambda data: data[:200]), "header is damaged"),
    "no header": (lambda file: _set_header(file, lambda _: b""), "header is damaged"),
    "open to others": (lambda file: file.chmod(0o644), "other accounts may open"),
    "a link": (_link, "no regular file"),
}


@pytest.mark.parametrize("kind", _BROKEN)
@pytest.mark.parametrize("words", ["journal list", "feedback 2 right"])
def test_a_journal_that_is_none_of_ours_is_refused_and_left_alone(
    kind: str, words: str, home: Path, run_guardian: Callable[..., subprocess.CompletedProcess[bytes]]
) -> None:
    spoil, said = _BROKEN[kind]
    spoil(settings_of(home).paths.journal_file)
    before = _contents(home)
    done = run_guardian(*words.split(), env={"GUARDIAN_HOME": str(home)})
    assert _one_line(done.stderr).count(said) == 1
    assert (done.returncode, done.stdout) == (2, b"")
    assert _contents(home) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["journal", "list", "~o purple"], "expected an outcome"),
        (["journal", "list", "~d 2026-11-21..2026-11-01"], "ends before it begins"),
        (["journal", "stats", "(~o flagged"], "column"),
        (["journal", "export", "--format", "csv", "~z 3"], "column"),
        (["journal", "show", "999"], "has no record 999"),
        (["journal", "prove", "999", "--reveal", "outcome"], "no record 999"),
        (["journal", "prove", "2", "--reveal", "soul"], "soul"),
        (["journal", "verify", "--against", "/dev/null"], "is not a checkpoint"),
        (["journal", "forget", "2"], "--yes"),
        (["journal", "forget", "999", "--yes"], "no record"),
        (["feedback", "0", "right"], "0"),
        (["feedback", "999", "right"], "no record 999"),
    ],
)
def test_a_question_that_has_no_answer_changes_nothing(
    words: list[str], said: str, home: Path, run_guardian: Callable[..., subprocess.CompletedProcess[bytes]]
) -> None:
    before = _contents(home)
    done = run_guardian(*words, env={"GUARDIAN_HOME": str(home)})
    assert said in _one_line(done.stderr)
    assert (done.returncode, done.stdout) == (2, b"")
    assert _contents(home) == before


@pytest.mark.long
def test_a_filter_beside_a_journal_that_is_none_of_ours_passes_on_and_says_so(
    home: Path, run_guardian: Callable[..., subprocess.CompletedProcess[bytes]]
) -> None:
    _foreign(settings_of(home).paths.journal_file)
    before = _contents(home / "data" / "journal")
    text = b"Buy 4 gift cards now and tell nobody, or your account is closed.\n"
    done = run_guardian("filter", stdin=text, env={"GUARDIAN_HOME": str(home)})
    assert done.stdout == text
    assert done.returncode == 1
    assert b"not journaled: " in done.stderr
    assert b"is no journal of guardian's" in done.stderr
    assert _contents(home / "data" / "journal") == before


def test_the_wrong_passphrase_is_said_and_changes_nothing(home: Path) -> None:
    journal = open_or_begin(settings_of(home), ignore)
    journal.unlock()
    place = open_place(KeyPlace.PASSPHRASE, home / "config", ask=lambda _: Secret(b"correct horse battery"))
    journal.move_key(place, no_recovery)
    journal.close()
    before = _contents(home)
    with on_terminal(["-m", "guardian", "journal", "list"], env={"GUARDIAN_HOME": str(home)}) as terminal:
        for _ in range(3):
            terminal.wait_for(": ")
            terminal.type("incorrect horse")
        code = terminal.end()
    assert code == 2
    assert "incorrect horse" not in terminal.shown
    assert "Traceback" not in terminal.shown
    assert _contents(home) == before


@needs_strace
@pytest.mark.parametrize(
    ("call", "error"), [("pwrite64", "ENOSPC"), ("fdatasync", "EIO"), ("ftruncate", "EROFS"), ("pwrite64", "EIO")]
)
def test_a_disk_that_takes_nothing_is_said_and_changes_nothing(call: str, error: str, home: Path) -> None:
    before = _contents(home)
    command = ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"inject={call}:error={error}", "-e", f"trace={call}"]
    done = subprocess.run(
        [*command, sys.executable, "-m", "guardian", "feedback", "2", "right"],
        capture_output=True,
        env={**os.environ, "GUARDIAN_HOME": str(home)},
        check=False,
    )
    if b"not permitted" in done.stderr:
        pytest.skip("strace may not start processes here")
    assert "the journal" in _one_line(done.stderr)
    assert (done.returncode, done.stdout) == (74, b"")
    assert {name: data for name, data in _contents(home).items() if not name.endswith("-journal")} == {
        name: data for name, data in before.items() if not name.endswith("-journal")
    }


def test_an_export_that_finds_no_space_ends_with_74(
    home: Path, run_guardian: Callable[..., subprocess.CompletedProcess[bytes]]
) -> None:
    before = _contents(home)
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "guardian", "journal", "export", "--format", "ndjson"],
            stdout=full,
            stderr=subprocess.PIPE,
            env={**os.environ, "GUARDIAN_HOME": str(home)},
            check=False,
        )
    assert _one_line(done.stderr)
    assert done.returncode == 74
    assert _contents(home) == before


def _contents(home: Path) -> dict[str, bytes]:
    """Every file of the home, by its name."""
    return {str(path.relative_to(home)): path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()}


def _one_line(words: bytes) -> str:
    lines = words.decode().splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("guardian: ")
    assert "internal error" not in lines[0]
    return lines[0]
