"""Many messages, many clients: nothing is lost and nothing grows."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from live.service_house import footprint, service
from live.service_memory import growth_mb, send

MOST_RESIDENT_MB = 300
MOST_DESCRIPTORS_MORE = 4
"""A policy watch or a journal may be in the middle of something when it is counted."""


@pytest.mark.long
@pytest.mark.parametrize(
    "messages",
    [pytest.param(200, id="short"), pytest.param(100_000, id="whole", marks=pytest.mark.slow)],
)
@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="needs Linux's /proc")
def test_after_many_messages_it_is_small_and_grows_no_more(messages: int) -> None:
    with service() as (process, path):
        step = messages // 10
        samples = []
        for number in range(10):
            send(path, 4, range(number * step, (number + 1) * step))
            samples.append(((number + 1) * step, footprint(process)))
    first, last = samples[0][1], samples[-1][1]
    assert last.shared_once_mb <= MOST_RESIDENT_MB
    assert abs(last.descriptors - first.descriptors) <= MOST_DESCRIPTORS_MORE
    assert last.threads <= first.threads
    # Of a short run the slope is noise: there it is held against what a leak of whole messages would make.
    assert growth_mb(samples) <= (1.0 if messages >= 100_000 else 200.0)
