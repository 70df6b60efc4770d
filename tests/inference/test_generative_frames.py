"""Bodies of a generative model's frames that Guardian would not write, as a process that was taken over may."""

from __future__ import annotations

import struct

import pytest

from guardian.inference.generative_frames import GENERATIVE_FRAMES, Evaluated
from guardian.inference.packing import FrameError


def test_a_row_that_is_not_made_of_numbers_is_refused() -> None:
    whole = bytearray(GENERATIVE_FRAMES.encode(Evaluated(1, 1, 1, (), b"", bytes(4))))
    whole[0] -= 1
    whole[-8:-4] = struct.pack("<I", 3)
    with pytest.raises(FrameError, match="4-byte"):
        list(GENERATIVE_FRAMES.stream(GENERATIVE_FRAMES.to_parent).feed(bytes(whole[:-1])))
