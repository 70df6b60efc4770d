"""Whom the owner has had messages from: a bounded file that names nobody.

Addresses, names and domains are kept as keyed BLAKE2b hashes (RFC 7693) under a key of this machine that lies beside
the file, with the first and last day and a count. Whoever has the file alone learns how many senders there were;
whoever has the key too can test an address that they think of, no more.

Invariants: mode 0600; at most `MOST_CONTACTS` rows, the longest unheard go first; nothing is made before the first
sender is noted; a file that cannot be used stops no screening: nothing is known then, and `problem` says why. Several
threads, and several processes, may use one file.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from string import ascii_lowercase, digits
from typing import Final

from guardian.detectors.hosts import registered_domain
from guardian.detectors.lookalikes import SHORTEST_FOLDED, decoded_host, folded_domain
from guardian.errors import GuardianError
from guardian.paths import ensure_private_directory
from guardian.sender_facts import Resemblance

MOST_CONTACTS: Final = 20_000
_KEY_BYTES: Final = 32
_HASH_BYTES: Final = 16
_FLUSH_EVERY: Final = 64
"""Senders noted between two writes; the rest is written at the end."""
_PATIENCE_S: Final = 1.0
"""How long another process may hold the file."""
_ESTABLISHED: Final = 2
"""Messages from a domain before another can be said to resemble it."""
_SHORTEST_EDITED: Final = 7
"""Letters of the longer of two names below which one letter is no likeness: there are too many short names."""
_LONGEST_EDITED: Final = 40
_LETTERS: Final = ascii_lowercase + digits + "-"
_MOST_PARAMETERS: Final = 500
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS contacts (address BLOB PRIMARY KEY, name BLOB NOT NULL, domain BLOB NOT NULL,
    folded BLOB NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, count INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_name ON contacts (name);
CREATE INDEX IF NOT EXISTS by_domain ON contacts (domain);
CREATE INDEX IF NOT EXISTS by_folded ON contacts (folded);
CREATE INDEX IF NOT EXISTS by_last ON contacts (last);
"""
_NOTE: Final = """
INSERT INTO contacts VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (address) DO UPDATE SET
    name = CASE WHEN length(excluded.name) THEN excluded.name ELSE name END,
    first = min(first, excluded.first), last = max(last, excluded.last), count = count + excluded.count
"""
_TRIM: Final = """
DELETE FROM contacts WHERE address IN
    (SELECT address FROM contacts ORDER BY last LIMIT max(0, (SELECT count(*) FROM contacts) - ?))
"""


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """What is remembered of one sender."""

    count: int = 0
    first: date | None = None
    last: date | None = None
    has_known_name: bool = False
    """Whether the name was seen before, and never with this address."""
    resembles: Resemblance = Resemblance.NONE


@dataclass(slots=True)
class _Row:
    name: bytes
    domain: bytes
    folded: bytes
    first: int
    last: int
    count: int


class Contacts:
    """The senders seen so far."""

    def __init__(self, file: Path, key_file: Path) -> None:
        self._file, self._key_file = file, key_file
        self._lock = threading.RLock()
        self._key: bytes | None = None
        self._connection: sqlite3.Connection | None = None
        self._pending: dict[bytes, _Row] = {}
        self.problem = ""
        """Why nothing is remembered; empty while all is well."""

    def look_up(self, address: str, name: str) -> Acquaintance:
        """What is remembered of this sender, in lower-case or any other spelling of the address."""
        if self.problem or (self._key is None and not self._key_file.exists()):
            return Acquaintance()
        try:
            with self._lock:
                return self._look_up(address.lower(), name)
        except (sqlite3.Error, OSError, GuardianError) as error:
            self._give_up(error)
            return Acquaintance()

    def note(self, address: str, name: str, day: date) -> None:
        """A message came from this sender on that day."""
        if self.problem:
            return
        try:
            with self._lock:
                self._add(address.lower(), name, day.toordinal())
                if len(self._pending) >= _FLUSH_EVERY:
                    self.flush()
        except (sqlite3.Error, OSError, GuardianError) as error:
            self._give_up(error)

    def _add(self, address: str, name: str, day: int) -> None:
        host = _host(address)
        hashes = self._hash("domain", registered_domain(host)), self._hash("folded", folded_domain(host))
        row, key = _Row(self._hash_name(name), *hashes, day, day, 1), self._hash("address", address)
        earlier = self._pending.get(key)
        if earlier is not None:
            row.first, row.last = min(earlier.first, day), max(earlier.last, day)
            row.name, row.count = row.name or earlier.name, earlier.count + 1
        self._pending[key] = row

    def flush(self) -> None:
        """Write what was noted. Raises sqlite3.Error, OSError, GuardianError."""
        if not self._pending:
            return
        connection = self._open()
        rows = [
            (key, row.name, row.domain, row.folded, row.first, row.last, row.count)
            for key, row in self._pending.items()
        ]
        with connection:
            connection.executemany(_NOTE, rows)
            connection.execute(_TRIM, (MOST_CONTACTS,))
        self._pending.clear()

    def close(self) -> None:
        """Write what was noted, and let go of the file."""
        try:
            with self._lock:
                self.flush()
        except (sqlite3.Error, OSError, GuardianError) as error:
            self._give_up(error)
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _look_up(self, address: str, name: str) -> Acquaintance:
        key = self._hash("address", address)
        pending = self._pending.get(key)
        found: list[tuple[int, ...]] = [(pending.first, pending.last, pending.count)] if pending is not None else []
        found += self._select("SELECT first, last, count FROM contacts WHERE address = ?", (key,))
        if found:
            firsts, lasts, counts = zip(*found, strict=True)
            return Acquaintance(sum(counts), date.fromordinal(min(firsts)), date.fromordinal(max(lasts)))
        hashed = self._hash_name(name)
        return Acquaintance(
            has_known_name=bool(hashed) and self._is_name_known(hashed), resembles=self._resemblance(_host(address))
        )

    def _is_name_known(self, hashed: bytes) -> bool:
        if any(row.name == hashed for row in self._pending.values()):
            return True
        return bool(
            self._select("SELECT 1 FROM contacts WHERE name = ? AND count >= ? LIMIT 1", (hashed, _ESTABLISHED))
        )

    def _resemblance(self, host: str) -> Resemblance:
        """How a host of which nothing is known is like a known one."""
        domain, folded = registered_domain(host), folded_domain(host)
        label = folded.partition(".")[0]
        if len(label) < SHORTEST_FOLDED or self._count("domain", [self._hash("domain", domain)]):
            return Resemblance.NONE
        if self._count("folded", [self._hash("folded", folded)]) >= _ESTABLISHED:
            return Resemblance.LETTERS
        if not _SHORTEST_EDITED - 1 <= len(label) <= _LONGEST_EDITED:
            return Resemblance.NONE
        ending = folded[len(label) :]
        others = (other for other in _one_letter_off(label) if max(len(other), len(label)) >= _SHORTEST_EDITED)
        near = [self._hash("folded", other + ending) for other in others]
        return Resemblance.ONE_LETTER if self._count("folded", near) >= _ESTABLISHED else Resemblance.NONE

    def _count(self, column: str, hashes: list[bytes]) -> int:
        """Messages from senders whose domain, as it is or folded, is one of these."""
        wanted = frozenset(hashes)
        total = sum(row.count for row in self._pending.values() if getattr(row, column) in wanted)
        for start in range(0, len(hashes), _MOST_PARAMETERS):
            some = hashes[start : start + _MOST_PARAMETERS]
            marks = ",".join("?" * len(some))
            query = f"SELECT coalesce(sum(count), 0) FROM contacts WHERE {column} IN ({marks})"  # column is ours
            total += sum(count for (count,) in self._select(query, some))
        return total

    def _select(self, query: str, values: Iterable[object]) -> list[tuple[int, ...]]:
        if self._connection is None and not self._file.exists():
            return []
        return self._open().execute(query, tuple(values)).fetchall()

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            ensure_private_directory(self._file.parent)
            os.close(os.open(self._file, os.O_CREAT | os.O_RDWR, 0o600))
            connection = sqlite3.connect(self._file, timeout=_PATIENCE_S, check_same_thread=False)
            try:
                connection.execute("PRAGMA synchronous = OFF")  # lost at worst with the power, and then made again
                connection.executescript(_SCHEMA)
            except sqlite3.DatabaseError:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _hash(self, kind: str, text: str) -> bytes:
        if self._key is None:
            self._key = _read_key(self._key_file)
        content = text.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(content, digest_size=_HASH_BYTES, key=self._key, person=kind.encode()).digest()

    def _hash_name(self, name: str) -> bytes:
        """Of a name in any order of its words; empty for one word, which many people share."""
        words = sorted({word for word in map(_letters, name.casefold().split()) if len(word) > 1})
        return self._hash("name", " ".join(words)) if len(words) > 1 else b""

    def _give_up(self, error: Exception) -> None:
        self.problem = f"senders are not remembered: {self._file.name} cannot be used ({type(error).__name__})"
        self._pending.clear()
        is_broken = type(error) is sqlite3.DatabaseError  # no database, or a torn one
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if is_broken:  # it can be made again, and is no use as it is
            with suppress(OSError):
                self._file.unlink()


def _read_key(path: Path) -> bytes:
    """The machine's key, made where there is none. Raises OSError, GuardianError."""
    ensure_private_directory(path.parent)
    with suppress(FileExistsError):
        made = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(made, "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
    key = path.read_bytes()
    if len(key) != _KEY_BYTES:
        raise OSError(f"{path.name} is no key")
    return key


def _host(address: str) -> str:
    return decoded_host(address.rpartition("@")[2].strip(" <>."))


def _letters(word: str) -> str:
    return "".join(letter for letter in word if letter.isalnum())


def _one_letter_off(label: str) -> Iterator[str]:
    """Every label with one letter left out, put in or changed, or two neighbours in each other's place."""
    for place in range(len(label) + 1):
        head, tail = label[:place], label[place:]
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in _LETTERS if letter != tail[0])
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        yield from (head + letter + tail for letter in _LETTERS)
