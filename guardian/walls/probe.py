"""One attempt to get out from behind a wall, and what came of it."""

from __future__ import annotations

from typing import NamedTuple


class Probe(NamedTuple):
    """One attempt of a wall's self-test to get out."""

    road: str
    """What was tried and by which means, such as `tcp4 python`."""
    refused: bool
    said: str
    """The answer of the system, such as `ENETUNREACH`."""
