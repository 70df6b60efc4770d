"""An alert: what a list shows of one verdict, and no more, so that 100,000 of them fit into memory.

Invariants: every text of it is safe for a terminal and one line; it holds no text of a message but its sender's name
and the message's own; alerts of one conversation share `conversation`, alerts whose verdict the same words carried
share `campaign`.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from sys import intern
from typing import TYPE_CHECKING, Final

from guardian.journal.feedback import Feedback
from guardian.journal.reports.facts import sender_of, senders_of
from guardian.safe_text import safe_line
from guardian.verdict import Outcome, Severity, Verdict
from guardian.verdict_words import short_reason

if TYPE_CHECKING:
    from guardian.gate import Screened
    from guardian.journal.reports.view import View

NAME_CHARACTERS: Final = 120
REASON_CHARACTERS: Final = 120
_SEVERITIES: Final = tuple(Severity)
_NOT_A_WORD: Final = re.compile(r"[\W\d_]+")


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
    campaign: int
    feedback: Feedback | None = None
    """The owner's word on it; None where there is none."""

    @property
    def seq(self) -> int | None:
        """Its number in the journal; None where it is not there."""
        return self.key if self.key >= 0 else None

    @property
    def says(self) -> str:
        """The owner's word: right, wrong, unsure; empty where there is none."""
        return self.feedback.says.value if self.feedback is not None else ""


def alert_of_screened(screened: Screened, key: int, at_ms: int) -> Alert:
    """The alert for what was screened just now. `key`: the record's number, or a negative one of this program's."""
    message, verdict = screened.message, screened.verdict
    sender = message.sender or ""
    text = hashlib.sha256(message.raw).hexdigest()
    return _alert(key, at_ms, verdict, sender, (sender,) if sender else (), message.id or message.source, text)


def alert_of_view(view: View) -> Alert | None:
    """The alert for an entry of the journal; None where it is no verdict that can be read."""
    record, verdict = view.record, view.verdict()
    if record is None or verdict is None:
        return None
    message = record.body["message"]
    return _alert(
        view.seq,
        record.at_ms,
        verdict,
        sender_of(record),
        tuple(senders_of(record)),
        str(message["id"] or message["source"]),
        str(record.body["text"]["sha256"]),
        feedback=view.feedback,
    )


def _alert(
    key: int,
    at_ms: int,
    verdict: Verdict,
    sender: str,
    senders: tuple[str, ...],
    name: str,
    text_sha256: str,
    feedback: Feedback | None = None,
) -> Alert:
    matched = verdict.matched
    return Alert(
        key=key,
        at_ms=at_ms,
        outcome=verdict.outcome,
        channel=intern(verdict.channel),
        sender=intern(safe_line(sender, NAME_CHARACTERS)),
        name=safe_line(name, NAME_CHARACTERS),
        reason=intern(short_reason(verdict, REASON_CHARACTERS)),
        severity=max((match.severity for match in matched), key=_SEVERITIES.index, default=Severity.LOW),
        policies=tuple(intern(match.id) for match in matched),
        tactics=tuple(map(intern, dict.fromkeys(tactic for match in matched for tactic in match.tactics))),
        senders=tuple(intern(safe_line(each, NAME_CHARACTERS)) for each in senders),
        conversation=_hashed(f"{verdict.channel}\n{(senders[0] if senders else name).casefold()}"),
        campaign=_hashed(_carrying_words(verdict) or text_sha256),
        feedback=feedback,
    )


def _carrying_words(verdict: Verdict) -> str:
    """The longest quote that carried the verdict, without what differs from copy to copy: case, digits, punctuation."""
    quotes = [span.quote for finding in verdict.findings for span in finding.spans]
    return _NOT_A_WORD.sub(" ", max(quotes, key=len, default="").casefold()).strip()


def _hashed(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest())
