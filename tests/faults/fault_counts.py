"""How often each fault is tried: a few times in every run of the tests, and in full under `make test-faults`.

`FAULTS=0.1 make test-faults` tries a tenth.
"""

from __future__ import annotations

import os

import pytest

_SHARE = float(os.environ.get("FAULTS", "1"))


def tried(sample: int, full: int) -> pytest.MarkDecorator:
    """Run a test with the argument `count`: `sample` in every run, `full` (times FAULTS) where faults are asked for."""
    return pytest.mark.parametrize(
        "count",
        [
            pytest.param(sample, id="sample"),
            pytest.param(max(1, round(full * _SHARE)), id="full", marks=pytest.mark.faults),
        ],
    )


def spread(total: int, count: int) -> list[int]:
    """`count` of the numbers below `total`, evenly; each again and again where there are fewer."""
    if count >= total:
        return [number % total for number in range(count)]
    return [number * total // count for number in range(count)]
