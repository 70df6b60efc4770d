"""What would change a verdict: sentences that are left out, and what the owner could say in a policy.

Invariant: each thing that is said to change it was tried, on the running model, with the policies in force.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from guardian.assistant.answer import Answer, Line, command, quoted, said
from guardian.assistant.house import House
from guardian.assistant.leaving_out import MOST_INSPECTIONS, LeftOut, Search, is_milder, judge, passages_of
from guardian.assistant.questions import Question
from guardian.assistant.why import findings_that_count, how_far, why
from guardian.inspection import Inspection
from guardian.message import Message
from guardian.policy.base import Mute, Policy
from guardian.policy.expression import names
from guardian.policy.match import Matcher
from guardian.policy.scope import circumstances_of
from guardian.policy.senders import check_sender_pattern
from guardian.tactics import group_of
from guardian.verdict import Action, Outcome, PolicyMatch, Verdict

_MUTE_DAYS: Final = 30
_HIGHEST_THRESHOLD: Final = 0.99


def change(message: Message, verdict: Verdict, house: House) -> Answer:
    """What would make the verdict milder. Raises Cancelled."""
    if verdict.outcome in (Outcome.UNSURE, Outcome.UNSCREENED):
        return Answer(Question.CHANGE, tuple(_not_judged(verdict)))
    if verdict.outcome is Outcome.CLEAN:
        head = said("It is clean already; here is what came closest.", "the verdict: clean")
        return Answer(Question.CHANGE, (head, *why(verdict).lines))
    embeddings = house.bench.embeddings(house.policies)
    inspection = next(house.bench.inspect_all((message,)))
    matcher = house.bench.matcher(house.policies, embeddings)
    now = judge(inspection, matcher)
    if now.outcome is not verdict.outcome:
        words = f"The policies in force now would say {now.outcome.value}, no longer {verdict.outcome.value}."
        return Answer(Question.CHANGE, (said(words, "judged again with the policies in force"),))
    passages = passages_of(message, inspection.evidence.reading, findings_that_count(verdict))
    found = Search(message, verdict.outcome, matcher, house).run(passages)
    trial = _Trial(inspection, verdict, house.policies, lambda policies: house.bench.matcher(policies, embeddings))
    return Answer(Question.CHANGE, (*_left_out_lines(found, verdict.outcome), *trial.lines()))


def _not_judged(verdict: Verdict) -> Iterator[Line]:
    yield said("It was not fully judged, so nothing that is left out can clear it.", f"the verdict: {verdict.outcome}")
    for reason in verdict.coverage.reasons:
        yield said(f"What stands in the way: {reason.say}", f"coverage: {reason.code}")


def _left_out_lines(found: LeftOut, was: Outcome) -> Iterator[Line]:
    times = "once" if found.inspections == 1 else f"{found.inspections} times"
    by = f"judged again {times} (at most {MOST_INSPECTIONS}); nothing was recorded"
    if not found.passages:
        yield said("No sentence of it can be left out by itself: the words that did it were decoded or hidden.", by)
    elif found.is_whole:
        yield said("The words that did it are the whole message: without them nothing is left.", by)
    elif found.alone:
        head = "Without this sentence" if len(found.alone) == 1 else "Without any one of these sentences"
        yield said(f"{head} the verdict would be milder:", by)
        for passage, outcome in found.alone:
            yield quoted(passage.quote, f"without it: {outcome.value}")
    elif found.together and found.outcome is not None:
        yield said(f"Without these {len(found.together)} sentences it would be {found.outcome.value}:", by)
        for passage in found.together:
            yield quoted(passage.quote, "one of them")
    else:
        count = len(found.passages)
        every = "the quoted sentence" if count == 1 else f"every one of the {count} quoted sentences"
        yield said(f"Leaving out {every} would not change it: it reads {was.value} as a whole.", by)


@dataclass(frozen=True, slots=True)
class _Trial:
    """What the owner could say in their policies, each tried on the message as it was inspected."""

    inspection: Inspection
    verdict: Verdict
    policies: Sequence[Policy]
    matcher: Callable[[Sequence[Policy]], Matcher]

    def lines(self) -> Iterator[Line]:
        """Thresholds, then an exception for the sender, then a mute."""
        yield from self._threshold_lines()
        sender = self._sender()
        if sender:
            yield from self._exception_lines(sender)
        else:
            yield said(
                "No address of its sender is known, so no exception for a sender would help.", "the message's sender"
            )
        yield from self._mute_lines(sender)

    def _threshold_lines(self) -> Iterator[Line]:
        wider = {each.id: _with_thresholds(each, self._match(each)) for each in self._acting()}
        milder = self._outcome({name: policy for name, policy in wider.items() if policy is not None})
        if None in wider.values() or milder is None:
            roads = ", ".join(dict.fromkeys(road for match in self.verdict.matched for road in match.because))
            yield said("No threshold would change it: a rule, a pattern or an example of yours matches too.", roads)
            return
        raised = [policy for policy in wider.values() if policy is not None]
        if len(raised) > 1:
            yield said(f"Higher thresholds in all of these would make it {milder.value}:", "tried on this message")
        for policy in raised:
            match = self._match(policy)
            high = ", ".join(f"{name} {value:.2f}" for name, value in policy.match.thresholds.items())
            words = f"\u2018{policy.title}\u2019: {high}"
            if len(raised) == 1:
                words = f"Higher thresholds in \u2018{policy.title}\u2019 would make it {milder.value}: {high}"
            far = f"{match.score:.2f} is {how_far(match.score, match.threshold)} {match.threshold:.2f} now"
            yield said(f"{words}.", f"tried on this message; {far}")

    def _exception_lines(self, sender: str) -> Iterator[Line]:
        excepted = {each.id: replace(each, senders_except=(*each.senders_except, sender)) for each in self._acting()}
        milder = self._outcome(excepted)
        if milder is not None:
            where = " and ".join(f"\u2018{policy.title}\u2019" for policy in excepted.values())
            yield said(f"An exception for {sender} in {where} would make it {milder.value}.", "tried on this message")

    def _mute_lines(self, sender: str) -> Iterator[Line]:
        today = self._today()
        until = today + timedelta(days=_MUTE_DAYS)
        muted = {each.id: replace(each, mutes=(*each.mutes, Mute("", sender, today, until))) for each in self._acting()}
        milder = self._outcome(muted)
        if milder is None:
            return
        if not sender:
            words = f"Muting {' and '.join(muted)} for everybody would make it {milder.value}; that is rarely worth it."
            yield said(words, "tried on this message")
            return
        yield said(
            f"A mute of {sender} for {_MUTE_DAYS} days would make it {milder.value}; you could write:",
            "tried on this message; an address can be forged",
        )
        for name in muted:
            words = f"guardian policy mute {name} --sender {shlex.quote(sender)} --days {_MUTE_DAYS}"  # a stranger's
            yield command(words, f"the policy {name}")

    def _acting(self) -> list[Policy]:
        """The policies that made the outcome what it is."""
        matched = self.verdict.matched
        if self.verdict.outcome is Outcome.FLAGGED:
            matched = tuple(match for match in matched if match.action in (Action.WARN, Action.HOLD))
        loud = {match.id for match in matched}
        return [policy for policy in self.policies if policy.id in loud]

    def _match(self, policy: Policy) -> PolicyMatch:
        return next(match for match in self.verdict.matched if match.id == policy.id)

    def _outcome(self, changed: dict[str, Policy]) -> Outcome | None:
        """What the verdict would be with these policies in place of their namesakes; None where it is not milder."""
        if not changed:
            return None
        policies = [changed.get(policy.id, policy) for policy in self.policies]
        outcome = judge(self.inspection, self.matcher(policies)).outcome
        return outcome if is_milder(outcome, self.verdict.outcome) else None

    def _sender(self) -> str:
        """The first address that can stand in a policy; empty where there is none."""
        for address in circumstances_of(self.inspection.evidence).addresses:
            try:
                return check_sender_pattern(address)
            except ValueError:
                continue
        return ""

    def _today(self) -> date:
        at = self.inspection.evidence.judged_at
        return at.date() if at is not None else date.today()


def _with_thresholds(policy: Policy, match: PolicyMatch) -> Policy | None:
    """The policy with its thresholds above what was scored; None where none may be that high, or it names no tactic."""
    if policy.match.tactics is None:
        return None
    above = math.floor(match.score * 100 + 1) / 100
    if above > _HIGHEST_THRESHOLD:
        return None
    matched = {*match.tactics, *(group_of(tactic) for tactic in match.tactics)}
    named = [name for name in names(policy.match.tactics) if name in matched] or names(policy.match.tactics)
    higher = {**policy.match.thresholds, **dict.fromkeys(named, above)}
    return replace(policy, match=replace(policy.match, thresholds=higher))
