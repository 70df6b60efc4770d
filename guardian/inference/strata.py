"""Strata: kinds of message on which the model's numbers mean different things.

A long text has more windows, so its worst one is higher by chance; an assistant's answer is written otherwise than an
SMS. So each output is calibrated for each channel and length apart (Mondrian conformal prediction: Vovk, Gammerman
and Shafer, Algorithmic Learning in a Random World, 2005, section 4.5).

Invariants: structure alone decides the stratum (channel and number of characters), never wording; standard library.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from guardian.message import Channel

LENGTH_LIMITS: Final = (160, 600)
"""Characters from which a message is of medium length, and long. 160 is one SMS."""


class Length(IntEnum):
    """How long a message is."""

    SHORT = 0
    MEDIUM = 1
    LONG = 2


@dataclass(frozen=True, slots=True)
class Stratum:
    """A channel and a length."""

    channel: Channel
    length: Length


def stratum_of(channel: Channel, characters: int) -> Stratum:
    """The stratum of a message whose windows have so many characters in all."""
    return Stratum(channel, Length(bisect_right(LENGTH_LIMITS, characters)))


STRATA: Final = tuple(Stratum(channel, length) for channel in Channel for length in Length)
"""Every stratum, in a fixed order."""
