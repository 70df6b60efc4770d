"""The frames between a client and the service.

A frame is two lengths (4 bytes each, big-endian), a header of the first length (a JSON object in ASCII) and a body of
the second (raw bytes). Texts that need not be bytes stand in the header; a message's own bytes are the body.

Invariants: both lengths are held against their limits before anything is read or allocated for them; what is not a
frame is a `FrameError`, never another exception. Standard library only.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

PROTOCOL: Final = 1
"""Raised when frames change their meaning."""
HEADER_LIMIT_BYTES: Final = 4 << 20
"""Longest header, of a question (with the earlier turns of its dialogue) as of an answer."""
ANSWER_BODY_LIMIT_BYTES: Final = 0
"""Answers have no body."""

_LENGTHS: Final = struct.Struct(">II")


class FrameError(ValueError):
    """What came is no frame, or one beyond its limits. Its text is one plain line and quotes nothing."""


class FrameTooBigError(FrameError):
    """A frame beyond its limits."""


@dataclass(frozen=True, slots=True, repr=False)
class Frame:
    """One frame. Its `repr` shows nothing of it."""

    header: Mapping[str, Any]
    body: bytes = b""

    def __repr__(self) -> str:
        return f"Frame(keys={sorted(self.header)}, body={len(self.body)} bytes)"


def encode(frame: Frame) -> bytes:
    """The bytes of a frame. Raises FrameTooBigError where its header is too long, or its body beyond 4 GiB."""
    header = json.dumps(frame.header, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    if len(header) > HEADER_LIMIT_BYTES:
        raise FrameTooBigError(f"a header of {len(header)} bytes where at most {HEADER_LIMIT_BYTES} are allowed")
    if len(frame.body) > 0xFFFF_FFFF:
        raise FrameTooBigError("a body of more than 4 GiB")
    return b"".join((_LENGTHS.pack(len(header), len(frame.body)), header, frame.body))


class FrameReader:
    """Cuts what comes on one connection into frames. After a FrameError it is of no more use."""

    def __init__(self, body_limit_bytes: int) -> None:
        self._body_limit_bytes = body_limit_bytes
        self._held = bytearray()
        self._lengths: tuple[int, int] | None = None

    @property
    def held_bytes(self) -> int:
        """What has come of a frame that is not complete, or not taken."""
        return len(self._held)

    @property
    def frame_bytes(self) -> int | None:
        """Size of the frame that is coming, as it says itself; None before it has said so."""
        return None if self._lengths is None else _LENGTHS.size + sum(self._lengths)

    @property
    def missing_bytes(self) -> int:
        """How much may be read without reading into the frame after the next one."""
        return (self.frame_bytes or _LENGTHS.size) - len(self._held)

    def feed(self, data: bytes) -> None:
        """Add what has come. Raises FrameError as soon as the lengths are beyond their limits."""
        self._held += data
        self._read_lengths()

    def take(self) -> Frame | None:
        """The next complete frame; None where there is none yet. Raises FrameError."""
        if self._lengths is None or self.missing_bytes > 0:
            return None
        header_bytes, body_bytes = self._lengths
        start = _LENGTHS.size
        with memoryview(self._held) as held:
            header = bytes(held[start : start + header_bytes])
            body = bytes(held[start + header_bytes : start + header_bytes + body_bytes])
        del self._held[: start + header_bytes + body_bytes]
        self._lengths = None
        self._read_lengths()
        return Frame(_object(header), body)

    def _read_lengths(self) -> None:
        if self._lengths is None and len(self._held) >= _LENGTHS.size:
            header_bytes, body_bytes = _LENGTHS.unpack_from(self._held)
            for what, length, limit in (
                ("header", header_bytes, HEADER_LIMIT_BYTES),
                ("body", body_bytes, self._body_limit_bytes),
            ):
                if length > limit:
                    raise FrameTooBigError(f"a {what} of {length} bytes where at most {limit} are allowed")
            self._lengths = header_bytes, body_bytes


def _object(header: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(header)
    except (ValueError, RecursionError):
        raise FrameError("a header that is not JSON") from None
    if not isinstance(value, dict):
        raise FrameError("a header that is not a JSON object")
    return value
