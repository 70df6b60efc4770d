"""`make bench`: the figures of design.md section 9 and of the issue, measured here, beside targets and baselines.

    python scripts/bench.py [--quick] [--only NAME]... [--json FILE] [--weights-dir DIR]

Invariants: no timing ever fails; what a figure is compared with was measured in the same minutes; standard output is
the table, standard error says what is going on. Exit code 1 only where something could not be measured at all.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT)]

from benchmarks import (  # noqa: E402
    adapting,
    app,
    cold_filter,
    journal,
    latency,
    length,
    memory,
    policies,
    reading,
    screening,
    start_up,
    throughput,
    warm_filter,
    weights,
)
from benchmarks.counts import FULL, QUICK, Counts  # noqa: E402
from benchmarks.figure import HEADINGS, NotMeasured, Row, table_lines  # noqa: E402
from benchmarks.machine import busy_words, describe  # noqa: E402
from benchmarks.texts import load_texts  # noqa: E402
from benchmarks.workplace import Workplace  # noqa: E402

BENCHMARKS: dict[str, tuple[str, Callable[[Workplace], list[Row]]]] = {
    "start-up": ("whole processes", start_up.run),
    "cold-filter": ("a cold filter, step by step", cold_filter.run),
    "warm-filter": ("a filter that a warm service answers", warm_filter.run),
    "latency": ("one text, warm", latency.run),
    "throughput": ("many texts", throughput.run),
    "memory": ("memory", memory.run),
    "length": ("length of the text", length.run),
    "reading": ("reading a text and a mail", reading.run),
    "policies": ("number of policies", policies.run),
    "screening": ("parts of screening, a message of 100 tokens", screening.run),
    "journal": ("the journal", journal.run),
    "adapt": ("learning from the owner's labels", adapting.run),
    "app": ("the app", app.run),
    "weights": ("types of weights", weights.run),
}


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and write the JSON that was asked for."""
    args = _parser().parse_args(arguments)
    counts = QUICK if args.quick else FULL
    with workplace(counts, args.weights_dir) as bench:
        head = describe(bench)
        for name, words in head.items():
            print(f"{name + ':':<11}{words}")
        if warning := busy_words():
            print(f"{'note:':<11}{warning}")
        results = _measure(bench, args.only or list(BENCHMARKS))
    if args.json:
        content = {
            "machine": head,
            "results": {name: [row.to_json() for row in rows] for name, rows in results.items()},
        }
        args.json.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    rows = [row for rows in results.values() for row in rows]
    return int(any(isinstance(row, NotMeasured) and row.is_error for row in rows))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="measure Guardian on this machine", allow_abbrev=False)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and sizes: about a minute")
    parser.add_argument("--only", metavar="NAME", action="append", choices=list(BENCHMARKS), help=", ".join(BENCHMARKS))
    parser.add_argument("--json", metavar="FILE", type=Path, help="write every sample to FILE too")
    parser.add_argument("--weights-dir", metavar="DIR", type=Path, help="compare the types of weights m-*.gguf in DIR")
    return parser


@contextmanager
def workplace(counts: Counts, weights_dir: Path | None = None) -> Iterator[Workplace]:
    """A workplace whose home is gone afterwards."""
    texts = load_texts(ROOT / "models" / "training")
    with tempfile.TemporaryDirectory(prefix="guardian-bench-") as home:
        yield Workplace(Path(home), counts, texts, weights_dir)


def _measure(bench: Workplace, names: list[str]) -> dict[str, list[Row]]:
    """All figures by benchmark, each printed as soon as it is there."""
    print("\n" + "\n".join(table_lines(HEADINGS)))
    results: dict[str, list[Row]] = {}
    for name in names:
        title, run = BENCHMARKS[name]
        print(f"bench: {title} ...", file=sys.stderr, flush=True)
        began = time.monotonic()
        rows = _run_one(name, run, bench)
        print(f"bench: {title}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        if rows:
            lines = [line for row in rows for line in table_lines(row.cells())]
            print(f"\n{title}\n" + "\n".join(lines), flush=True)
        results[name] = rows
    return results


def _run_one(name: str, run: Callable[[Workplace], list[Row]], bench: Workplace) -> list[Row]:
    """One benchmark's rows. One that goes wrong is told in its place and does not end the others."""
    try:
        return run(bench)
    except Exception as error:
        return [NotMeasured(name, f"{type(error).__name__}: {error}", is_error=True)]


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
