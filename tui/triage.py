"""The order of the inbox: what stands first, and what a filter leaves.

Invariants: pure, no widget; an alert keeps its number for good; the worst group first, and within a group the newest.
What was not judged stands above what was judged and found harmless.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from guardian.verdict import Outcome
from tui.book import AlertBook

if TYPE_CHECKING:
    from guardian.alerts.alert import Alert

GROUPS = (Outcome.FLAGGED, Outcome.UNSCREENED, Outcome.UNSURE, Outcome.NOTICE, Outcome.CLEAN)
"""The outcomes, worst first."""

_GROUP_OF = {outcome: place for place, outcome in enumerate(GROUPS)}


class Order(StrEnum):
    """What stands first."""

    WORST = "worst first"
    NEWEST = "newest first"

    @property
    def other(self) -> Order:
        """The next order, for a key that switches."""
        return Order.NEWEST if self is Order.WORST else Order.WORST


class Triage:
    """Every message of the inbox, in the order and with the filter that the owner chose."""

    def __init__(self, book: AlertBook) -> None:
        self.order = Order.NEWEST
        self._words: tuple[str, ...] = ()
        self._book = book

    @property
    def words(self) -> str:
        """The filter in force; empty where there is none."""
        return " ".join(self._words)

    def look_for(self, words: str) -> None:
        """From now on only what has each of the words in its outcome, name, sender, tactics or policies."""
        self._words = tuple(words.casefold().split())

    def shown(self) -> list[Alert]:
        """What the filter lets through, in order."""
        return sorted((alert for alert in self._book.everything() if self.passes(alert)), key=self.place())

    def place(self) -> Callable[[Alert], tuple[int, int, int]]:
        """The sort key of the order in force."""
        return _worst_first if self.order is Order.WORST else _newest_first

    def passes(self, alert: Alert) -> bool:
        """Whether the filter lets it through."""
        return not self._words or all(word in _haystack(alert) for word in self._words)


def _worst_first(alert: Alert) -> tuple[int, int, int]:
    return _GROUP_OF[alert.outcome], -alert.at_ms, -abs(alert.key)


def _newest_first(alert: Alert) -> tuple[int, int, int]:
    return 0, -alert.at_ms, -abs(alert.key)


def _haystack(alert: Alert) -> str:
    words = [
        alert.outcome.value,
        alert.name,
        alert.sender,
        alert.channel,
        *alert.policies,
        *alert.tactics,
        alert.reason,
    ]
    return "\n".join(words).casefold()
