"""Bodies of the encoder's frames that Guardian would not write, as a process that was taken over may."""

from __future__ import annotations

import struct

import pytest

from guardian.inference.frames import FRAMES, TEXTS_LIMIT, Frame
from guardian.inference.framing import BODY_LIMIT_BYTES
from guardian.inference.packing import WORDS_LIMIT_BYTES, FrameError


def read(data: bytes) -> list[Frame]:
    return list(FRAMES.stream(FRAMES.to_child | FRAMES.to_parent).feed(data))


@pytest.mark.parametrize(
    ("body", "kind", "why"),
    [
        (struct.pack("<IH", 1, TEXTS_LIMIT + 1), 4, "items"),
        (struct.pack("<IHI", 1, 1, 0xFFFFFFFF), 4, "too early"),
        (struct.pack("<IHIIIB", 1, 1, 9, 9, 1, 0), 5, "4-byte"),
        (struct.pack("<BHH", 2, 1, 0), 3, "flag"),
        (struct.pack("<I", 0) + struct.pack("<I", 2) + b"\xff\xfe" + struct.pack("<II", 0, 0), 6, "UTF-8"),
        (struct.pack("<II", 0, WORDS_LIMIT_BYTES + 1) + b"x" * (WORDS_LIMIT_BYTES + 9), 6, "bytes of words"),
    ],
    ids=["too many texts", "length beyond the end", "broken number", "flag", "not utf-8", "long words"],
)
def test_a_body_that_encode_would_not_write_is_refused(body: bytes, kind: int, why: str) -> None:
    with pytest.raises(FrameError, match=why):
        read(struct.pack("<IB", len(body), kind) + body)


def test_a_frame_that_claims_to_be_huge_is_refused_before_its_body_comes() -> None:
    with pytest.raises(FrameError, match="at most"):
        read(struct.pack("<IB", BODY_LIMIT_BYTES + 1, 5))
