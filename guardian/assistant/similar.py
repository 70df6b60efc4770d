"""Past messages like this one: of the same campaign, from the same sender, and nearest as the model reads them.

Invariants: near is what is nearer than 99 of 100 ordinary messages of the shipped bank are, so "similar" is a measured
statement; texts that were not kept are found by sender and campaign alone.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

import numpy as np

from guardian.alerts.alert import Alert, alert_of_screened
from guardian.assistant.answer import Answer, Kind, Line, said
from guardian.assistant.house import Cancelled, House
from guardian.assistant.past import PastMessage, past_messages
from guardian.assistant.questions import Question
from guardian.inference.base import Floats
from guardian.safe_text import safe_line

if TYPE_CHECKING:
    from guardian.gate import Screened

MOST_SHOWN: Final = 5
"""Past messages in one answer."""
_NEARER_THAN: Final = 0.99
"""Share of ordinary messages that a similar one is nearer than."""


@dataclass(frozen=True, slots=True)
class Similar:
    """One past message, and what makes it similar."""

    past: PastMessage
    nearness: float
    """Cosine of the nearest pair of windows, -1 to 1; 0 where it was not compared."""
    why: str
    """In a few words."""


def similar(screened: Screened, house: House) -> Answer:
    """The most similar of the recorded messages. Raises JournalError, Cancelled."""
    if house.journal is None:
        words = f"I can't look at past messages: {house.why_no_journal}."
        return Answer(Question.SIMILAR, (said(words, "the journal"),))
    past = list(past_messages(house.journal, house.is_cancelled))
    found, compared = find_similar(screened, past, house)
    texts = sum(each.message is not None for each in past)
    looked = f"of the newest {len(past):,} in your journal, {compared:,} of {texts:,} texts compared"
    if compared < texts:
        looked += "; ask again to look further back"
    if not past:
        return Answer(Question.SIMILAR, (said("Nothing is recorded yet.", "the journal"),))
    if not found:
        return Answer(Question.SIMILAR, (said("Nothing like it is among what was recorded.", looked),))
    lines = [said(f"{len(found)} like it, most similar first:", looked)]
    lines += [Line(_told(each.past), safe_line(each.why), Kind.PAST, each.past.seq) for each in found]
    return Answer(Question.SIMILAR, tuple(lines))


def find_similar(screened: Screened, past: Sequence[PastMessage], house: House) -> tuple[list[Similar], int]:
    """The `MOST_SHOWN` most similar, most similar first, and how many texts were compared. Raises Cancelled."""
    asked = alert_of_screened(screened, -1, time.time_ns() // 1_000_000)
    encoding = next(house.bench.inspect_all((screened.message,))).evidence.encoding
    nearness: dict[int, float] = {}
    least = 1.0
    if encoding is not None and house.journal is not None:
        bank = house.bench.bank.embeddings[house.bench.bank.rows((screened.message.channel,))]
        least = float(np.quantile((encoding.embeddings @ bank.T).max(axis=0), _NEARER_THAN))
        rows = house.memory.rows(house.journal, list(past), house.bench, house.is_cancelled, house.progress)
        nearness = {seq: _nearest(encoding.embeddings, each) for seq, each in rows.items()}
    if house.is_cancelled():
        raise Cancelled
    found = []
    for each in past:
        near = nearness.get(each.seq, 0.0)
        reasons = _reasons(asked, each.alert)
        if near >= least:
            reasons.append(f"nearer to it than 99 of 100 ordinary messages ({near:.2f})")
        if reasons:
            found.append(Similar(each, near, "; ".join(reasons)))
    found.sort(key=lambda one: (-_same(asked, one.past.alert), -one.nearness, -one.past.seq))
    return found[:MOST_SHOWN], len(nearness)


def same_sender(asked: Alert, past: Alert) -> bool:
    """Whether both claim to come from one sender."""
    return bool({each.casefold() for each in asked.senders} & {each.casefold() for each in past.senders})


def _same(asked: Alert, past: Alert) -> int:
    return int(asked.campaign == past.campaign)


def _reasons(asked: Alert, past: Alert) -> list[str]:
    reasons = ["the same words carried its verdict"] if _same(asked, past) else []
    return [*reasons, "the same sender"] if same_sender(asked, past) else reasons


def _nearest(ours: Floats, theirs: Floats) -> float:
    return float((ours @ theirs.T).max()) if len(theirs) else 0.0


def _told(past: PastMessage) -> str:
    """One line: when, outcome, who or what, why, the owner's word."""
    alert = past.alert
    day = datetime.fromtimestamp(alert.at_ms / 1000).date().isoformat()
    word = f"; you said: {past.feedback.says.value}" if past.feedback is not None else "; you said nothing of it"
    about = f": {alert.reason}" if alert.reason else ""
    return safe_line(f"{alert.key}  {day}  {alert.outcome.value}  {alert.sender or alert.name}{about}{word}")
