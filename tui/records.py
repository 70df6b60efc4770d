"""The owner's journal, as the app has it: opened once, unlocked when its key is to be had, followed as it grows.

Invariants: nothing here runs on the painting thread; no journal is closed while somebody reads it; a passphrase is
asked for by a screen, is kept in memory alone, and is never shown; while the journal is locked, missing or in trouble
the app says so and goes on.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from textual.message import Message as AppMessage

from guardian.errors import GuardianError, JournalError, JournalIoError, JournalLockedError
from guardian.safe_text import safe_line
from guardian.settings import Settings
from tui.crash import crash_line
from tui.memory import settle
from tui.messages import AlertsForgotten, AlertsRead, JournalStands, Reach

if TYPE_CHECKING:
    from guardian.alerts.follow import Follower
    from guardian.journal.journal import Journal
    from guardian.journal.secret import Secret

LOOK_S: Final = 0.3
"""How often it is looked whether the journal's file has changed: one call of `stat`."""
RETRY_S: Final = 5.0
"""How long a journal in trouble is left alone before it is tried again."""
LOCKED_RETRY_S: Final = 30.0
"""The same for a locked one: a keyring that is asked may open a window each time."""
_WAITING_LOOKS: Final = 10
"""Every so many looks it is seen whether records wait outside: the recorder may have found the journal locked."""
_GIVE_WAY_S: Final = 0.002
"""Between two batches of the first reading."""
_EVERYTHING: Final = ((0, (1 << 62) - 1),)

Post = Callable[[AppMessage], object]
_Stamp = tuple[int, int, int]
"""Inode, size and time of change of the journal's file."""


class Records:
    """One journal for all threads of the app."""

    def __init__(self, settings: Settings, post: Post) -> None:
        """`post` takes what the following thread finds."""
        self._settings, self._post = settings, post
        self._lock = threading.RLock()
        self._journal: Journal | None = None
        self._inode = 0
        self._readers: dict[int, int] = {}
        """How many read each journal that is open, by its `id`: the last one closes what was let go."""
        self._passphrase: Secret | None = None
        self._change = threading.Condition()
        self._is_woken = self._is_stopping = False

    # For work at the desk

    @contextmanager
    def journal(self) -> Iterator[Journal]:
        """The journal, unlocked, with what waited brought in. It stays open behind this.

        Raises JournalError where there is none yet or it can't be used, JournalLockedError where its key is not to be
        had: then `unlock` helps.
        """
        with self._lock:
            journal = self._opened()
            self._readers[id(journal)] = self._readers.get(id(journal), 0) + 1
        try:
            self._merge(journal)
            yield journal
        finally:
            with self._lock:
                self._readers[id(journal)] -= 1
                self._close_unused(journal)

    def unlock(self, passphrase: Secret) -> None:
        """Open the journal with the owner's passphrase, now and whenever it is asked for. Raises JournalError."""
        with self._lock:
            self._passphrase = passphrase
            try:
                self._opened()
            except JournalError:
                self._passphrase = None
                raise
        self.look_now()

    def unlock_without(self) -> None:
        """Try again without a passphrase: a keyring may be unlocked by now. Raises JournalError."""
        with self._lock:
            self._opened()
        self.look_now()

    def ask(self, prompt: str) -> Secret | None:
        """The passphrase that was given, for whoever opens the journal too (`guardian.journal.keys.Ask`)."""
        return self._passphrase

    def close(self) -> None:
        """Let the journal go, and end following it."""
        with self._change:
            self._is_stopping = True
            self._change.notify_all()
        with self._lock:
            self._let_go()

    # Following

    def follow(self) -> None:
        """Begin to tell what is in the journal, and what comes. To be called once, after the first paint."""
        threading.Thread(target=self._follow, name="guardian-follower", daemon=True).start()

    def look_now(self) -> None:
        """Look at the journal at once."""
        with self._change:
            self._is_woken = True
            self._change.notify_all()

    def _follow(self) -> None:
        while not self._is_stopping:
            pause_s = RETRY_S
            try:
                self._tell_all()
            except JournalLockedError as error:
                pause_s = LOCKED_RETRY_S
                self._post(JournalStands(Reach.LOCKED, safe_line(error.line())))
            except GuardianError as error:
                self._post(JournalStands(Reach.TROUBLE, safe_line(error.line())))
            except Exception as error:
                self._post(JournalStands(Reach.TROUBLE, crash_line(error)))
            self._pause(pause_s)

    def _tell_all(self) -> None:
        """Tell everything, then what is new, until something is the matter. Raises GuardianError."""
        from guardian.alerts.follow import Follower

        stamp = self._wait_for_file()
        with self.journal() as journal:
            follower = Follower(journal)
            self._post(JournalStands(Reach.READING, ""))
            for alerts in follower.earlier():
                if self._is_stopping:
                    return
                self._post(AlertsRead(alerts, is_new=False))
                time.sleep(_GIVE_WAY_S)
            self._post(JournalStands(Reach.OPEN, ""))
            settle()
            self._tell_new(follower, journal, stamp)

    def _tell_new(self, follower: Follower, journal: Journal, stamp: _Stamp) -> None:
        """Tell what comes, until another file is in the journal's place. Raises JournalError."""
        seen: _Stamp | None = None
        looks = 0
        while not self._is_stopping:
            now = self._stamp()
            if now is None or now[0] != stamp[0]:
                self._post(AlertsForgotten(_EVERYTHING))  # their numbers are nobody's now, or another journal's
                raise JournalError("the journal's file is gone, or another one is in its place")
            looks += 1
            if looks % _WAITING_LOOKS == 0:
                self._merge(journal)
            if now != seen:
                seen = now
                changes = follower.new()
                if changes.alerts:
                    self._post(AlertsRead(changes.alerts, is_new=True))
                if changes.forgotten:
                    self._post(AlertsForgotten(changes.forgotten))
            self._pause(LOOK_S)

    def _wait_for_file(self) -> _Stamp:
        """The journal's file, once there is one: it begins with the first message that is recorded."""
        is_told = False
        while not self._is_stopping:
            stamp = self._stamp()
            if stamp is not None and stamp[1]:  # an empty one is just being begun
                return stamp
            if not is_told:
                self._post(JournalStands(Reach.NONE_YET, ""))
                is_told = True
            self._pause(LOOK_S)
        raise JournalError("the app is being left")

    def _pause(self, pause_s: float) -> None:
        with self._change:
            if not self._is_woken and not self._is_stopping:
                self._change.wait(pause_s)
            self._is_woken = False

    # The file

    def _opened(self) -> Journal:
        from guardian.journal.opening import opened_journal

        stamp = self._stamp()
        if self._journal is not None and (stamp is None or stamp[0] != self._inode):
            self._let_go()
        if self._journal is None and stamp is not None and not stamp[1]:  # another thread is just beginning it
            raise JournalError("there is no journal yet", hint="it begins with the first message that is recorded")
        if self._journal is None:
            self._journal = opened_journal(self._settings, ask=self.ask)
            self._inode = stamp[0] if stamp is not None else 0
        self._journal.unlock()
        return self._journal

    def _merge(self, journal: Journal) -> None:
        """Bring in what waits. A full disk keeps it waiting, and nobody from reading."""
        with suppress(JournalIoError):
            if journal.waiting:
                journal.merge_waiting()

    def _let_go(self) -> None:
        journal, self._journal = self._journal, None
        if journal is not None:
            self._close_unused(journal)

    def _close_unused(self, journal: Journal) -> None:
        """Close a journal that was let go, once nobody reads it any more."""
        if journal is not self._journal and not self._readers.get(id(journal)):
            self._readers.pop(id(journal), None)
            journal.close()

    def _stamp(self) -> _Stamp | None:
        try:
            facts = os.stat(self._settings.paths.journal_file)
        except OSError:
            return None
        return facts.st_ino, facts.st_size, facts.st_mtime_ns
