"""What the Inbox has done at the desk: a message read for the preview, groups made, names gathered for the filter line.

Invariants: nothing here touches a widget; what is found comes as a message.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message as AppMessage

from tui.desk import Job
from tui.triage import Lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from guardian.alerts.alert import Alert
    from guardian.alerts.grouping import Group
    from guardian.gate import Screened
    from guardian.settings import Settings
    from tui.records import Records
    from tui.shown import Shown


@dataclass(repr=False)
class AlertRead(AppMessage):
    """The chosen alert's message was read."""

    shown: Shown
    key: int


@dataclass(repr=False)
class Grouped(AppMessage):
    """The alerts were grouped."""

    lines: Lines
    groups: Sequence[Group]


@dataclass(repr=False)
class NamesRead(AppMessage):
    """What a filter may name."""

    policies: tuple[str, ...]
    senders: tuple[str, ...]


def read_alert(alert: Alert, screened: Screened | None, records: Records | None, _job: Job) -> AlertRead:
    """The message of an alert, from memory or from the journal. Raises JournalError."""
    from guardian.errors import JournalError
    from tui.shown import said_of, shown_of_entry, shown_of_screened

    if screened is not None:
        return AlertRead(shown_of_screened(screened, alert.at_ms), alert.key)
    if records is None or alert.seq is None:
        raise JournalError("this message is not in the journal, and not in memory any more")
    with records.journal() as journal:
        return AlertRead(shown_of_entry(journal, alert.seq, said_of(alert)), alert.key)


def grouped(lines: Lines, alerts: Sequence[Alert], _job: Job) -> Grouped:
    """The alerts, put together."""
    from guardian.alerts.grouping import Grouping, group

    return Grouped(lines, group(alerts, Grouping[lines.name]))


def nothing(_job: Job) -> None:
    """Takes the place of work that is not wanted any more."""


def names(alerts: Sequence[Alert], settings: Settings, _job: Job) -> NamesRead:
    """Policies and senders that a filter may name, the newest first."""
    from guardian.policy.load import load_policies

    known = [policy.id for policy in load_policies(settings.policies_dir).policies]
    policies = dict.fromkeys([*known, *(policy for alert in alerts for policy in alert.policies)])
    senders = dict.fromkeys(sender for alert in alerts for sender in alert.senders)
    return NamesRead(tuple(policies), tuple(senders))
