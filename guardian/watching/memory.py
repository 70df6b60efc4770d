"""What the watcher remembers of one source: which deliveries were answered, and how the source fares.

A delivery is begun before it is asked about, and done when its answer is there and what belongs to it is on disk. So
after a kill each is begun, done or unknown, and only what is done is not asked about again.

Invariants: those of `guardian.watching.database`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from guardian.verdict import Outcome
from guardian.watching.database import Database

_DONE: Final = "INSERT OR REPLACE INTO delivery (source, tag, is_done, tries, stamp_of) VALUES (?, ?, 1, 0, ?)"
_COUNT: Final = (
    "INSERT OR IGNORE INTO met SELECT stamp_of FROM delivery JOIN met USING (tag)"
    " WHERE source = :source AND stamp_of IS NOT NULL",
    "UPDATE delivery SET missed_day = 0 WHERE source = :source AND missed_day AND tag IN met",
    "UPDATE delivery SET missed_day = :day WHERE source = :source AND is_done AND NOT missed_day AND tag NOT IN met",
    "UPDATE source SET counted_day = :day WHERE number = :source",
)
"""What is there, with what its stamps stand for; then since when each row is missed."""
_GOES: Final = "source = :source AND is_done AND missed_day AND missed_day <= :until"
_FORGET: Final = ("DELETE FROM delivery WHERE source = ?", "DELETE FROM source WHERE number = ?")


@dataclass(frozen=True, slots=True)
class Health:
    """How a source fares."""

    looked_ms: int = 0
    """When all of it was last looked at, in milliseconds since 1970; 0 for never."""
    answered: int = 0
    """Messages that were screened since it was added."""
    flagged: int = 0
    unscreened: int = 0
    """Those of which it had to be said that they were not (fully) judged."""
    trouble: str = ""
    """Why it can't be looked at; empty while it can. Shown through safe_line."""


class Memory:
    """What is remembered of the source of one id."""

    def __init__(self, database: Database, source_id: str) -> None:
        self._database = database
        self._tag = database.mac(b"source", source_id.encode())
        self._number = self._found()

    def _found(self) -> int | None:
        row = self._database.one("SELECT number FROM source WHERE tag = ?", (self._tag,))
        return row[0] if row is not None else None

    @property
    def number(self) -> int:
        """Number of its row, which is made when it is first needed."""
        if self._number is None:
            self._database.run("INSERT OR IGNORE INTO source (tag) VALUES (?)", (self._tag,))
            self._number = self._found()
        return self._number or 0

    @property
    def is_known(self) -> bool:
        """Whether anything was ever remembered of it."""
        return self._number is not None

    def is_seen(self, key: bytes) -> bool:
        """Whether the delivery of this key, or one with this stamp, is done."""
        if self._number is None:
            return False
        return self.has_done(self.tag(key))

    def has_done(self, tag: bytes) -> bool:
        """The same, of a hash that `tag` made."""
        statement = "SELECT 1 FROM delivery WHERE source = ? AND tag = ? AND is_done"
        return self._database.one(statement, (self._number, tag)) is not None

    def begin(self, key: bytes) -> int:
        """Note that a delivery is asked about; how often that failed before."""
        place = (self.number, self.tag(key))
        self._database.run("INSERT OR IGNORE INTO delivery (source, tag, is_done, tries) VALUES (?, ?, 0, 0)", place)
        row = self._database.one("SELECT tries FROM delivery WHERE source = ? AND tag = ?", place)
        return row[0] if row is not None else 0

    def failed(self, key: bytes) -> int:
        """Note that a delivery could not be judged and is to be tried again; how often that is by now."""
        tries = self.begin(key) + 1
        statement = "UPDATE delivery SET tries = ? WHERE source = ? AND tag = ?"
        self._database.run(statement, (tries, self.number, self.tag(key)))
        return tries

    def finish(self, key: bytes, stamp: bytes, outcome: Outcome | None) -> None:
        """Note that a delivery is done, and by what stamp it is known; `outcome` is None where it was done before."""
        with self._database.transaction():
            self.mark([(key, stamp)])
            if outcome is not None:
                is_flagged = outcome is Outcome.FLAGGED
                is_open = outcome in (Outcome.UNSURE, Outcome.UNSCREENED)
                self._database.run(
                    "UPDATE source SET answered = answered + 1, flagged = flagged + ?, unscreened = unscreened + ?"
                    " WHERE number = ?",
                    (is_flagged, is_open, self.number),
                )

    def finish_all(self, pairs: Iterable[tuple[bytes, bytes]]) -> int:
        """Count all these deliveries as done without asking about any; how many they are. All or none."""
        with self._database.transaction():
            return self.mark(pairs)

    def mark(self, pairs: Iterable[tuple[bytes, bytes]]) -> int:
        """Note keys and stamps as done, inside a transaction."""
        count = 0
        for key, stamp in pairs:
            count += 1
            self._database.run(_DONE, (self.number, self.tag(key), None))
            if stamp and stamp != key:
                self._database.run(_DONE, (self.number, self.tag(stamp), self.tag(key)))
        return count

    def once(self, key: bytes, tries: int) -> bytes:
        """(16,): `Message.once` of a delivery. Each time that it could not be judged and is tried again is another."""
        return self._database.mac(b"once", self._tag + str(tries).encode() + b"\0" + key)

    def begun(self) -> set[bytes]:
        """Hashes of what was begun and is not done."""
        rows = self._database.all("SELECT tag FROM delivery WHERE source = ? AND NOT is_done", (self._number,))
        return {tag for (tag,) in rows}

    def tag(self, key: bytes) -> bytes:
        """The hash under which a delivery stands here."""
        return self._database.mac(b"delivery", self._tag + key)

    def drop(self, tags: Iterable[bytes]) -> None:
        """Forget what was begun and is gone from its source."""
        with self._database.transaction():
            for tag in tags:
                self._database.run(
                    "DELETE FROM delivery WHERE source = ? AND tag = ? AND NOT is_done", (self.number, tag)
                )

    def looked(self, now_ms: int, trouble: str) -> None:
        """Note that it was looked at, or why it could not be."""
        if trouble:
            self._database.run("UPDATE source SET trouble = ? WHERE number = ?", (trouble, self.number))
        else:
            values = (now_ms, self.number)
            self._database.run("UPDATE source SET trouble = '', looked_ms = ? WHERE number = ?", values)

    @property
    def counted_day(self) -> int:
        """On which day, from 1970-01-01, `count` was called last; 0 for never."""
        row = self._database.one("SELECT counted_day FROM source WHERE number = ?", (self._number,))
        return row[0] if row is not None else 0

    def count(self, met: Iterable[bytes], day: int, kept_days: int) -> int:
        """Forget what is gone: `met` are the hashes of all that is there on this day. What was not there on any day
        that was counted, `kept_days` long, goes; how many rows that were. All or nothing.

        The key of what a stamp tells is not asked about while the stamp is known, so it is there where the stamp is.
        """
        with self._database.transaction():
            self._database.run("CREATE TEMP TABLE IF NOT EXISTS met (tag BLOB PRIMARY KEY) WITHOUT ROWID")
            self._database.run("DELETE FROM met")
            self._database.run_all("INSERT OR IGNORE INTO met VALUES (?)", ((tag,) for tag in met))
            for statement in _COUNT:
                self._database.run(statement, {"source": self.number, "day": day})
            goes = {"source": self.number, "until": day - kept_days}
            gone = self._database.one(f"SELECT count(*) FROM delivery WHERE {_GOES}", goes)
            self._database.run(f"DELETE FROM delivery WHERE {_GOES}", goes)
            self._database.run("DELETE FROM met")
        return gone[0] if gone is not None else 0

    def health(self) -> Health:
        """How it fares."""
        statement = "SELECT looked_ms, answered, flagged, unscreened, trouble FROM source WHERE number = ?"
        row = self._database.one(statement, (self._number,))
        return Health(*row) if row is not None else Health()

    def forget(self) -> None:
        """Forget everything about this source."""
        with self._database.transaction():
            for statement in _FORGET:
                self._database.run(statement, (self._number,))
        self._number = None
