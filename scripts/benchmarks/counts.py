"""How much is measured: in full, quickly, or only to see that it runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """Sizes and repetitions of all benchmarks."""

    processes: int
    """Runs of each whole process."""
    rounds: int
    """Interleaved rounds of what takes milliseconds."""
    texts_per_length: int
    """Different texts of each length, taken in turn."""
    texts: int
    """Texts of one batch, for throughput and memory."""
    batches: int
    """Rounds over such a batch."""
    sizes_kb: tuple[int, ...]
    """Sizes of one text, for growth with length."""
    size_rounds: int
    policies: tuple[int, ...]
    """Sizes of the sets of policies; the first is what the others are compared with."""
    examples: int
    """Of each policy."""
    appends: int
    """Records appended to the journal one by one, for one sample."""
    journal_records: int
    """Of the journal that is opened, searched and verified."""


FULL = Counts(
    processes=15,
    rounds=60,
    texts_per_length=5,
    texts=200,
    batches=9,
    sizes_kb=(1, 2, 4, 8, 16, 32, 64),
    size_rounds=5,
    policies=(0, 50, 200),
    examples=20,
    appends=200,
    journal_records=100_000,
)

QUICK = Counts(
    processes=5,
    rounds=15,
    texts_per_length=3,
    texts=60,
    batches=3,
    sizes_kb=(1, 4, 16),
    size_rounds=2,
    policies=(0, 50),
    examples=20,
    appends=50,
    journal_records=10_000,
)

SMOKE = Counts(
    processes=1,
    rounds=2,
    texts_per_length=1,
    texts=5,
    batches=1,
    sizes_kb=(1, 2),
    size_rounds=1,
    policies=(0, 2),
    examples=4,
    appends=3,
    journal_records=40,
)
"""For the tests: every line of every benchmark runs, and the numbers mean nothing."""
