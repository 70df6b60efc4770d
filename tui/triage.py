"""The order of the inbox: what stands first, and what a filter leaves.

Invariants: pure, no widget; an item keeps its number for good; the worst group first, and within a group the newest.
What was not judged stands above what was judged and found harmless.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from guardian.safe_text import safe_line
from guardian.verdict import Outcome

if TYPE_CHECKING:
    from guardian.gate import Screened

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


@dataclass(frozen=True, slots=True, repr=False)
class Item:
    """One message of the inbox."""

    number: int
    """Counted from 1 in the order of arrival."""
    screened: Screened

    @property
    def name(self) -> str:
        """What the message is called, safe to show."""
        message = self.screened.message
        return safe_line(message.id or message.source)


class Triage:
    """Every message of the inbox, in the order and with the filter that the owner chose."""

    def __init__(self) -> None:
        self.order = Order.WORST
        self._words: tuple[str, ...] = ()
        self._items: list[Item] = []

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, number: int) -> Item:
        """The item of that number. Raises IndexError."""
        return self._items[number - 1]

    @property
    def words(self) -> str:
        """The filter in force; empty where there is none."""
        return " ".join(self._words)

    def add(self, screened: Iterable[Screened]) -> list[Item]:
        """Take in further messages. Returns those that the filter lets through."""
        added = [Item(number, each) for number, each in enumerate(screened, len(self._items) + 1)]
        self._items += added
        return [item for item in added if self._passes(item)]

    def look_for(self, words: str) -> None:
        """From now on only what has each of the words in its outcome, name, sender, tactics or policies."""
        self._words = tuple(words.casefold().split())

    def shown(self) -> list[Item]:
        """What the filter lets through, in order."""
        return sorted((item for item in self._items if self._passes(item)), key=self.place())

    def place(self) -> Callable[[Item], tuple[int, int]]:
        """The sort key of the order in force."""
        return _worst_first if self.order is Order.WORST else _newest_first

    def _passes(self, item: Item) -> bool:
        return not self._words or all(word in _haystack(item) for word in self._words)


def _worst_first(item: Item) -> tuple[int, int]:
    return _GROUP_OF[item.screened.verdict.outcome], -item.number


def _newest_first(item: Item) -> tuple[int, int]:
    return 0, -item.number


def _haystack(item: Item) -> str:
    message, verdict = item.screened.message, item.screened.verdict
    policies = [f"{match.id} {match.title} {' '.join(match.tactics)}" for match in verdict.matched]
    tactics = [finding.tactic for finding in verdict.findings]
    words = [verdict.outcome.value, item.name, message.sender or "", message.channel.value, *policies, *tactics]
    return "\n".join(words).casefold()
