"""What the journal adds up to: the values (`guardian.journal.reports.tally` does the counting).

Precision is counted from the owner's words alone: right / (right + wrong), with the exact binomial interval of
`guardian.calibration.interval`. Verdicts of which nothing was said do not enter it, so it speaks of what the owner
looked at, not of everything.

Invariant: names of senders are untrusted until a face makes them safe.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from guardian.calibration.interval import CONFIDENCE, rate_interval

JSON_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Precision:
    """How often the owner said that a verdict was right."""

    right: int = 0
    wrong: int = 0
    unsure: int = 0

    @property
    def share(self) -> float | None:
        """Of those judged right or wrong, the share that was right; None where there are none."""
        judged = self.right + self.wrong
        return self.right / judged if judged else None

    @property
    def interval(self) -> tuple[float, float]:
        """Between which shares the true one lies (90 % exact binomial interval)."""
        return rate_interval(self.right, self.right + self.wrong)

    def words(self) -> str:
        """`8 of 10 (49% to 96%)`, or a dash where nothing was judged."""
        low, high = self.interval
        judged = self.right + self.wrong
        return f"{self.right:,} of {judged:,} ({low:.0%} to {high:.0%})" if judged else "-"

    def to_json(self) -> dict[str, Any]:
        """Counts, share and interval."""
        low, high = self.interval
        share = self.share
        return {
            "right": self.right,
            "wrong": self.wrong,
            "unsure": self.unsure,
            "share": None if share is None else round(share, 4),
            "low": round(low, 4),
            "high": round(high, 4),
            "confidence": CONFIDENCE,
        }


@dataclass(frozen=True, slots=True)
class Group:
    """Everything that has one outcome, channel, tactic, sender or policy."""

    name: str
    total: int
    weeks: tuple[int, ...]
    """One number for each of the statistics' weeks."""
    precision: Precision = Precision()

    def to_json(self) -> dict[str, Any]:
        """The group's row."""
        row = {"name": self.name, "total": self.total, "weeks": list(self.weeks)}
        return {**row, "feedback": self.precision.to_json()}


@dataclass(frozen=True, slots=True)
class Statistics:
    """Everything that was counted."""

    entries: int
    """Entries of any kind that were asked for."""
    verdicts: int
    """Messages that were recorded one by one."""
    counted: int
    """Messages that were only counted."""
    erased: int
    unreadable: int
    mondays: tuple[date, ...]
    """First days of the weeks from the first message to the last, none left out."""
    outcomes: tuple[Group, ...]
    channels: tuple[Group, ...]
    tactics: tuple[Group, ...]
    """Most frequent first, like the next two; by those tactics policies matched."""
    senders: tuple[Group, ...]
    """The ten most frequent."""
    policies: tuple[Group, ...]
    by_channel: Mapping[str, Mapping[str, int]]
    """{channel: {outcome: n}}, with every outcome."""
    by_week: tuple[Mapping[str, int], ...]
    """{outcome: n} of each week."""
    precision: Precision

    def to_json(self) -> dict[str, Any]:
        """As `guardian journal stats --json` prints it."""
        return {
            "v": JSON_VERSION,
            "entries": self.entries,
            "verdicts": self.verdicts,
            "counted": self.counted,
            "erased": self.erased,
            "unreadable": self.unreadable,
            "weeks": [monday.isoformat() for monday in self.mondays],
            **{
                name: [group.to_json() for group in getattr(self, name)]
                for name in ("outcomes", "channels", "tactics", "senders", "policies")
            },
            "feedback": self.precision.to_json(),
        }
