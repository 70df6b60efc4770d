"""Time of one text through the gate, warm, beside the bare encoder pass over the same windows.

Gate, llama.cpp alone and ONNX Runtime take turns on the same text, in changing order, with the same number of threads;
overheads are differences within one turn. The texts are ordinary ones that nothing is said of: a text of which
something is said goes through the model once more, sentence by sentence, and stands on a line of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.figure import Figure, NotMeasured, Row, at_most, differences, ratios_percent, typical
from benchmarks.peer import Absent, Peer
from benchmarks.texts import Text
from benchmarks.turns import elapsed_ms, take_turns
from benchmarks.workplace import Workplace
from guardian.assembly import limits_of
from guardian.gate import Gate
from guardian.reading.read import read

TOKEN_LENGTHS = (25, 94, 324)
"""Those of traps.md section 1, for its numbers to stand beside."""
OVERHEAD = at_most(3)
LARGEST_DIFFERENCE = at_most(0.05)
_TRAPS_MS = {25: (5.0, 4.3), 94: (12.0, 12.8), 324: (49, 51)}
"""Two threads on the machine of traps.md 1: llama.cpp BF16 with flash attention, ONNX Runtime fp32."""
_CANDIDATES = 6
"""As many times the texts that are wanted are looked at for quiet ones."""
_CHECKED_TEXTS = 20


@dataclass(frozen=True, slots=True)
class Sample:
    """A text and the windows that the gate makes of it."""

    text: Text
    windows: list[str]


def run(bench: Workplace) -> list[Row]:
    """All lengths, all roads."""
    with bench.gate() as gate, bench.bare() as bare:
        try:
            onnx = bench.onnx()
        except Absent as absent:
            skipped = NotMeasured("ONNX Runtime, same weights", str(absent))
            return [*_all_lengths(bench, gate, bare, None), skipped]
        with onnx:
            return [*_all_lengths(bench, gate, bare, onnx), _agreement(bench, bare, onnx)]


def _all_lengths(bench: Workplace, gate: Gate, bare: Peer, onnx: Peer | None) -> list[Row]:
    rows: list[Row] = []
    tokens = bare.count_tokens([text.text for text in bench.texts.ordinary])
    for length in TOKEN_LENGTHS:
        quiet, spoken = choose(bench, gate, tokens, length)
        rows += _length(bench, gate, bare, onnx, length, quiet) if quiet else [_none_quiet(length)]
        if length == TOKEN_LENGTHS[1] and spoken:
            rows.append(_explained(bench, gate, length, spoken))
    return rows


def _length(
    bench: Workplace, gate: Gate, bare: Peer, onnx: Peer | None, length: int, samples: Sequence[Sample]
) -> list[Row]:
    roads: dict[str, Callable[[int], float]] = {
        "gate": lambda turn: _gate_ms(gate, samples[turn % len(samples)]),
        "bare": lambda turn: bare.encode_ms(samples[turn % len(samples)].windows),
    }
    if onnx is not None:
        roads["onnx"] = lambda turn: onnx.encode_ms(samples[turn % len(samples)].windows)
    turns = take_turns(roads, bench.counts.rounds)
    windows = max(len(sample.windows) for sample in samples)
    bare_words = f"bare pass {typical(turns['bare'])} ms, same windows ({windows})"
    llama_ms, onnx_ms = (f"{value:g} ms on traps.md's machine" for value in _TRAPS_MS[length])
    rows: list[Row] = [
        Figure(f"{length} tokens, gate", turns["gate"], "ms", baseline=bare_words),
        Figure(f"{length} tokens, bare llama.cpp", turns["bare"], "ms", baseline=llama_ms),
        Figure(f"{length} tokens, gate's overhead", differences(turns["gate"], turns["bare"]), "ms", OVERHEAD),
    ]
    if onnx is not None:
        rows.append(Figure(f"{length} tokens, ONNX Runtime fp32", turns["onnx"], "ms", baseline=onnx_ms))
        share = ratios_percent(turns["bare"], turns["onnx"])
        rows.append(Figure(f"{length} tokens, bare llama.cpp to ONNX", share, "%", baseline="100 % is as fast"))
    return rows


def _explained(bench: Workplace, gate: Gate, length: int, samples: Sequence[Sample]) -> Row:
    turns = take_turns({"gate": lambda turn: _gate_ms(gate, samples[turn % len(samples)])}, bench.counts.rounds)
    return Figure(f"{length} tokens, gate, with its explanation", turns["gate"], "ms")


def _none_quiet(length: int) -> Row:
    return NotMeasured(f"{length} tokens", "something is said of every text of this length")


def choose(bench: Workplace, gate: Gate, tokens: Sequence[int], length: int) -> tuple[list[Sample], list[Sample]]:
    """Texts nearest to `length` (`tokens`: of each ordinary text): those no policy matches, and those that one does."""
    ordinary = bench.texts.ordinary
    order = sorted(range(len(ordinary)), key=lambda index: abs(tokens[index] - length))
    wanted = bench.counts.texts_per_length
    quiet: list[Sample] = []
    spoken: list[Sample] = []
    for index in order[: wanted * _CANDIDATES]:
        verdict = gate.screen(ordinary[index].message()).verdict
        (spoken if any(match.matched for match in verdict.policies) else quiet).append(_sample(bench, ordinary[index]))
        if len(quiet) == wanted:
            break
    return quiet[:wanted], spoken[:wanted]


def _sample(bench: Workplace, text: Text) -> Sample:
    reading = read(text.message(), limits_of(bench.settings()))
    return Sample(text, [window.text for window in reading.windows])


def _gate_ms(gate: Gate, sample: Sample) -> float:
    message = sample.text.message()
    return elapsed_ms(lambda: gate.screen(message))


def _agreement(bench: Workplace, bare: Peer, onnx: Peer) -> Figure:
    """That the two runtimes compute the same, without which their times compare nothing.

    What differs is rounding: llama.cpp rounds activations to BF16 where the weights are BF16. With the same weights
    stored as F32, the largest difference over 100 texts fell from 0.054 to 0.013 (its GELU is a table of 16 bits).
    """
    texts = [text.text for text in bench.texts.mixed(_CHECKED_TEXTS, 0.5)]
    pairs = zip(bare.rows(texts), onnx.rows(texts), strict=True)
    largest = [max(abs(a - b) for a, b in zip(ours, theirs, strict=True)) for ours, theirs in pairs]
    name = "largest difference of outputs to ONNX"
    return Figure(name, [max(largest)], "", LARGEST_DIFFERENCE, f"{len(texts)} texts, raw logits and embedding")
