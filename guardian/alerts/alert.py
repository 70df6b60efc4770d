"""An alert: what a list shows of one verdict, and no more, so that 100,000 of them fit into memory.

Invariants: every text of it is safe for a terminal and one line; it holds no text of a message but its sender's name
and the message's own; alerts of one conversation share `conversation`, alerts of the same words share `campaign`
(`guardian.alerts.kinship`); the same record gives the same alert, on whichever road it was read.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from sys import intern
from typing import TYPE_CHECKING, Final, NamedTuple

from guardian.alerts.gist import Gist, Matched, gist_of_body, gist_of_screened, told_by_record, told_late
from guardian.alerts.kinship import campaign_key, conversation_key
from guardian.journal.feedback import Feedback
from guardian.journal.marks import Mark
from guardian.journal.opinion import LateOpinion
from guardian.journal.owner_words import NOTHING_SAID, Said
from guardian.journal.record import Kind
from guardian.safe_text import safe_line
from guardian.second_opinion import Changed
from guardian.verdict import Outcome, Severity
from guardian.verdict_words import short_words

if TYPE_CHECKING:
    from guardian.gate import Screened
    from guardian.journal.reports.view import View

NAME_CHARACTERS: Final = 120
REASON_CHARACTERS: Final = 120
_SEVERITIES: Final = tuple(Severity)


@dataclass(frozen=True, slots=True, repr=False)
class Alert:
    """One line of the inbox."""

    key: int
    """Its place: the record's number in the journal; negative for what this program screened and nobody recorded."""
    at_ms: int
    """When, in milliseconds since 1970."""
    outcome: Outcome
    channel: str
    sender: str
    """As its source says, else as the message says; empty where nobody is named."""
    name: str
    """What the message is called; may be empty."""
    reason: str
    """What it does, or why it was not judged, in a few words."""
    severity: Severity
    """Of the gravest policy that matched; low where none did."""
    policies: tuple[str, ...]
    """Ids of those that matched."""
    tactics: tuple[str, ...]
    """By which they matched, most telling first."""
    senders: tuple[str, ...]
    """Everybody whom the message claims to come from."""
    conversation: int
    """Key of the sender's conversation."""
    campaign: int
    """Key of the words."""
    is_text_kept: bool
    """Whether its text was at hand: without it, `campaign` finds no copies but those that are the same to the byte."""
    feedback: Feedback | None = None
    """The owner's word on it; None where there is none."""
    mark: Mark | None = None
    """The owner's mark, and the note with it; None where there is neither."""
    opinion: LateOpinion | None = None
    """What the judge said of it late; None where it did not."""

    @property
    def seq(self) -> int | None:
        """Its number in the journal; None where it is not there."""
        return self.key if self.key >= 0 else None

    @property
    def is_raised_late(self) -> bool:
        """Whether it became what it is by the judge's late word."""
        return self.opinion is not None and self.opinion.changed is Changed.RAISED

    @property
    def says(self) -> str:
        """The owner's word: right, wrong, unsure; empty where there is none."""
        return self.feedback.says.value if self.feedback is not None else ""


def alert_of_screened(screened: Screened, key: int, at_ms: int) -> Alert:
    """The alert for what was screened just now. `key`: the record's number, or a negative one of this program's."""
    return _alert(key, at_ms, gist_of_screened(screened))


def alert_of_bytes(seq: int, data: bytes, said: Said = NOTHING_SAID) -> Alert:
    """The alert for a record's canonical JSON, the quick road. Raises ValueError where it is no verdict's."""
    told = told_by_record(data)
    return _alert(seq, told.at_ms, told.gist, said)


def alert_of_view(view: View) -> Alert | None:
    """The alert for an entry of the journal; None where it is no verdict that can be read."""
    record = view.record
    if record is None or record.kind is not Kind.VERDICT:
        return None
    try:
        return _alert(view.seq, record.at_ms, gist_of_body(record.body), view.said)
    except ValueError:
        return None


def _alert(key: int, at_ms: int, gist: Gist, said: Said = NOTHING_SAID) -> Alert:
    """Raises ValueError for an outcome that there is not."""
    if said.opinion is not None:
        gist = told_late(gist, said.opinion)
    effect = _effect(gist.matched, gist.reasons)
    sender = gist.senders[0] if gist.senders else ""
    senders = _shown(gist.senders)
    return Alert(
        key=key,
        at_ms=at_ms,
        outcome=Outcome(gist.outcome),
        channel=intern(gist.channel),
        sender=senders[0] if senders else "",
        name=safe_line(gist.name, NAME_CHARACTERS),
        reason=effect.reason,
        severity=effect.severity,
        policies=effect.policies,
        tactics=effect.tactics,
        senders=senders,
        conversation=conversation_key(gist.channel, sender, gist.name),
        campaign=campaign_key(gist.quotes, gist.text, gist.text_sha256, is_mail=gist.is_mail),
        is_text_kept=gist.text is not None,
        feedback=said.feedback,
        mark=said.mark,
        opinion=said.opinion,
    )


class _Effect(NamedTuple):
    """What the owner's policies made of a message."""

    reason: str
    severity: Severity
    policies: tuple[str, ...]
    tactics: tuple[str, ...]


@lru_cache(maxsize=2048)
def _effect(matched: tuple[Matched, ...], reasons: tuple[str, ...]) -> _Effect:
    """Few differ among many alerts, and those that do not share their values in memory."""
    severities = [Severity(match.severity) for match in matched]
    return _Effect(
        intern(short_words([(match.title, match.tactics) for match in matched], reasons, REASON_CHARACTERS)),
        max(severities, key=_SEVERITIES.index, default=Severity.LOW),
        tuple(intern(safe_line(match.id)) for match in matched),
        tuple(map(intern, dict.fromkeys(safe_line(tactic) for match in matched for tactic in match.tactics))),
    )


@lru_cache(maxsize=4096)
def _shown(senders: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(intern(safe_line(each, NAME_CHARACTERS)) for each in senders)
