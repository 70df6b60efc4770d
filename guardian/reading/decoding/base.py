"""What a decoder hands back, and the room that all decoders of one message share.

Invariant: characters that were taken from the room are never given back, so all decoded text together stays bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from guardian.reading.limits import Limits


@dataclass(frozen=True, slots=True, repr=False)
class Candidate:
    """A run of a text that decodes to another text."""

    kind: str
    """Stable slug of the encoding."""
    start: int
    """First character of the run."""
    end: int
    """One past the last."""
    text: str
    """What it decodes to."""
    is_usual: bool = False
    """Whether honest texts are written so (a link's percent signs, the body of a forwarded mail): worth judging, and
    no disguise."""


@dataclass(slots=True)
class Room:
    """How much may still be decoded of one message, and what was not."""

    limits: Limits
    left_bytes: int = field(init=False)
    """Bytes of decoded text that still fit."""
    texts_left: int = field(init=False)
    """Encoded texts that may still be decoded."""
    packed_left: int = field(init=False)
    """Packed texts that may still be unpacked."""
    refused_bytes: int = 0
    """Encoded bytes that were not decoded, because the room was full."""
    grown: int = 0
    """Packed texts that were not unpacked to their end, because they grew too much."""
    deep: int = 0
    """Encoded texts that stand too deep in others."""

    def __post_init__(self) -> None:
        self.left_bytes = self.limits.max_decoded_bytes
        self.texts_left = self.limits.max_decode_texts
        self.packed_left = self.limits.max_decode_packed


Finder = Callable[[str, Room], Iterator[Candidate]]
"""Finds runs of one family of encodings in a text, in order of place for each kind."""
