"""Takes turns: what is compared is measured side by side, so that what slows the machine for a while slows all of it.

Invariants: in each round every road is measured once, on the same thing; the order runs through all permutations, since
what ran just before (its caches, its threads that still spin) is felt by the next.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from itertools import permutations
from typing import TypeVar

Name = TypeVar("Name")

SETTLE_S = 0.01
"""Rest before each turn: the threads of OpenMP and ONNX Runtime spin for some milliseconds after their work."""


def take_turns(roads: Mapping[Name, Callable[[int], float]], rounds: int) -> dict[Name, list[float]]:
    """What each road measured, round by round. A road is given the number of the round; one more round warms all up."""
    for measure in roads.values():
        measure(0)
    measured: dict[Name, list[float]] = {name: [] for name in roads}
    orders = list(permutations(roads))
    for round_number in range(rounds):
        for name in orders[round_number % len(orders)]:
            time.sleep(SETTLE_S)
            measured[name].append(roads[name](round_number))
    return measured


def elapsed_ms(work: Callable[[], object]) -> float:
    """Milliseconds that some work takes."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000
