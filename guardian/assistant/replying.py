"""What the owner could answer, and how a message may be meant well: content by tactic, chosen by the verdict.

Invariant: what is offered is the shipped content alone, for the tactics that the verdict names, strongest first.
"""

from __future__ import annotations

from typing import Final

from guardian.assistant.answer import Answer, Kind, Line, said
from guardian.assistant.questions import Question
from guardian.assistant.replies import REPLIES
from guardian.assistant.why import findings_that_count
from guardian.message import Channel
from guardian.tactics import RISK, name_for
from guardian.verdict import Outcome, Verdict

MOST_TACTICS: Final = 3
"""Tactics that are answered to; more would bury what matters."""


def tactics_told(verdict: Verdict) -> list[str]:
    """The tactics (or groups) that matched policies name, surest first; `risk` where a policy matched by something
    else alone; none where nothing matched."""
    named = [finding.tactic for finding in findings_that_count(verdict)]
    named += [tactic for match in verdict.matched for tactic in match.tactics]
    found = [tactic for tactic in dict.fromkeys(named) if tactic in REPLIES]
    return found[:MOST_TACTICS] or ([RISK.id] if verdict.matched else [])


def replies(verdict: Verdict) -> Answer:
    """Short replies that neither accuse nor give in."""
    tactics = tactics_told(verdict)
    if not tactics:
        words = "No policy of yours speaks against it, so answer as you like."
        if verdict.outcome in (Outcome.UNSURE, Outcome.UNSCREENED):
            words = "It was not fully judged, so I have no reply for it. You need not answer at once."
        return Answer(Question.REPLY, (said(words, f"the verdict: {verdict.outcome.value}"),))
    is_ai = verdict.channel == Channel.AI_OUTPUT.value
    head = "You could tell the assistant:" if is_ai else "You need not answer. If you wish to, you could say:"
    lines = [said(head, "replies that Guardian ships")]
    for tactic in tactics:
        lines += [Line(reply, f"for: {name_for(tactic).lower()}", Kind.REPLY) for reply in REPLIES[tactic]]
    return Answer(Question.REPLY, tuple(lines))
