"""Which alerts a filter lets through, worked out at the desk: in memory, or through the journal where words are sought.

Invariants: for 100,000 alerts the painting thread is given way again and again; what is found is posted as it is found,
newest first; nothing here touches a widget.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from textual.message import Message as AppMessage

from guardian.errors import JournalError
from tui.desk import Job

if TYPE_CHECKING:
    from guardian.alerts.alert import Alert
    from guardian.journal.filters.matching import Filter
    from tui.records import Records

_SLICE: Final = 500
"""Alerts that are looked at between two moments for the painting thread."""
_GIVE_WAY_S: Final = 0.001


@dataclass(repr=False)
class FilterFound(AppMessage):
    """A part of what a filter lets through."""

    number: int
    """That of the filter."""
    keys: tuple[int, ...]
    judged: tuple[int, ...]
    """The alerts that were looked at, where only some were; those that are not in `keys` are not let through."""
    is_first: bool
    is_last: bool


@dataclass(frozen=True, slots=True, repr=False)
class Sought:
    """What is to be found."""

    number: int
    filter: Filter
    alerts: Sequence[Alert]
    """Newest first."""
    is_all: bool
    """Whether these are all alerts that there are."""


def seek(sought: Sought, records: Records | None, job: Job) -> None:
    """Find it, and post `FilterFound` in parts. Raises JournalError where words are sought and no journal is there."""
    judged = () if sought.is_all else tuple(alert.key for alert in sought.alerts)
    is_first = True
    for keys in _found(sought, records, job):
        if job.is_cancelled:
            return
        if keys:
            job.post(FilterFound(sought.number, keys, judged, is_first, is_last=False))
            is_first = False
    job.post(FilterFound(sought.number, (), judged if is_first else (), is_first, is_last=True))


def _found(sought: Sought, records: Records | None, job: Job) -> Iterator[tuple[int, ...]]:
    from guardian.alerts.facts import needs_text

    if not needs_text(sought.filter):
        yield from _found_in_memory(sought, job)
    elif records is None:
        raise JournalError("words are sought in the journal, and this run leaves it alone")
    else:
        yield from _found_in_journal(sought, records, job)


def _found_in_memory(sought: Sought, job: Job) -> Iterator[tuple[int, ...]]:
    from guardian.alerts.facts import AlertFacts

    alerts = iter(sought.alerts)
    while part := list(islice(alerts, _SLICE)):
        if job.is_cancelled:
            return
        yield tuple(alert.key for alert in part if sought.filter.lets_through(AlertFacts(alert)))
        time.sleep(_GIVE_WAY_S)


def _found_in_journal(sought: Sought, records: Records, job: Job) -> Iterator[tuple[int, ...]]:
    from guardian.alerts.facts import matching

    wanted = None if sought.is_all else {alert.key for alert in sought.alerts}
    oldest = min(wanted, default=0) if wanted is not None else 0
    with records.journal() as journal:
        for keys in matching(journal, sought.filter):
            if job.is_cancelled:
                return
            yield keys if wanted is None else tuple(key for key in keys if key in wanted)
            if keys and keys[-1] < oldest:
                return
            time.sleep(_GIVE_WAY_S)
