"""What policies cost a message: gates with none, some and many of them, in turns on the same texts.

The policies are synthetic: each names tactics, a pattern and 20 examples taken from our training texts. Their examples
are embedded beforehand, and what that takes, once for each change of a policy, is shown too.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack

from benchmarks.figure import Figure, Row, Target, at_most, differences
from benchmarks.texts import Text
from benchmarks.turns import elapsed_ms, take_turns
from benchmarks.workplace import Workplace
from guardian.gate import Gate

ADDED_FOR = 200
"""Policies for which the target holds."""
ADDED = at_most(2)
_CHARACTERS = (350, 450)
"""Characters of a text of about 100 tokens."""
_TEXTS = 40


def run(bench: Workplace) -> list[Row]:
    """Open every gate twice, once to embed and once from the cache, then compare."""
    rows: list[Row] = []
    with ExitStack() as stack:
        gates: dict[int, Gate] = {}
        for size in bench.counts.policies:
            examples = f"{size * bench.counts.examples} examples"
            with ExitStack() as first:
                first_ms, _ = _open(bench, size, first)
            again_ms, gates[size] = _open(bench, size, stack)
            if size:
                rows.append(Figure(f"gate opens first, {size} policies", [first_ms], "ms", None, f"embeds {examples}"))
            rows.append(Figure(f"gate opens, {size} policies", [again_ms], "ms", None, f"{examples}, embedded before"))
        return [*rows, *_added(bench, gates)]


def _open(bench: Workplace, size: int, stack: ExitStack) -> tuple[float, Gate]:
    """Milliseconds until the gate is open, and the gate, which `stack` closes."""
    folder = bench.policies(size)
    began = time.perf_counter()
    gate = stack.enter_context(bench.gate(policies_dir=folder))
    return (time.perf_counter() - began) * 1000, gate


def _added(bench: Workplace, gates: dict[int, Gate]) -> list[Row]:
    texts, about = _unmatched(bench, gates)
    messages = [text.message() for text in texts]

    def road(gate: Gate) -> Callable[[int], float]:
        return lambda turn: elapsed_ms(lambda: gate.screen(messages[turn % len(messages)]))

    times = take_turns({size: road(gate) for size, gate in gates.items()}, bench.counts.rounds)
    base, *others = times
    rows: list[Row] = [Figure(f"a message with {base} policies", times[base], "ms", baseline=about)]
    for size in others:
        added = differences(times[size], times[base])
        rows.append(Figure(f"added by {size} policies, a message", added, "ms", _target(size), "turn by turn"))
    return rows


def _target(size: int) -> Target | None:
    return ADDED if size == ADDED_FOR else None


def _unmatched(bench: Workplace, gates: dict[int, Gate]) -> tuple[list[Text], str]:
    """Ordinary texts of about 100 tokens that no policy matches, since an explanation is another cost; in words, what
    they are."""
    shortest, longest = _CHARACTERS
    candidates = [text for text in bench.texts.ordinary if shortest <= len(text.text) <= longest]
    candidates = (candidates or list(bench.texts.ordinary))[: min(_TEXTS, 4 * bench.counts.texts_per_length)]
    quiet = [text for text in candidates if not any(_is_matched(gate, text) for gate in gates.values())]
    if not quiet:
        return candidates, f"{len(candidates)} texts, all matched: explanations included"
    return quiet, f"{len(quiet)} texts; {len(candidates) - len(quiet)} others matched and are left out"


def _is_matched(gate: Gate, text: Text) -> bool:
    return any(match.matched for match in gate.screen(text.message()).verdict.policies)
