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
        statement = "SELECT 1 FROM delivery WHERE source = ? AND tag = ? AND is_done"
        return self._database.one(statement, (self._number, self._delivery(key))) is not None

    def begin(self, key: bytes) -> int:
        """Note that a delivery is asked about; how often that failed before."""
        place = (self.number, self._delivery(key))
        self._database.run("INSERT OR IGNORE INTO delivery VALUES (?, ?, 0, 0)", place)
        row = self._database.one("SELECT tries FROM delivery WHERE source = ? AND tag = ?", place)
        return row[0] if row is not None else 0

    def failed(self, key: bytes) -> int:
        """Note that a delivery could not be judged and is to be tried again; how often that is by now."""
        tries = self.begin(key) + 1
        statement = "UPDATE delivery SET tries = ? WHERE source = ? AND tag = ?"
        self._database.run(statement, (tries, self.number, self._delivery(key)))
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
            for each in (key, stamp):
                if each:
                    values = (self.number, self._delivery(each))
                    self._database.run("INSERT OR REPLACE INTO delivery VALUES (?, ?, 1, 0)", values)
        return count

    def once(self, key: bytes, tries: int) -> bytes:
        """(16,): `Message.once` of a delivery. Each time that it could not be judged and is tried again is another."""
        return self._database.mac(b"once", self._tag + str(tries).encode() + b"\0" + key)

    def begun(self) -> set[bytes]:
        """Hashes of what was begun and is not done."""
        rows = self._database.all("SELECT tag FROM delivery WHERE source = ? AND NOT is_done", (self._number,))
        return {tag for (tag,) in rows}

    def tag(self, key: bytes) -> bytes:
        """The hash under which a delivery stands in `begun`."""
        return self._delivery(key)

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

    def _delivery(self, key: bytes) -> bytes:
        return self._database.mac(b"delivery", self._tag + key)
