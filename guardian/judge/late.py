"""The judge between the matches and the verdict: asks the desk, waits as long as allowed, and weighs what it says, now
or later.

Invariants: a message waits no longer than the owner's limit, or its own where that is less, counted from when it was
asked about where others wait behind it; what comes late is weighed against the same matches as if it had been in time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from guardian.hearing import Hearing, Weighed
from guardian.inspection import Inspection
from guardian.judge.base import Case, Opinion
from guardian.judge.desk import JudgeDesk
from guardian.judge.ticket import Opinions, Ticket
from guardian.judge.undecided import to_ask
from guardian.judge.weighing import agreed, weigh
from guardian.message import Channel, Message
from guardian.policy.base import Policy
from guardian.policy.match import Matcher
from guardian.reading.base import Reading
from guardian.verdict import PolicyMatch

_HUMAN: Final = "User: "
"""Before a turn of the human's, as `guardian.streams.dialogue` and `guardian.hooks.transcript` tell a dialogue."""


class Hearings:
    """`guardian.hearing.SecondOpinions` by one desk."""

    def __init__(self, desk: JudgeDesk, within_s: float) -> None:
        """`within_s`: how long a message may wait; what says itself that it has less time waits less."""
        self._desk, self._within_s = desk, within_s

    def hear(self, inspection: Inspection, matches: Sequence[PolicyMatch], matcher: Matcher) -> Hearing | None:
        """See `guardian.hearing.SecondOpinions`."""
        policies = {policy.id: policy for policy in matcher.policies}
        evidence = inspection.evidence
        if evidence.message.spoken_by == self._desk.sha256:
            return None  # no model is its own guard
        undecided = to_ask(matches, policies, is_judged=inspection.coverage.windows > 0)
        wanted = [policy for policy in undecided if not matcher.excuses(policy, evidence)]
        case = case_of(evidence.message, evidence.reading) if wanted else None
        if case is None or not case.text.strip():
            return None
        ticket = self._desk.ask(case, wanted)
        opinions = ticket.wait(_left_s(evidence.message, self._within_s))
        return _Heard(self._desk, ticket, tuple(matches), {policy.id: policy for policy in wanted}, opinions)

    def start(self) -> None:
        """See `guardian.hearing.SecondOpinions`."""
        self._desk.start()

    def close(self) -> None:
        """See `guardian.hearing.SecondOpinions`."""
        self._desk.close()


class _Heard:
    """See `guardian.hearing.Hearing`."""

    def __init__(
        self,
        desk: JudgeDesk,
        ticket: Ticket,
        matches: tuple[PolicyMatch, ...],
        policies: Mapping[str, Policy],
        opinions: Sequence[Opinion] | None,
    ) -> None:
        self._desk, self._ticket, self._matches, self._policies = desk, ticket, matches, policies
        self._is_late = opinions is None
        self.weighed = self._weigh(opinions or ())

    def when_late(self, tell: Callable[[Weighed], None]) -> None:
        """See `guardian.hearing.Hearing`. That it could not answer after all changes nothing, and is not handed on."""
        if self._is_late:
            self._ticket.when_late(partial(self._hand_on, tell))

    def _hand_on(self, tell: Callable[[Weighed], None], opinions: Opinions) -> None:
        if not all(opinion.failure for opinion in opinions):  # of its failures the register tells
            tell(self._weigh(opinions))

    def _weigh(self, opinions: Sequence[Opinion]) -> Weighed:
        judge = self._desk.name, self._desk.sha256
        by_id = {match.id: match for match in self._matches}
        self._desk.agreed([agreed(by_id[opinion.policy], opinion) for opinion in opinions if opinion.policy in by_id])
        return weigh(self._matches, opinions, self._policies, judge, is_late=self._is_late)


def case_of(message: Message, reading: Reading) -> Case:
    """What the judge is shown of a message: what a person sees of it, each view once, and its earlier turns. Of a
    conversation with an AI the first turn is the human's goal, which must not be the first to go for lack of room."""
    texts = dict.fromkeys(_plain(view.text) for view in reading.visible)
    turns = tuple(_plain(turn) for turn in message.context)
    goal = ""
    if message.channel is Channel.AI_OUTPUT and turns and turns[0].startswith(_HUMAN):
        goal, turns = turns[0].removeprefix(_HUMAN), turns[1:]
    return Case("\n\n".join(filter(None, texts)), message.channel, turns, goal)


def _plain(text: str) -> str:
    """Text that UTF-8 can hold: bytes that are none stand as lone surrogates, and become U+FFFD."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _left_s(message: Message, within_s: float) -> float:
    if message.judge_within_s is not None:
        within_s = min(within_s, message.judge_within_s)
    return within_s if message.asked_s is None else within_s - (time.monotonic() - message.asked_s)
