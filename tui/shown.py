"""One message as the app shows it: from the gate's hand, or as the journal recorded it.

Invariants: there is always a verdict; where the text was not kept, that is said in place of it. What it holds of a
message is untrusted until `tui.marking` or `tui.rendering` has made it safe.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from guardian.errors import JournalError
from guardian.journal.owner_words import NOTHING_SAID, Said
from guardian.journal.reports.facts import sender_of
from guardian.journal.reports.view import View, view_of
from guardian.journal.scan import Scan
from guardian.journal.verdict_record import message_of
from guardian.message import Message
from guardian.verdict import Verdict

if TYPE_CHECKING:
    from guardian.alerts.alert import Alert
    from guardian.gate import Screened
    from guardian.journal.journal import Journal
    from tui.records import Records


@dataclass(frozen=True, slots=True, repr=False)
class Shown:
    """One message with its verdict."""

    verdict: Verdict
    message: Message | None
    """None where its text was not kept."""
    name: str
    sender: str
    at_ms: int
    view: View | None = None
    """Its entry in the journal; None where it was not recorded."""
    why_not: str = ""
    """Why there is no text; empty where there is."""

    @property
    def seq(self) -> int | None:
        """Its number in the journal."""
        return self.view.seq if self.view is not None else None


def shown_of_screened(screened: Screened, at_ms: int) -> Shown:
    """What was screened just now."""
    message = screened.message
    return Shown(screened.verdict, message, message.id or message.source, message.sender or "", at_ms)


def shown_under(key: int, alert: Alert | None, screened: Screened | None, records: Records | None) -> Shown:
    """What stands under an alert's key, or under a record's number where the app knows no alert of it.

    What was screened in this run has its text, even where the journal did not keep it. Raises JournalError where there
    is none, or it was forgotten, or can't be read. For the desk.
    """
    at_ms = alert.at_ms if alert is not None else 0
    if key < 0 or records is None:
        if screened is None:
            raise JournalError("it is not in the journal, and was not screened in this run")
        return shown_of_screened(screened, at_ms)
    try:
        with records.journal() as journal:
            shown = shown_of_entry(journal, key, said_of(alert) if alert is not None else _words_on(journal, key))
    except JournalError:
        if screened is None:
            raise
        return shown_of_screened(screened, at_ms)
    return replace(shown, message=screened.message, why_not="") if screened is not None else shown


def said_of(alert: Alert) -> Said:
    """What was said of an alert's message later."""
    return Said(alert.feedback, alert.mark, alert.opinion)


def _words_on(journal: Journal, seq: int) -> Said:
    return view_of(Scan(journal), journal.entry(seq)).said


def shown_of_entry(journal: Journal, seq: int, said: Said = NOTHING_SAID) -> Shown:
    """A recorded message, with what was said of it later.

    Raises JournalError where it is no verdict, was forgotten, or can't be read.
    """
    view = View.of(journal.entry(seq), said)
    verdict, record = view.verdict(), view.record
    if record is None or verdict is None:
        raise JournalError(f"record {seq} can't be shown: {view.why_not or f'it is of the kind {view.kind}'}")
    body, message = record.body["message"], message_of(record)
    return Shown(
        verdict,
        message,
        str(body["id"] or body["source"]),
        sender_of(record),
        record.at_ms,
        view,
        "" if message is not None else str(record.body["text"]["why_not"]),
    )
