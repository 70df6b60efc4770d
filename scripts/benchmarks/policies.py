"""What policies cost a message: gates with none, some and many of them, in turns on the same texts.

The policies are synthetic: each names tactics, a pattern and 20 examples taken from our training texts. Their examples
are embedded beforehand, and what that takes, once for each change of a policy, is shown too.
"""

from __future__ import annotations

import time
from collections import defaultdict
from contextlib import ExitStack

from benchmarks.figure import Figure, Row, Target, at_most, differences
from benchmarks.texts import Text
from benchmarks.workplace import Workplace, stopwatch_ms
from guardian.gate import Gate

ADDED_FOR = 200
"""Policies for which the target holds."""
ADDED = at_most(2)
_TOKENS = (350, 450)
"""Characters of a text of about 100 tokens."""
_TEXTS = 40


def run(bench: Workplace) -> list[Row]:
    """Open every gate twice, once to embed and once from the cache, then compare."""
    sizes = bench.counts.policies
    rows: list[Row] = []
    with ExitStack() as stack:
        gates: dict[int, Gate] = {}
        for size in sizes:
            embed_ms = _open_ms(bench, size)
            began = time.perf_counter()
            gates[size] = stack.enter_context(bench.gate(policies_dir=bench.policies(size)))
            open_ms = stopwatch_ms(began)
            examples = f"{size} policies, {size * bench.counts.examples} examples"
            if size:
                rows.append(Figure(f"gate opens first with {size} policies", [embed_ms], "ms", baseline=examples))
            rows.append(Figure(f"gate opens with {size} policies", [open_ms], "ms", baseline="examples from the cache"))
        return [*rows, *_added(bench, gates)]


def _open_ms(bench: Workplace, size: int) -> float:
    folder = bench.policies(size)
    began = time.perf_counter()
    with bench.gate(policies_dir=folder):
        return stopwatch_ms(began)


def _added(bench: Workplace, gates: dict[int, Gate]) -> list[Row]:
    texts, matched = _unmatched(bench, gates)
    times: dict[int, list[float]] = defaultdict(list)
    sizes = list(gates)
    for round_number in range(bench.counts.rounds):
        first = round_number % len(sizes)
        for size in sizes[first:] + sizes[:first]:
            message = texts[round_number % len(texts)].message()
            began = time.perf_counter()
            gates[size].screen(message)
            times[size].append(stopwatch_ms(began))
    base = sizes[0]
    about = f"of {len(texts) + matched} texts {matched} matched and were left out"
    rows: list[Row] = [Figure(f"a message with {base} policies", times[base], "ms", baseline=about)]
    for size in sizes[1:]:
        added = differences(times[size], times[base])
        rows.append(Figure(f"added by {size} policies, a message", added, "ms", _target(size), "turn by turn"))
    return rows


def _target(size: int) -> Target | None:
    return ADDED if size == ADDED_FOR else None


def _unmatched(bench: Workplace, gates: dict[int, Gate]) -> tuple[list[Text], int]:
    """Ordinary texts of about 100 tokens that no policy matches (an explanation is another cost), and how many did."""
    shortest, longest = _TOKENS
    candidates = [text for text in bench.texts.ordinary if shortest <= len(text.text) <= longest]
    candidates = (candidates or list(bench.texts.ordinary))[: min(_TEXTS, 4 * bench.counts.texts_per_length)]
    quiet = [text for text in candidates if not any(_is_matched(gate, text) for gate in gates.values())]
    return (quiet, len(candidates) - len(quiet)) if quiet else (candidates, 0)


def _is_matched(gate: Gate, text: Text) -> bool:
    return any(match.matched for match in gate.screen(text.message()).verdict.policies)
