"""The table of faults: what was tried, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field

_HEADINGS = ("fault", "tried", "lost", "undetected", "besides")
_WIDTHS = (46, 8, 6, 11)


@dataclass
class FaultTable:
    """Rows in the order in which the tests ended."""

    rows: list[tuple[str, ...]] = field(default_factory=list)

    def add(self, fault: str, tried: int, *, lost: int = 0, undetected: int | None = None, besides: str = "") -> None:
        """One kind of fault. `lost`: acknowledged records that were gone; `undetected`: None where nothing hides."""
        shown = "-" if undetected is None else f"{undetected:,}"
        self.rows.append((fault, f"{tried:,}", f"{lost:,}", shown, besides))

    def lines(self) -> list[str]:
        """The table; empty where nothing was tried."""
        if not self.rows:
            return []
        return [_line(row) for row in (_HEADINGS, *self.rows)]


def _line(cells: tuple[str, ...]) -> str:
    fault, *numbers = (
        f"{cell:{'<' if place == 0 else '>'}{width}}"
        for place, (cell, width) in enumerate(zip(cells, _WIDTHS, strict=False))
    )
    return "  ".join((fault, *numbers, cells[-1])).rstrip()
