"""The conversations that pass through the proxy: which there are, what each is about, how its answers fared.

Invariants: what a conversation says is in memory alone, and gone when the proxy ends; only a goal that the owner wrote
is kept (`guardian.proxy.goals`), and it outranks what the first turn says; there are never more than `MOST_SESSIONS`,
the one without a request for longest goes first.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from guardian.errors import GuardianError
from guardian.proxy.errors import RefusedRequestError
from guardian.proxy.goals import SESSION_ID, Goals
from guardian.proxy.screening import NotScreened
from guardian.safe_text import safe_line
from guardian.service.answer import Answer
from guardian.verdict import Outcome

MOST_SESSIONS: Final = 500
_ID_BYTES: Final = 6
_SHOWN_CHARACTERS: Final = 200
_MOST_RECORDS: Final = 20


@dataclass(slots=True, repr=False)
class Session:
    """One conversation."""

    id: str
    goal: str
    """What the human asked first."""
    began: float
    """Seconds since 1970, as the last request's."""
    last: float = 0.0
    requests: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    """How many answers had each outcome."""
    records: list[int] = field(default_factory=list)
    """The newest numbers in the journal of answers that were not clean."""

    def note(self, said: Answer | NotScreened, sentences: Sequence[Answer] = ()) -> None:
        """Count one answer: by the verdict on the whole, or as flagged where one of its `sentences` was."""
        verdicts = [*sentences, *([said] if isinstance(said, Answer) else [])]
        outcome = said.outcome if isinstance(said, Answer) else Outcome.UNSCREENED
        if any(verdict.outcome is Outcome.FLAGGED for verdict in verdicts):
            outcome = Outcome.FLAGGED
        self.outcomes[outcome.value] = self.outcomes.get(outcome.value, 0) + 1
        seqs = [each.seq for each in verdicts if each.seq is not None and each.outcome is not Outcome.CLEAN]
        self.records = [*self.records, *seqs][-_MOST_RECORDS:]


class Sessions:
    """All conversations since the proxy began."""

    def __init__(self, goals: Goals, key: bytes, *, clock: Callable[[], float] = time.time) -> None:
        """`key` makes ids that tell a stranger nothing of the words that they are made of."""
        self._goals = goals
        self._key = key
        self._clock = clock
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    def session(self, opening: Sequence[str], goal: str, named: str = "") -> Session:
        """The session of a request: the one that the client named, else the one that began with these turns.

        Raises RefusedRequestError where the name can be none.
        """
        if named and not SESSION_ID.fullmatch(named):
            raise RefusedRequestError(400, "bad_session", "x-guardian-session is 1 to 64 letters, digits, . _ -")
        session_id = named or self._id(opening)
        now = self._clock()
        session = self._sessions.pop(session_id, None) or Session(session_id, goal, began=now)
        session.last, session.requests = now, session.requests + 1
        self._sessions[session_id] = session
        while len(self._sessions) > MOST_SESSIONS:
            self._sessions.popitem(last=False)
        return session

    def owners_goal(self, session: Session) -> str | None:
        """What the owner said it is about; None where nothing is said, or it can't be read."""
        try:
            return self._goals.of(session.id)
        except GuardianError:
            return None

    def to_json(self) -> list[dict[str, Any]]:
        """Every session, the newest request first. Texts are safe to show, and cut."""
        return [self._row(session) for session in reversed(self._sessions.values())]

    def _row(self, session: Session) -> dict[str, Any]:
        owners = self.owners_goal(session)
        return {
            "id": session.id,
            "goal": safe_line(session.goal if owners is None else owners, _SHOWN_CHARACTERS),
            "goal_by": "request" if owners is None else "owner",
            "began": round(session.began, 3),
            "last": round(session.last, 3),
            "requests": session.requests,
            "outcomes": dict(session.outcomes),
            "records": list(session.records),
        }

    def _id(self, opening: Sequence[str]) -> str:
        digest = hashlib.blake2b(key=self._key, digest_size=_ID_BYTES)
        for turn in opening:
            data = turn.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "big") + data)
        return digest.hexdigest()
