"""The rows of the Inbox's list, made when they are drawn: of 100,000 alerts only those that can be seen.

Invariants: a row's key stays the same whatever arrives, so that the cursor can stay on it; a group of one alert is that
alert's row.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Protocol

from tui.sorted_alerts import SortedAlerts

if TYPE_CHECKING:
    from guardian.alerts.alert import Alert
    from guardian.alerts.grouping import Group

RowKey = tuple[str, int | str]
"""What a row stands for: ("alert", its key) or ("group", its key)."""


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """One line of the list."""

    alert: Alert
    """The row's alert; of a group its newest."""
    group: Group | None = None
    """The group that the row is the head of."""
    is_folded: bool = True
    """Whether the group's alerts are not shown below it."""
    inside: Group | None = None
    """The group that the row's alert is shown below."""

    @property
    def key(self) -> RowKey:
        """Its name, whatever line it stands on."""
        return ("group", self.group.key) if self.group is not None else ("alert", self.alert.key)


class Rows(Protocol):
    """All rows, from top to bottom."""

    def __len__(self) -> int:
        """How many there are."""

    def __getitem__(self, index: int) -> Row:
        """One of them, from 0."""

    def find(self, row: Row) -> int | None:
        """Where the row stands now, or the head of the group that its alert is folded into; None where it is gone."""


class AlertRows:
    """One row for each alert."""

    def __init__(self, alerts: Sequence[Alert]) -> None:
        self._alerts = alerts

    def __len__(self) -> int:
        return len(self._alerts)

    def __getitem__(self, index: int) -> Row:
        return Row(self._alerts[index])

    def find(self, row: Row) -> int | None:
        """See `Rows`."""
        if isinstance(self._alerts, SortedAlerts):
            return self._alerts.index_of(row.alert)
        return next((at for at, alert in enumerate(self._alerts) if alert.key == row.alert.key), None)


class GroupRows:
    """One row for each group, and one below it for each alert of those that are unfolded."""

    def __init__(self, groups: Sequence[Group], unfolded: Collection[int | str]) -> None:
        self._groups = groups
        self._is_open = [len(group.alerts) > 1 and group.key in unfolded for group in groups]
        lengths = (
            1 + len(group.alerts) if is_open else 1 for group, is_open in zip(groups, self._is_open, strict=True)
        )
        self._starts = list(accumulate(lengths, initial=0))

    def __len__(self) -> int:
        return self._starts[-1]

    def __getitem__(self, index: int) -> Row:
        if not 0 <= index < len(self):
            raise IndexError(index)
        at = bisect_right(self._starts, index) - 1
        group, place = self._groups[at], index - self._starts[at]
        if place:
            return Row(group.alerts[place - 1], inside=group)
        if len(group.alerts) == 1:
            return Row(group.alerts[0])
        return Row(group.alerts[0], group, is_folded=not self._is_open[at])

    def find(self, row: Row) -> int | None:
        """See `Rows`."""
        if row.group is not None:
            return next((self._starts[at] for at, each in enumerate(self._groups) if each.key == row.group.key), None)
        for at, group in enumerate(self._groups):
            for place, alert in enumerate(group.alerts):
                if alert.key == row.alert.key:
                    return self._starts[at] + (1 + place if self._is_open[at] else 0)
        return None
