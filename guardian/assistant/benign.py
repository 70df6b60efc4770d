"""Is there a benign reading: how it may be meant well, what tells the cases apart, and what counts for it here.

Invariants: deterministic; for and against stand side by side, and nothing of it changes the verdict; what is not known
(the sender, the journal) is said to be unknown and never counts for the message.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from guardian.alerts.alert import alert_of_screened
from guardian.assistant.answer import Answer, Line, said
from guardian.assistant.house import House
from guardian.assistant.past import PastMessage, past_messages
from guardian.assistant.questions import Question
from guardian.assistant.readings import READINGS
from guardian.assistant.replying import tactics_told
from guardian.assistant.similar import same_sender
from guardian.journal.feedback import Says
from guardian.message import Channel, Message
from guardian.tactics import name_for
from guardian.verdict import Outcome

if TYPE_CHECKING:
    from guardian.gate import Screened

_ASKS: Final = (
    (
        "money_request",
        "neither a rule nor the model sees a request for money in it",
        r"money|cash|pay|paid|fee|bill|invoice|card|gift|voucher|bank|account|iban|transfer|wire|loan|lend|owe|price"
        r"|cost|deposit|invest|crypto|bitcoin|wallet|coin|refund|euro|dollar|pound|send|buy|[$\u20ac\u00a3\u00a5]",
    ),
    (
        "credential_request",
        "neither a rule nor the model sees a request for a code or password in it",
        r"code|password|passphrase|\bpin\b|log.?in|sign.?in|verif|confirm|digits|seed|recovery|phrase|credential|card|otp",
    ),
    (
        "secrecy",
        "neither a rule nor the model sees that it asks you to keep it secret",
        r"secret|between us|tell|mention|quiet|private|confiden|nobody|no one|discreet|surprise",
    ),
)
"""What takes the most from people: tactic, how its absence reads, and the words at which its absence is not claimed,
whatever the scores say: to say wrongly that nothing is asked for would be worse than to say nothing."""
_FAR_BELOW: Final = 0.5
"""A score under this share of its threshold counts as none."""


def benign(screened: Screened, house: House) -> Answer:
    """The honest reading of each tactic with its check, then what counts for and against it. Raises JournalError."""
    verdict = screened.verdict
    tactics = tactics_told(verdict)
    if not tactics:
        words = "No policy of yours speaks against it."
        if verdict.outcome in (Outcome.UNSURE, Outcome.UNSCREENED):
            words = "It was not fully judged, so I can't say what speaks against it."
        return Answer(Question.BENIGN, (said(words, f"the verdict: {verdict.outcome.value}"), *_facts(screened, house)))
    lines = []
    for tactic in tactics:
        reading = READINGS[tactic]
        lines.append(said(reading.honest, f"an honest reading of: {name_for(tactic).lower()}"))
        lines.append(said(f"To tell: {reading.check}", "advice"))
    return Answer(Question.BENIGN, (*lines, *_facts(screened, house)))


def _facts(screened: Screened, house: House) -> Iterator[Line]:
    yield from _what_is_absent(screened, house)
    for veto in screened.verdict.vetoes:
        yield said(f"For it: {veto.say}", f"the veto {veto.veto}")
    yield from _sender_lines(screened, house)
    matched = screened.verdict.matched
    if len(matched) > 1:
        yield said(
            f"Against it: {len(matched)} of your policies speak at once.", ", ".join(each.id for each in matched)
        )


def _what_is_absent(screened: Screened, house: House) -> Iterator[Line]:
    verdict = screened.verdict
    if verdict.channel != Channel.INCOMING.value or not verdict.coverage.complete or not verdict.scores:
        return  # of what was not judged, nothing can be said to be absent
    reading = next(house.bench.inspect_all((screened.message,))).evidence.reading
    text = "\n".join([*screened.message.context, *(view.text for view in reading.views)]).casefold()
    thresholds = house.bench.thresholds.on(Channel.INCOMING)
    found = {finding.tactic for finding in verdict.findings}
    for tactic, words, telling in _ASKS:
        score, threshold = verdict.scores.get(tactic), thresholds.get(tactic)
        if score is None or threshold is None or tactic in found or re.search(telling, text):
            continue
        if score < _FAR_BELOW * threshold:
            by = f"the score is {score:.2f} against {threshold:.2f}, and no word of it points there"
            yield said(f"For it: {words}.", by)


def _sender_lines(screened: Screened, house: House) -> Iterator[Line]:
    message: Message = screened.message
    asked = alert_of_screened(screened, -1, time.time_ns() // 1_000_000)
    if not asked.senders:
        yield said("You named no sender, so nothing is known of them.", "the message's sender")
    elif house.journal is None:
        yield said(f"What is known of this sender I can't look up: {house.why_no_journal}.", "the journal")
    else:
        earlier = [past for past in past_messages(house.journal, house.is_cancelled) if same_sender(asked, past.alert)]
        yield _known(earlier)
    if message.context:
        yield said(f"It stands in a conversation of {len(message.context) + 1} turns.", "what was said before")


def _known(earlier: list[PastMessage]) -> Line:
    """What earlier alerts from this sender, and the owner's words on them, say."""
    words = [past.feedback.says for past in earlier if past.feedback is not None]
    right, wrong = words.count(Says.RIGHT), words.count(Says.WRONG)
    numbers = ", ".join(str(past.seq) for past in earlier[:5])
    if not earlier:
        return said("No earlier alert names this sender.", "the journal; clean messages are only counted there")
    flagged = sum(past.alert.outcome is Outcome.FLAGGED for past in earlier)
    told = f"{len(earlier)} earlier alerts name this sender, {flagged} flagged"
    if wrong > right:
        return said(f"For it: {told}; you called {wrong} of them wrong.", f"records {numbers}")
    if right:
        return said(f"Against it: {told}; you called {right} of them right.", f"records {numbers}")
    return said(f"{told}; you said nothing of them.", f"records {numbers}")
