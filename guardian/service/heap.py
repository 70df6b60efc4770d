"""Keeps the service small over days: what a large mail took goes back to the system.

Invariant: nothing depends on it; where the C library is another one, it does nothing.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress
from typing import Final

_ARENA_MAX: Final = -8
_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
"""Parameters of glibc's mallopt(3)."""
_LARGE_BYTES: Final = 1 << 17


def keep_one_heap() -> None:
    """One heap for all threads, and large pieces outside of it. To be called before any thread starts.

    glibc gives each thread a heap of its own, and what one thread frees is not given back; and it raises the size from
    which a piece is mapped by itself with the largest that was ever freed, so one large mail would do for all later.
    """
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(_ARENA_MAX, 1)
        library.mallopt(_MMAP_THRESHOLD, _LARGE_BYTES)
        library.mallopt(_TRIM_THRESHOLD, _LARGE_BYTES)
