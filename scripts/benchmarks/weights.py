"""The bare encoder with the same model in several types of weights, in turns: which type should ship.

Only with `--weights-dir DIR`, which holds `m-BF16.gguf`, `m-F16.gguf`, `m-Q8_0.gguf` and the like (`models/training/
export.py` writes them).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from benchmarks.figure import Figure, NotMeasured, Row
from benchmarks.latency import TOKEN_LENGTHS
from benchmarks.peer import Absent, Peer
from benchmarks.turns import take_turns
from benchmarks.workplace import Workplace


def run(bench: Workplace) -> list[Row]:
    """Every type at every length, one window each."""
    if bench.weights_dir is None:
        return []
    files = sorted(bench.weights_dir.glob("m-*.gguf"))
    if not files:
        return [NotMeasured("types of weights", f"no m-*.gguf in {bench.weights_dir}")]
    with ExitStack() as stack:
        peers: dict[str, Peer] = {}
        for file in files:
            try:
                peers[file.stem.removeprefix("m-")] = stack.enter_context(bench.bare(file))
            except Absent as absent:
                return [NotMeasured(f"weights {file.name}", str(absent), is_error=True)]
        return [row for length in TOKEN_LENGTHS for row in _length(bench, peers, length)]


def _length(bench: Workplace, peers: dict[str, Peer], length: int) -> list[Row]:
    text = _text(next(iter(peers.values())), bench.texts.long(20 * length), length)

    def road(peer: Peer) -> Callable[[int], float]:
        return lambda _turn: peer.encode_ms([text])

    times = take_turns({name: road(peer) for name, peer in peers.items()}, bench.counts.rounds)
    return [Figure(f"{length} tokens, bare, weights {name}", took, "ms") for name, took in times.items()]


def _text(peer: Peer, long: str, length: int) -> str:
    """As many words of a text as make `length` tokens, or one more."""
    words = long.split()
    few, many = 1, len(words)
    while few < many:
        middle = (few + many) // 2
        if peer.count_tokens([" ".join(words[:middle])])[0] < length:
            few = middle + 1
        else:
            many = middle
    return " ".join(words[:few])
