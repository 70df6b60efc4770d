"""The file in which the watcher remembers what was answered: SQLite in the directory of Guardian's state.

Invariants: mode 0600; nothing of a message or of its place stands in it, only keyed hashes, so that whoever has the
file alone learns how many deliveries there were and no more; what was written is there after a kill of the process at
any moment. After a loss of power the last entries may be gone: then the journal knows them (`guardian.journal.once`).
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from guardian.errors import GuardianError, SourcesError
from guardian.paths import Paths, ensure_private_directory

KEY_BYTES: Final = 32
_CHECK: Final = b"guardian/watched/check/v1"
_PATIENCE_S: Final = 30.0
_VERSION: Final = 2
_SCHEMA: Final = """
CREATE TABLE source (
    number INTEGER PRIMARY KEY, tag BLOB NOT NULL UNIQUE, looked_ms INTEGER NOT NULL DEFAULT 0,
    answered INTEGER NOT NULL DEFAULT 0, flagged INTEGER NOT NULL DEFAULT 0, unscreened INTEGER NOT NULL DEFAULT 0,
    trouble TEXT NOT NULL DEFAULT '', counted_day INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE delivery (
    source INTEGER NOT NULL, tag BLOB NOT NULL, is_done INTEGER NOT NULL, tries INTEGER NOT NULL,
    stamp_of BLOB, missed_day INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (source, tag)
) WITHOUT ROWID;
CREATE TABLE fixed (one INTEGER PRIMARY KEY CHECK (one = 1), key_check BLOB NOT NULL);
"""


Values = tuple[Any, ...] | Mapping[str, Any]
"""What stands for the question marks of a statement, or for its names."""


class Database:
    """The open file and the key of its hashes."""

    def __init__(self, path: Path, key: bytes) -> None:
        """Raises SourcesError where the file can't be used."""
        self.path, self._key = path, key
        with said(path):
            with suppress(FileExistsError):
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
            self._connection = sqlite3.connect(
                path,
                timeout=_PATIENCE_S,
                isolation_level=None,
                check_same_thread=False,  # one thread at a time, not always the same one
            )
            try:
                self._set_up()
            except BaseException:
                self._connection.close()
                raise

    def _set_up(self) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("PRAGMA temp_store = MEMORY")
        with self.transaction():
            version = self.all("PRAGMA user_version")[0][0]
            if version == 0:
                for statement in _SCHEMA.strip().split(";\n"):
                    self.run(statement.rstrip(";"))
                self.run("INSERT INTO fixed VALUES (1, ?)", (self.mac(b"check", _CHECK),))
                self.run(f"PRAGMA user_version = {_VERSION}")
            elif version != _VERSION:
                raise SourcesError(
                    f"{self.path} was written by another version of guardian",
                    hint="use that one, or delete it: then what is in your sources counts as new",
                )
        if self.one("SELECT key_check FROM fixed") != (self.mac(b"check", _CHECK),):
            raise SourcesError(
                f"the key beside {self.path} is another one than it was",
                hint="put the old key back, or delete both: then what is in your sources counts as new",
            )

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()

    def mac(self, purpose: bytes, content: bytes) -> bytes:
        """(16,): keyed BLAKE2b (RFC 7693) of `content` for one purpose of at most 16 bytes."""
        return hashlib.blake2b(content, digest_size=16, key=self._key, person=purpose).digest()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Raises SourcesError."""
        self.run("BEGIN IMMEDIATE")
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise

    def run(self, statement: str, values: Values = ()) -> None:
        """One statement without an answer. Raises SourcesError."""
        with said(self.path):
            self._connection.execute(statement, values)

    def run_all(self, statement: str, rows: Iterable[Values]) -> None:
        """One statement for each row of values. Raises SourcesError."""
        with said(self.path):
            self._connection.executemany(statement, rows)

    def one(self, statement: str, values: Values = ()) -> tuple[Any, ...] | None:
        """The first row of the answer. Raises SourcesError."""
        with said(self.path):
            row: tuple[Any, ...] | None = self._connection.execute(statement, values).fetchone()
            return row

    def all(self, statement: str, values: Values = ()) -> list[tuple[Any, ...]]:
        """Every row of the answer. Raises SourcesError."""
        with said(self.path):
            return self._connection.execute(statement, values).fetchall()


@contextmanager
def open_database(paths: Paths) -> Iterator[Database]:
    """The file under `paths`, made where there is none. Raises SourcesError."""
    try:
        ensure_private_directory(paths.watched_file.parent)
        key = _key(paths.watched_key, is_new=not paths.watched_file.exists())
    except OSError as error:
        raise SourcesError(f"cannot use {paths.watched_key}: {(error.strerror or str(error)).lower()}") from None
    database = Database(paths.watched_file, key)
    try:
        yield database
    finally:
        database.close()


def _key(path: Path, *, is_new: bool) -> bytes:
    """The key, made where there is none and nothing was hashed under another one. Raises OSError, GuardianError."""
    if not path.exists():
        if not is_new:
            raise SourcesError(
                f"{path} is gone", hint="put it back, or delete watched.db: then what is in your sources counts as new"
            )
        _make_key(path)
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        key = file.read(KEY_BYTES + 1)
    if len(key) != KEY_BYTES:
        raise SourcesError(f"{path} is no key", hint="delete it and watched.db: then all in your sources counts as new")
    return key


def _make_key(path: Path) -> None:
    """A key is there whole or not at all, and of two that make one at once, one is kept."""
    partial = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(partial, path)
    finally:
        partial.unlink()


@contextmanager
def said(path: Path) -> Iterator[None]:
    """Turn errors of SQLite and of the system into a line for the owner."""
    try:
        yield
    except sqlite3.Error as error:
        words = str(error).lower()
        hint = "delete it and its key: then what is in your sources counts as new" if "malformed" in words else ""
        raise SourcesError(f"cannot use {path}: {words}", hint=hint) from None
    except OSError as error:
        raise SourcesError(f"cannot use {path}: {(error.strerror or str(error)).lower()}") from None
    except GuardianError:
        raise
