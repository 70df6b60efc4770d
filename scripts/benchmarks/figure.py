"""A measured figure, a figure that could not be had, and how both stand in the table.

Invariants: what is shown as measured is a median with its range and the number of samples; a target is shown beside
the figure, met or missed, and has no other effect.
"""

from __future__ import annotations

import math
import statistics
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

WIDTHS = (44, 32, 17)
"""Characters of the columns figure, measured and target; the baseline takes what is left."""
HEADINGS = ("figure", "measured: median (min..max, n)", "target", "baseline")
_LINE_WIDTH = 132


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure should be, where design.md section 9 or the issue names it."""

    limit: float
    is_ceiling: bool
    """True: at most the limit. False: at least."""

    def is_met(self, value: float) -> bool:
        """Whether a value keeps to it."""
        return value <= self.limit if self.is_ceiling else value >= self.limit

    def words(self, unit: str) -> str:
        """`<= 3 ms`."""
        return f"{'<=' if self.is_ceiling else '>='} {self.limit:g} {unit}".rstrip()


def at_most(limit: float) -> Target:
    """A ceiling."""
    return Target(limit, is_ceiling=True)


def at_least(limit: float) -> Target:
    """A floor."""
    return Target(limit, is_ceiling=False)


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure."""

    name: str
    samples: Sequence[float]
    """At least one, all finite."""
    unit: str
    target: Target | None = None
    baseline: str = ""
    """What to compare with, in words, with its own number where it was measured in the same rounds."""

    def __post_init__(self) -> None:
        if not self.samples or not all(map(math.isfinite, self.samples)):
            raise ValueError(f"{self.name}: no finite samples")

    @property
    def median(self) -> float:
        """The figure itself."""
        return statistics.median(self.samples)

    def cells(self) -> tuple[str, str, str, str]:
        """The figure as a row of the table."""
        measured = f"{number(self.median)} {self.unit}"
        if len(self.samples) > 1:
            low, high = min(self.samples), max(self.samples)
            measured += f" ({number(low)}..{number(high)}, {len(self.samples)})"
        target = ""
        if self.target is not None:
            target = f"{self.target.words(self.unit)} {'met' if self.target.is_met(self.median) else 'MISSED'}"
        return self.name, measured, target, self.baseline

    def to_json(self) -> dict[str, Any]:
        """The figure with every sample."""
        target = None if self.target is None else {"limit": self.target.limit, "is_ceiling": self.target.is_ceiling}
        return {
            "name": self.name,
            "unit": self.unit,
            "median": self.median,
            "samples": list(self.samples),
            "target": target,
            "is_met": None if self.target is None else self.target.is_met(self.median),
            "baseline": self.baseline,
        }


@dataclass(frozen=True, slots=True)
class NotMeasured:
    """A figure that could not be had, and why."""

    name: str
    reason: str
    is_error: bool = field(default=False)
    """False where something optional is absent, True where what is measured went wrong."""

    def cells(self) -> tuple[str, str, str, str]:
        """The row of the table."""
        return self.name, "not measured", "", self.reason

    def to_json(self) -> dict[str, Any]:
        """The name and the reason."""
        return {"name": self.name, "not_measured": self.reason, "is_error": self.is_error}


Row = Figure | NotMeasured


def number(value: float) -> str:
    """Three digits, or all those before the point."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    places = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{min(places, 3)}f}"


def typical(values: Sequence[float]) -> str:
    """The median, in words."""
    return number(statistics.median(values))


def table_lines(cells: Sequence[str]) -> list[str]:
    """One row as lines of text; what is too long for its column goes on below."""
    widths = (*WIDTHS, _LINE_WIDTH - sum(WIDTHS) - 2 * len(WIDTHS))
    columns = [textwrap.wrap(cell, width) or [""] for cell, width in zip(cells, widths, strict=True)]
    height = max(map(len, columns))
    padded = [column + [""] * (height - len(column)) for column in columns]
    return [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in zip(*padded, strict=True)
    ]


def differences(of: Sequence[float], minus: Sequence[float]) -> list[float]:
    """Pair by pair, so that what slowed a whole round down does not count."""
    return [one - other for one, other in zip(of, minus, strict=True)]


def ratios_percent(of: Sequence[float], to: Sequence[float]) -> list[float]:
    """Pair by pair, in percent."""
    return [100 * one / other for one, other in zip(of, to, strict=True)]


def growth_exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """The b of cost = a * size ** b by least squares over the logarithms: 1 is linear, 2 quadratic."""
    xs, ys = [math.log(size) for size in sizes], [math.log(cost) for cost in costs]
    return statistics.linear_regression(xs, ys).slope
