"""Keeps the app small: 100,000 alerts lie in memory for days, and most of what reading them took must not.

Invariants: nothing depends on it; where the C library is another one, it does nothing.
"""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress
from typing import Final

_ARENA_MAX: Final = -8
"""`M_ARENA_MAX` of glibc's mallopt(3)."""


def keep_one_heap() -> None:
    """One heap for all threads, since what each frees in a heap of its own is not given back. Before any starts."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)


def settle() -> None:
    """After much was read: give back what is free, and let the collector leave alone what is there to stay."""
    gc.collect()
    gc.freeze()  # else each full collection walks over all alerts, and a key waits for it
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
