"""Looks at the live sources again and again, and has what is new in them screened.

Every source is looked at when the watcher begins, when something hints at it, and every `Hints.rescan_s`. A look gives
what is there, oldest first; sources take turns, so that one with a great backlog keeps no other waiting.

Invariants: within a source the order is kept, but for what is put off; one delivery is in memory at a time; a source
that can't be looked at is told and looked at again, and stops no other.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Final

from guardian.errors import InputError
from guardian.sources.live.base import Delivery, Source
from guardian.watching.census import Census
from guardian.watching.database import Database
from guardian.watching.delivering import Delivering
from guardian.watching.hints import Hints
from guardian.watching.memory import Memory

TURN: Final = 8
"""Deliveries that one source has screened before the next source has its turn."""
UNSETTLED_S: Final = 0.5
"""How soon a source is looked at again in which something was being written."""
LONGEST_UNREST_S: Final = 15.0
"""How long catching up waits for what is being written."""
_PUSH_WAIT_S: Final = 5.0
_STILL_WRITTEN: Final = "something is still being written; it waits"

Reload = Callable[[], Sequence[Source] | None]
"""The sources as they are to be from now on; None where nothing changed."""
Progress = Callable[[int, int | None], None]
"""Takes how many deliveries of this round were taken, and how many there are where that is known."""


@dataclass(slots=True)
class _Watched:
    """A source, and where it stands."""

    source: Source
    memory: Memory
    due: float = 0.0
    """When it is to be looked at, by the monotonic clock."""
    rests_until: float = 0.0
    """Until when no hint counts: a source that is slow to look at is not looked at all the time."""
    unmet: set[bytes] = field(default_factory=set)
    """Hashes of what was begun by an earlier process, or put off by this one, and was not met since."""
    unsettled_since: float | None = None
    """Since when every look has found something that was being written."""
    thread: threading.Thread | None = None
    is_closed: bool = False


class Watcher:
    """Watches sources."""

    def __init__(
        self, sources: Sequence[Source], database: Database, delivering: Delivering, stop: threading.Event
    ) -> None:
        """`stop` ends it, after the delivery that is being asked about."""
        self._database, self._delivering, self._stop = database, delivering, stop
        self._say = lambda line: delivering.teller.trouble("", line)
        self._hints = Hints(self._say)
        self._watched: dict[str, _Watched] = {}
        self.blind: set[str] = set()
        """Ids of sources whose last look could not see all that is there."""
        self.use(sources)

    def use(self, sources: Sequence[Source]) -> None:
        """Watch these sources and no others from now on."""
        for gone in list(self._watched.values()):
            self._let_go(gone)
        for source in sources:
            memory = Memory(self._database, source.id)
            each = _Watched(source, memory, unmet=memory.begun())
            source.rests = partial(self._rests, each)
            self._watched[source.id] = each
        self._delivering.retries.keep(set(self._watched))

    def close(self) -> None:
        """Let go of every source. What pushes may take a moment to end; nobody waits for it."""
        for gone in list(self._watched.values()):
            self._let_go(gone)
        self._hints.close()

    def catch_up(self, progress: Progress) -> None:
        """Have everything screened that is there now, and what is being written when that is done.

        Raises what `Delivering.deliver` raises.
        """
        due, ends = list(self._watched.values()), time.monotonic() + LONGEST_UNREST_S
        while due and not self._stop.is_set():
            self._round(due, progress)
            due = [each for each in due if each.source.is_unsettled]
            if due and time.monotonic() > ends:
                for each in due:
                    self._delivering.teller.trouble(each.source.id, _STILL_WRITTEN)
                return
            if due:
                self._stop.wait(UNSETTLED_S)

    def run(self, progress: Progress, reload: Reload) -> None:
        """Watch until it is stopped. Raises what `Delivering.deliver` raises."""
        while not self._stop.is_set():
            changed = reload()
            if changed is not None:
                self.use(changed)
            self._hints.follow(self._folders())
            self._listen()
            now = time.monotonic()
            retried = self._delivering.retries.due_sources()
            self._round([each for id, each in self._watched.items() if each.due <= now or id in retried], progress)
            for hinted in self._hints.wait(self._idle_s(), self._stop):
                if hinted in self._watched:
                    self._watched[hinted].due = self._watched[hinted].rests_until

    # One round

    def _round(self, due: Sequence[_Watched], progress: Progress) -> None:
        """Look at these sources, taking turns, until each has given all that is new. `progress` is told the end too."""
        taken, total = 0, _Total()
        with ExitStack() as opened:
            looks = [(each, opened.enter_context(closing(self._look(each)))) for each in due]
            while looks and not self._stop.is_set():
                going_on = []
                for each, look in looks:
                    turn = 0
                    for delivery in islice(look, TURN):
                        turn += 1
                        self._delivering.deliver(each.source, each.memory, delivery)
                        taken += 1
                        progress(taken, total.with_one(each.source))
                    if turn == TURN:
                        going_on.append((each, look))
                looks = going_on
        progress(taken, taken)

    def _look(self, each: _Watched) -> Generator[Delivery, None, None]:
        """What a source gives; a source in trouble gives nothing more, and is told."""
        began, trouble, spent_s = time.monotonic(), "", 0.0
        each.unmet |= self._delivering.retries.tags(each.source.id)
        census = Census.due(each.source, each.memory)
        try:
            for delivery in each.source.look(census or each.memory.is_seen):
                spent_s += time.monotonic() - began
                if each.unmet:
                    each.unmet.discard(each.memory.tag(delivery.key))
                if census is not None:
                    census.given(delivery.key)
                yield delivery
                began = time.monotonic()
        except InputError as error:
            trouble = error.line()
        except Exception as error:  # a defect of one kind of source must not end the watch over the others
            trouble = f"internal error ({type(error).__name__}); please report it"
        if trouble:
            self._delivering.teller.trouble(each.source.id, trouble)
        spent_s += time.monotonic() - began
        each.rests_until = time.monotonic() + spent_s
        wait_s = max(UNSETTLED_S, spent_s) if each.source.is_unsettled else self._hints.rescan_s
        each.due = time.monotonic() + wait_s
        self._close_look(each, trouble or _unread_words(each.source.unread), census)
        self._tell_unrest(each)

    def _close_look(self, each: _Watched, trouble: str, census: Census | None) -> None:
        """Note what a look saw; only one that saw everything tells what is gone."""
        each.memory.looked(time.time_ns() // 1_000_000, trouble)
        if trouble or each.source.is_unsettled:
            self.blind.add(each.source.id)
            self._delivering.retries.postpone(each.source.id)
            return
        self.blind.discard(each.source.id)
        self._tell_gone(each)
        if census is not None:
            census.close()

    def _rests(self, each: _Watched, key: bytes) -> bool:
        """Whether a delivery that is there is put off for now."""
        tag = each.memory.tag(key)
        is_resting = not self._delivering.retries.is_due(each.source.id, tag)
        if is_resting:
            each.unmet.discard(tag)
        return is_resting

    def _tell_unrest(self, each: _Watched) -> None:
        """What is written all the time is never judged, and its owner is to know that."""
        now = time.monotonic()
        if not each.source.is_unsettled:
            each.unsettled_since = None
        elif each.unsettled_since is None:
            each.unsettled_since = now
        elif now - each.unsettled_since > LONGEST_UNREST_S:
            self._delivering.teller.trouble(each.source.id, _STILL_WRITTEN)

    def _tell_gone(self, each: _Watched) -> None:
        """What was begun and is not there any more may have been answered, or not: nobody can say."""
        if each.unmet:
            count = len(each.unmet)
            what = "1 message was" if count == 1 else f"{count:,} messages were"
            line = f"{what} changed, moved or deleted while the watcher asked, before the answer was noted"
            self._delivering.teller.trouble(each.source.id, line)
            each.memory.drop(each.unmet)
            for tag in each.unmet:
                self._delivering.gone(each.source.id, tag)
            each.unmet.clear()

    # Between rounds

    def _idle_s(self) -> float:
        now = time.monotonic()
        waits = [each.due - now for each in self._watched.values()]
        next_due_s = self._delivering.retries.next_due_s()
        return max(min([*waits, self._hints.rescan_s, *([next_due_s] if next_due_s is not None else [])]), 0.0)

    def _folders(self) -> dict[str, frozenset[str]]:
        folders: dict[str, frozenset[str]] = {}
        for id, each in self._watched.items():
            for folder in each.source.folders():
                folders[folder] = folders.get(folder, frozenset()) | {id}
        return folders

    def _listen(self) -> None:
        """Have a thread wait for each source that pushes."""
        for each in self._watched.values():
            if each.source.pushes and each.thread is None:
                each.thread = threading.Thread(target=self._wait, args=(each,), name="guardian-push", daemon=True)
                each.thread.start()

    def _wait(self, each: _Watched) -> None:
        while not (each.is_closed or self._stop.is_set()):
            if each.source.wait(_PUSH_WAIT_S):
                self._hints.hint(each.source.id)

    def _let_go(self, each: _Watched) -> None:
        each.is_closed = True
        each.source.close()
        del self._watched[each.source.id]


def _unread_words(count: int) -> str:
    return f"{count:,} of what is there could not be read, and was not screened" if count else ""


@dataclass(slots=True)
class _Total:
    """How many deliveries a round has in all, where its sources know."""

    waiting: dict[str, int | None] = field(default_factory=dict)

    def with_one(self, source: Source) -> int | None:
        """With what this source knows."""
        self.waiting[source.id] = source.waiting
        known = [each for each in self.waiting.values() if each is not None]
        return sum(known) if len(known) == len(self.waiting) else None
