"""The file under the journal: its tables, how it is opened, and SQLite's errors in the owner's words.

Invariants: the file is a regular one of its owner's, open to nobody else; it is a journal of this version, or empty; no
error ever holds what was to be written.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from guardian.errors import JournalDamagedError, JournalError, JournalIoError

APPLICATION_ID: Final = 0x47445231
"""'GDR1' in the file's header, by which `file` and others know it."""
SCHEMA_VERSION: Final = 2
BUSY_TIMEOUT_S: Final = 60.0
DAMAGE_HINT: Final = "guardian journal verify says what is wrong with it"

TABLES: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE record (
    seq INTEGER PRIMARY KEY, schema INTEGER NOT NULL, root BLOB NOT NULL, public BLOB NOT NULL, fields BLOB NOT NULL,
    sealed BLOB, sealed_sha256 BLOB NOT NULL, leaf BLOB NOT NULL
);
CREATE TABLE wrap (
    seq INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, wrapped BLOB NOT NULL, chain BLOB NOT NULL
);
CREATE TABLE head (
    one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, root BLOB NOT NULL, frontier BLOB NOT NULL,
    chain BLOB NOT NULL, note TEXT NOT NULL
);
CREATE TABLE counts (
    day TEXT NOT NULL, channel TEXT NOT NULL, outcome TEXT NOT NULL, n INTEGER NOT NULL, mark BLOB NOT NULL,
    PRIMARY KEY (day, channel, outcome)
) WITHOUT ROWID;
CREATE TABLE merged (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE seen (tag BLOB PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE once (name BLOB PRIMARY KEY, seq INTEGER, day INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX once_day ON once (day);
"""

CREATION: Final = (
    *TABLES.split(";\n"),
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)
"""The statements that make a new journal, in order."""

_MARKS: Final = ("application_id", "user_version")
_WORDS: Final = {
    sqlite3.SQLITE_FULL: "no space is left on its disk",
    sqlite3.SQLITE_IOERR: "its disk does not read or write",
    sqlite3.SQLITE_READONLY: "it can't be written to",
    sqlite3.SQLITE_CANTOPEN: "it can't be opened",
    sqlite3.SQLITE_BUSY: "another program holds it",
    sqlite3.SQLITE_LOCKED: "another program holds it",
    sqlite3.SQLITE_PERM: "it can't be written to",
    sqlite3.SQLITE_NOMEM: "there is not enough memory",
}


def opened(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """The file at `path`, made for its owner alone where there is none and it may be written.

    Raises JournalIoError where it can't be opened, JournalError where it is something else than a journal.
    """
    with said(path):
        if not read_only:
            _make_private_file(path)
        _check_file(path)
    return connected(path, read_only=read_only)


def connected(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """A connection to a file that was checked. Raises JournalError."""
    mode = "ro" if read_only else "rw"
    with said(path):
        database = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,  # the journal's own lock stands before it
            timeout=BUSY_TIMEOUT_S,
        )
        try:
            _set_up(database, path)
        except BaseException:
            database.close()
            raise
    return database


@contextmanager
def said(path: Path) -> Iterator[None]:
    """Turn SQLite's and the system's errors into lines for the owner; neither ever holds what was to be written."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in _WORDS:
            raise JournalIoError(f"the journal {path}: {_WORDS[code]}") from None
        if code == sqlite3.SQLITE_NOTADB:
            raise JournalDamagedError(f"{path} is no database", hint=DAMAGE_HINT) from None
        raise JournalDamagedError(f"the journal {path} is damaged", hint=DAMAGE_HINT) from None
    except UnicodeDecodeError:  # in SQLite's own message, which quotes the damage
        raise JournalDamagedError(f"the journal {path} is damaged", hint=DAMAGE_HINT) from None
    except OSError as error:
        words = (error.strerror or type(error).__name__).lower()
        raise JournalIoError(f"the journal {path}: {words}") from None


def _set_up(database: sqlite3.Connection, path: Path) -> None:
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA journal_mode = TRUNCATE")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("PRAGMA secure_delete = ON")
    database.execute("PRAGMA temp_store = MEMORY")
    if database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
        return
    application, version = (database.execute(f"PRAGMA {name}").fetchone()[0] for name in _MARKS)
    if application != APPLICATION_ID:
        raise JournalError(f"{path} is no journal of guardian's", hint="move it away, and a new one is begun")
    if version != SCHEMA_VERSION:
        hint = "use that version, or a newer one"
        raise JournalError(f"the journal {path} was written by another version of guardian", hint=hint)


def _make_private_file(path: Path) -> None:
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))


def _check_file(path: Path) -> None:
    facts = path.lstat()
    if not stat.S_ISREG(facts.st_mode):
        raise JournalError(f"the journal {path} is no regular file", hint="move it away, and a new one is begun")
    if facts.st_uid != os.geteuid():
        raise JournalError(f"the journal {path} belongs to another account", hint="chown it, or set GUARDIAN_HOME")
    if stat.S_IMODE(facts.st_mode) & 0o077:
        raise JournalError(f"other accounts may open the journal {path}", hint=f"chmod 600 {path} mends it")
