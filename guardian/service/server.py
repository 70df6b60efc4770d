"""The warm service within a process: one gate, many clients.

`guardian serve` is a process of its own round a `Server`; the app holds one while it is open, on the gate that it has
anyway. Two threads: `Loop` talks to the clients, `Screening` drives the gate, and `Turns` between them decides who is
next.

Invariants: whoever has a `Claim` is the only service; a question that was taken is answered before the server ends,
unless that takes longer than `ServiceLimits.stop_within_s`; the gate, the journal and the claim belong to the caller.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final, Literal

from guardian import __version__
from guardian.service.announcing import Announcer, Listener
from guardian.service.claim import Claim
from guardian.service.counts import Counts
from guardian.service.limits import ServiceLimits
from guardian.service.loop import Loop
from guardian.service.place import Household
from guardian.service.screening import Screening, Supply
from guardian.service.turns import Turns

_LAST_WORDS_S: Final = 5.0
"""How long, at the end, listeners may still be told of verdicts."""

Kind = Literal["service", "app"]


class Server:
    """Answers clients from `start` until `stop`. Each is called once."""

    def __init__(
        self,
        claim: Claim,
        supply: Supply,
        limits: ServiceLimits,
        *,
        kind: Kind = "service",
        lock: AbstractContextManager[object] | None = None,
        on_screened: Sequence[Listener] = (),
        ended: Callable[[], None] = lambda: None,
        notices: Callable[[], Sequence[str]] = tuple,
        house: Household = (),
    ) -> None:
        """`supply` gives what the next messages are judged with, in the screening thread, and may take its time.

        `lock` is held while the gate is used, `limits.batch` messages at most, for a gate that others use too.
        `on_screened` is told of every verdict but those on drafts, in a thread of its own, in order; it can neither
        delay nor break an answer. `ended` is called when no more clients are taken, whatever brought that about.
        What `notices` gives goes with the next answer, for its owner to read. A client of another house than `house`,
        where one is named, is refused.
        """
        self._claim, self._limits, self._kind = claim, limits, kind
        self._supply, self._lock = supply, lock if lock is not None else nullcontext()
        self._announcer = Announcer(on_screened)
        self._turns = Turns()
        self._loop: Loop | None = None
        self._screening: Screening | None = None
        self._began_s = time.monotonic()
        self._ended = ended
        self._notices = notices
        self._house = house

    @property
    def counts(self) -> Counts:
        """What happened so far."""
        return self._loop.counts if self._loop is not None else Counts()

    @property
    def idle_s(self) -> float:
        """For how long nobody asked anything; 0 while somebody waits for an answer."""
        if self._loop is None or self._loop.counts.open_questions:
            return 0.0
        return time.monotonic() - self._loop.last_asked_s

    @property
    def unanswered(self) -> int:
        """Questions whose clients still waited when it ended."""
        return self._loop.unanswered if self._loop is not None else 0

    def start(self) -> None:
        """Listen, and return. Raises OutputError where the socket cannot be made."""
        loop = Loop(
            self._claim.listen(),
            self._limits,
            self._turns,
            status=self._status,
            ended=self._ended,
            house=self._house,
        )
        self._screening = Screening(
            self._turns, self._supply, loop.deliver, self._announcer.tell, self._lock, self._limits.batch, self._notices
        )
        self._loop = loop
        self._screening.start()
        loop.start()

    def stop(self) -> bool:
        """Take nothing new, answer what was taken, and end. False where some of it was not answered in time."""
        self._claim.remove_socket()
        if self._loop is None or self._screening is None:
            return True
        self._loop.stop()
        wait_s = self._limits.stop_within_s + _LAST_WORDS_S
        is_whole = self._loop.join(wait_s) and not self._loop.unanswered
        self._turns.close()
        is_whole = self._screening.join(_LAST_WORDS_S) and is_whole
        self._announcer.stop(_LAST_WORDS_S)
        return is_whole

    def _status(self) -> dict[str, Any]:
        assembled = self._screening.assembled if self._screening is not None else None
        return {
            "pid": os.getpid(),
            "version": __version__,
            "kind": self._kind,
            "house": list(self._house),
            "uptime_s": round(time.monotonic() - self._began_s, 1),
            "wall": assembled.register().wall if assembled is not None else "down",
            "policy_set": assembled.gate.policy_set if assembled is not None else "",
            "unheard": self._announcer.dropped,
        }
