"""The values of the register: readings in blocks, frozen.

Invariants: every number in it was measured by this program, by the system or by the owner's word, never said by a model
of itself; what was not measured is `UNKNOWN` and says why, never good; all words are safe for a terminal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

JSON_VERSION: Final = 1


class Standing(StrEnum):
    """How a reading stands to its bound."""

    BREACHED = "breached"
    UNKNOWN = "not known"
    """It was not measured, or there is too little to go by."""
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing that was measured."""

    id: str
    """Short and stable, such as `latency`."""
    name: str
    value: str
    """In words, with units."""
    standing: Standing = Standing.GOOD
    say: str = ""
    """What it means and what to do, one or two plain sentences; always there where it is breached."""
    bound: str = ""
    """What it is held against; empty where it only informs."""
    measured_ms: int | None = None
    """When, in milliseconds since 1970; None where it never was."""
    series: Sequence[float] = ()
    """How it went, oldest first."""
    series_of: str = ""
    """What one number of the series is, such as `one day`."""

    @property
    def is_breached(self) -> bool:
        """Whether something is to be done."""
        return self.standing is Standing.BREACHED

    def to_json(self) -> dict[str, Any]:
        """The reading's row."""
        return {
            "id": self.id,
            "name": self.name,
            "value": self.value,
            "standing": self.standing.value,
            "breached": self.is_breached,
            "say": self.say,
            "bound": self.bound,
            "measured_ms": self.measured_ms,
            "series": [round(value, 4) for value in self.series],
            "series_of": self.series_of,
        }


@dataclass(frozen=True, slots=True)
class Block:
    """Readings that belong together."""

    id: str
    title: str
    readings: Sequence[Reading]

    def worst_first(self) -> list[Reading]:
        """The breached ones first, and otherwise in their order."""
        return sorted(self.readings, key=lambda reading: not reading.is_breached)


@dataclass(frozen=True, slots=True)
class Health:
    """The whole register at one moment."""

    at_ms: int
    blocks: Sequence[Block]

    def readings(self) -> Iterator[Reading]:
        """All readings, block by block."""
        for block in self.blocks:
            yield from block.readings

    def reading(self, id: str) -> Reading:
        """The reading of that id. Raises KeyError."""
        for reading in self.readings():
            if reading.id == id:
                return reading
        raise KeyError(id)

    @property
    def breached(self) -> list[Reading]:
        """What is not as it should be."""
        return [reading for reading in self.readings() if reading.is_breached]

    def to_json(self) -> dict[str, Any]:
        """As `guardian health --json` prints it."""
        return {
            "v": JSON_VERSION,
            "at_ms": self.at_ms,
            "ok": not self.breached,
            "breached": [reading.id for reading in self.breached],
            "blocks": [
                {"id": block.id, "title": block.title, "readings": [reading.to_json() for reading in block.readings]}
                for block in self.blocks
            ],
        }
