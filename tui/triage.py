"""What the Inbox lists, and in which order: alerts or groups of them, all or what a filter lets through.

Invariants: no widget, no slow work: which alerts a filter lets through, and how they are grouped, is worked out
elsewhere and given to this; an alert that changes keeps its row; nothing is sorted anew because something arrives.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from guardian.verdict import Outcome
from tui.rows import AlertRows, GroupRows, Rows
from tui.sorted_alerts import Place, SortedAlerts, newest_first

if TYPE_CHECKING:
    from guardian.alerts.alert import Alert
    from guardian.alerts.grouping import Group
    from tui.book import AlertBook

GROUPS = (Outcome.FLAGGED, Outcome.UNSCREENED, Outcome.UNSURE, Outcome.NOTICE, Outcome.CLEAN)
"""The outcomes, worst first. What was not judged stands above what was judged and found harmless."""

_GROUP_OF = {outcome: place for place, outcome in enumerate(GROUPS)}


class Order(StrEnum):
    """What stands first."""

    NEWEST = "newest first"
    WORST = "worst first"

    @property
    def other(self) -> Order:
        """The next order, for a key that switches."""
        return Order.NEWEST if self is Order.WORST else Order.WORST


class Lines(StrEnum):
    """What one line of the list stands for."""

    SINGLE = "every alert on a line of its own"
    CONVERSATION = "one line for each conversation"
    CAMPAIGN = "one line for each campaign: the same words, from whoever"

    @property
    def next(self) -> Lines:
        """The next one, for a key that goes round."""
        every = list(Lines)
        return every[(every.index(self) + 1) % len(every)]


class Triage:
    """The rows of the list."""

    def __init__(self, book: AlertBook) -> None:
        self._book = book
        self._order = Order.NEWEST
        self._hits: set[int] | None = None
        self._chosen: SortedAlerts | None = None
        self._groups: Sequence[Group] | None = None
        self._unfolded: set[int | str] = set()

    @property
    def order(self) -> Order:
        """What stands first."""
        return self._order

    @property
    def is_filtered(self) -> bool:
        """Whether only those are shown that were let through."""
        return self._hits is not None

    @property
    def is_grouped(self) -> bool:
        """Whether groups are shown."""
        return self._groups is not None

    def shown(self) -> SortedAlerts:
        """The alerts, in order, as they are now and as they come."""
        return self._book.everything() if self._chosen is None else self._chosen

    def rows(self) -> Rows:
        """What the list shows, until it is given others: what arrives does not change these."""
        return AlertRows(self.shown().copy()) if self._groups is None else GroupRows(self._groups, self._unfolded)

    # What the owner wants

    def sort(self, order: Order) -> None:
        """From now on in that order; groups stay newest first."""
        self._order = order
        self._choose()

    def show_all(self) -> None:
        """No filter any more."""
        self._hits = None
        self._choose()

    def show_only(self, keys: Iterable[int]) -> None:
        """From now on only these, and what `let_through` adds."""
        self._hits = set(keys)
        self._choose()

    def let_through(self, keys: Collection[int], judged: Iterable[int] = ()) -> None:
        """The filter lets these through too; of those that were `judged`, it does not let the others through."""
        if self._hits is None or self._chosen is None:
            return
        gone = [key for key in judged if key in self._hits and key not in keys]
        self._hits.difference_update(gone)
        self._hits.update(keys)
        self._chosen.drop(self._known(gone))
        self._chosen.put(self._known(keys))

    def show_groups(self, groups: Sequence[Group] | None) -> None:
        """Show these groups; None: single alerts."""
        self._groups = groups

    def fold(self, group: int | str, *, is_folded: bool) -> None:
        """Show a group's alerts below it, or not."""
        (self._unfolded.discard if is_folded else self._unfolded.add)(group)

    # What happens

    def take(self, keys: Collection[int]) -> None:
        """These are new, changed or gone."""
        if self._chosen is None:
            return
        known = self._known(keys)
        if len(known) < len(keys):
            self._choose()
            return
        self._chosen.put(alert for alert in known if self._hits is None or alert.key in self._hits)

    def _known(self, keys: Iterable[int]) -> list[Alert]:
        return [alert for key in keys if (alert := self._book.get(key)) is not None]

    def _choose(self) -> None:
        everything, hits = self._book.everything(), self._hits
        if hits is None and self._order is Order.NEWEST:
            self._chosen = None
            return
        place: Callable[[Alert], Place] = newest_first if self._order is Order.NEWEST else _worst_first
        self._chosen = SortedAlerts(place, (alert for alert in everything if hits is None or alert.key in hits))


def _worst_first(alert: Alert) -> Place:
    return _GROUP_OF[alert.outcome], -alert.at_ms, -abs(alert.key)
