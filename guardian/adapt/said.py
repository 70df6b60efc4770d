"""What a head of the owner's made of the model's scores, as evidence holds it. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HeadSaid:
    """A head spoke, whether it moved anything or not."""

    version: int
    """The owner's number for it."""
    before: Mapping[str, float]
    """The model's own scores of this message, without those that cannot apply."""
