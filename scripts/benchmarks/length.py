"""How cost grows with the length of one text: the exponent of a fit over doubling sizes, 1 being linear.

Every window is judged (the shipped limit of 64 windows is lifted here, since it bounds the cost of longer texts). The
encoder outweighs all else, so reading and rules, where something quadratic could hide, have fits of their own.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.figure import Figure, Row, at_most, growth_exponent
from benchmarks.texts import Text
from benchmarks.turns import elapsed_ms
from benchmarks.workplace import Workplace
from guardian.assembly import limits_of
from guardian.detectors.base import Evidence
from guardian.detectors.load import load_detectors
from guardian.gate import Gate
from guardian.reading.read import read

LINEAR = at_most(1.1)
"""A little above 1, for caches and noise."""
_ALL_WINDOWS = 4096


def run(bench: Workplace) -> list[Row]:
    """Sizes in turn, round by round, one fit a round."""
    sizes = bench.counts.sizes_kb
    texts = [Text(bench.texts.long(size * 1024)) for size in sizes]
    settings = bench.settings(limits__max_windows=_ALL_WINDOWS)
    limits = limits_of(settings)
    rules = load_detectors()
    evidences = {text.text: Evidence(text.message(), read(text.message(), limits)) for text in texts}

    def read_ms(text: Text) -> float:
        message = text.message()
        return elapsed_ms(lambda: read(message, limits))

    def rules_ms(text: Text) -> float:
        return elapsed_ms(lambda: [rule.detect(evidences[text.text]) for rule in rules])

    with bench.gate(limits__max_windows=_ALL_WINDOWS) as gate:
        gate.screen(texts[0].message())
        times = _measure(bench, texts, lambda text: _screen_ms(gate, text))
    windows = [len(evidences[text.text].reading.windows) for text in texts]
    rows: list[Row] = [
        Figure(f"one text of {size} KB through the gate", took, "ms", baseline=f"{count} windows")
        for size, count, took in zip(sizes, windows, zip(*times, strict=True), strict=True)
    ]
    rows.append(_exponent("gate: cost = length ** x", bench, times))
    rows.append(_exponent("reading alone: x", bench, _measure(bench, texts, read_ms)))
    rows.append(_exponent("rules alone: x", bench, _measure(bench, texts, rules_ms)))
    return rows


def _exponent(name: str, bench: Workplace, times: list[list[float]]) -> Figure:
    sizes = bench.counts.sizes_kb
    exponents = [growth_exponent(sizes, round_times) for round_times in times]
    return Figure(name, exponents, "", LINEAR, f"1 is linear; {sizes[0]}..{sizes[-1]} KB")


def _measure(bench: Workplace, texts: list[Text], cost_ms: Callable[[Text], float]) -> list[list[float]]:
    """Milliseconds, one list a round, in the order of the texts."""
    return [[cost_ms(text) for text in texts] for _ in range(bench.counts.size_rounds)]


def _screen_ms(gate: Gate, text: Text) -> float:
    message = text.message()
    return elapsed_ms(lambda: gate.screen(message))
