"""The key of a journal as its owner handles it: `guardian key` in a pipe and on a terminal, and a journal to try it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import keyring.core
import pytest
from terminal_rig import Terminal, on_terminal

from guardian.journal.opening import open_journal, open_or_begin
from guardian.journal.record import Kind, Record
from guardian.settings import default_settings

RECORDS = 5


def begin_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A journal of five records whose key is in a file; the runner's own keyring is nobody's business."""
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("TERM", "xterm")
    journal = open_or_begin(default_settings(os.environ))
    for number in range(RECORDS):
        journal.append(Record(Kind.FEEDBACK, number, {"number": number}))
    journal.close()


def readable_records() -> int:
    """How many of the records can be read without asking anybody. Raises JournalError."""
    with open_journal(default_settings(os.environ)) as journal:
        found = [entry.record for entry in journal.entries()]
    return sum(isinstance(record, Record) and "number" in record.body for record in found)


def guardian_key(*words: str, stdin: str = "", fails: bool = False, env: Mapping[str, str] | None = None) -> str:
    """One run of `guardian key` in a pipe: what it printed; where it must fail with exit code 2, its line of error."""
    done = subprocess.run(
        [sys.executable, "-m", "guardian", "key", *words],
        input=stdin,
        capture_output=True,
        text=True,
        env={**os.environ, **(env or {})},
    )
    assert done.returncode == (2 if fails else 0), done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr if fails else done.stdout


def key_on_terminal(*words: str, stdout: int | None = None) -> AbstractContextManager[Terminal]:
    """One run of `guardian key` on a terminal."""
    return on_terminal(["-m", "guardian", "key", *words], stdout=stdout)


def key_files(home: Path) -> set[str]:
    """The key files that there are."""
    return {path.name for path in (home / "config").glob("*.key")}


def lose_key(home: Path) -> None:
    """What a broken disk does."""
    for path in (home / "config").glob("*.key"):
        path.unlink()
