"""Damaged copies of a file by chance: flipped bits, cuts, spliced blocks, and numbers that are lengths made extreme.

Everything comes from the seed, so a mutant that found something can be made again from its number alone.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from random import Random

EXTREMES = (0, 1, 2, 255, 2**16, 2**31 - 1, 2**31, 2**32 - 1, 2**40, 2**62, 2**63 - 1, 2**63, 2**64 - 1)
_MOST_BLOCK = 4096


def mutant(sound: bytes, described_bytes: int, seed: int) -> bytes:
    """One damaged copy. `described_bytes` is where the weights begin: most damage is done before."""
    random = Random(seed)
    damage: Callable[[bytearray, int, Random], None] = random.choice((_flip, _flip, _cut, _splice, _extreme, _extreme))
    whole = bytearray(sound)
    within = described_bytes if random.random() < 0.8 else len(sound)
    damage(whole, within, random)
    return bytes(whole)


def _flip(whole: bytearray, within: int, random: Random) -> None:
    for _ in range(random.choice((1, 1, 1, 2, 8))):
        whole[random.randrange(within)] ^= 1 << random.randrange(8)


def _cut(whole: bytearray, within: int, random: Random) -> None:
    del whole[random.randrange(within) :]


def _splice(whole: bytearray, within: int, random: Random) -> None:
    """Put a block of the file somewhere else: over other bytes, between them, or nowhere."""
    size = random.randrange(1, _MOST_BLOCK)
    source, target = random.randrange(within), random.randrange(within)
    block = whole[source : source + size]
    how = random.choice(("over", "between", "out"))
    if how == "over":
        whole[target : target + len(block)] = block
    elif how == "between":
        whole[target:target] = block
    else:
        del whole[source : source + size]


def _extreme(whole: bytearray, within: int, random: Random) -> None:
    """Make a number extreme: one that is small and so may be a length, a count, a kind or an id, or any other."""
    for _ in range(200):
        at = random.randrange(within - 8)
        if whole[at] and whole[at + 2 : at + 4] == b"\0\0":
            break
    layout = random.choice(("<I", "<Q"))
    number = random.choice(EXTREMES) + random.choice((-1, 0, 1))
    whole[at : at + struct.calcsize(layout)] = struct.pack(layout, number % (1 << 8 * struct.calcsize(layout)))
