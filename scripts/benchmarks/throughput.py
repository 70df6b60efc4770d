"""Texts a second of the road of `scan --ndjson`, beside the bare encoder on the same batch.

Both judge the same windows; the bare encoder has all of them at once and packs them by length, which is the best it can
do. A batch of ordinary texts is compared. One with manipulative texts shows what explanations cost, which send a text
through the model again, and a gate without policies shows what is left without any.
"""

from __future__ import annotations

import io

from benchmarks.figure import Figure, Row, at_least, ratios_percent, typical
from benchmarks.peer import Peer
from benchmarks.texts import Text
from benchmarks.turns import elapsed_ms, take_turns
from benchmarks.workplace import Workplace
from guardian.assembly import limits_of
from guardian.gate import Gate
from guardian.message import Channel
from guardian.reading.read import read
from guardian.sinks.ndjson import json_line
from guardian.sinks.streams import write_text
from guardian.sources.ndjson import read_ndjson
from guardian.sources.read_ahead import read_ahead

SHARE_OF_BARE = at_least(90)


def run(bench: Workplace) -> list[Row]:
    """Warm, in turns with the bare encoder; and once as a whole process."""
    ordinary = bench.texts.mixed(bench.counts.texts)
    half = bench.texts.mixed(bench.counts.texts, 0.5)
    with bench.bare() as bare:
        with bench.gate() as gate:
            rows = _batch(bench, gate, bare, ordinary, "ordinary")
            rows += _batch(bench, gate, bare, half, "half manipulative")
        with bench.gate(policies_dir=bench.policies(0)) as gate:
            rows += _batch(bench, gate, bare, ordinary, "no policies")
    lines = "".join(text.line() for text in ordinary).encode()
    bench.command_ms(("scan", "--ndjson"), stdin=lines)
    took = [bench.command_ms(("scan", "--ndjson"), stdin=lines) for _ in range(bench.counts.batches)]
    rates = [1000 * len(ordinary) / each_ms for each_ms in took]
    name = "scan --ndjson, the whole process, ordinary"
    return [*rows, Figure(name, rates, "texts/s", baseline="its start and end included")]


def _batch(bench: Workplace, gate: Gate, bare: Peer, texts: list[Text], kind: str) -> list[Row]:
    limits = limits_of(bench.settings())
    windows = [window.text for text in texts for window in read(text.message(), limits).windows]
    roads = {
        "gate": lambda _turn: elapsed_ms(lambda: _scan(gate, texts)),
        "bare": lambda _turn: bare.encode_ms(windows),
    }
    turns = take_turns(roads, bench.counts.batches)
    gate_rates, bare_rates = ([1000 * len(texts) / each_ms for each_ms in turns[name]] for name in ("gate", "bare"))
    target = SHARE_OF_BARE if kind == "ordinary" else None
    about = f"{len(texts)} texts, {len(windows)} windows, {_scan(gate, texts)} texts explained"
    bare_words = f"bare {typical(bare_rates)} texts/s"
    return [
        Figure(f"scan --ndjson, warm, {kind}", gate_rates, "texts/s", baseline=f"{bare_words}; {about}"),
        Figure(f"share of the bare encoder, {kind}", ratios_percent(gate_rates, bare_rates), "%", target),
    ]


def _scan(gate: Gate, texts: list[Text]) -> int:
    """From the first line in to the last line out, as `guardian.commands.scan` does it. How many texts were explained,
    because a policy matched."""
    lines = io.BytesIO("".join(text.line() for text in texts).encode())
    answers = io.BytesIO()
    matched = 0
    for screened in gate.screen_all(read_ahead(read_ndjson(lines, channel=Channel.INCOMING, source="bench"))):
        write_text(screened, json_line(screened) + "\n", answers)
        matched += any(match.matched for match in screened.verdict.policies)
    return matched
