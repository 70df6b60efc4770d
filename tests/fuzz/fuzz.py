"""`make fuzz`: each target for an hour, led by the branches that an input reaches (atheris).

    python tests/fuzz/fuzz.py [--seconds N] [--jobs N] [TARGET]...

Inputs that reach something new are kept in `.fuzz/TARGET` and begin the next run. An input that fails is written to
`tests/data/fuzz/TARGET`, where `make test` runs it for ever; commit it with the mend.

Invariants: a target runs in a process of its own, which may use 2 GB and 10 s for one input; standard output says one
line a target; the exit code is 1 where anything failed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "fuzz"), str(ROOT / "tests"), str(ROOT)]

FOUND: Final = ROOT / ".fuzz"
FAILED: Final = ROOT / "tests" / "data" / "fuzz"
LONGEST_INPUT_BYTES: Final = 16 * 1024
INPUT_S: Final = 10
MEMORY_MIB: Final = 2048
_ONE: Final = "--one"


def main() -> int:
    """Fuzz, and say what came of it."""
    if sys.argv[1:2] == [_ONE]:
        fuzz_one(sys.argv[2], sys.argv[3:])
        return 0
    args = _parser().parse_args()
    from fuzz_targets import TARGETS

    names = args.target or list(TARGETS)
    unknown = sorted(set(names) - set(TARGETS))
    if unknown:
        print(f"no target {unknown[0]!r}; there are: {', '.join(TARGETS)}", file=sys.stderr)
        return 2
    with ThreadPoolExecutor(args.jobs) as pool:
        ended = list(pool.map(lambda name: _run(name, args.seconds), names))
    return int(any(ended))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="fuzz Guardian's readers of strangers' bytes", allow_abbrev=False)
    parser.add_argument("target", nargs="*", help="targets (all of them)")
    parser.add_argument("--seconds", type=int, default=3600, help="for each target (3600)")
    parser.add_argument("--jobs", type=int, default=2, help="targets at a time (2)")
    return parser


def _run(name: str, seconds: int) -> bool:
    """Fuzz one target in a process of its own; whether it failed."""
    from fuzz_targets import TARGETS

    corpus, failed, log = FOUND / name, FAILED / name, FOUND / f"{name}.log"
    for folder in (corpus, failed):
        folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(TARGETS[name].seeds):
        (corpus / f"seed-{number}").write_bytes(seed[:LONGEST_INPUT_BYTES])
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={LONGEST_INPUT_BYTES}",
        f"-timeout={INPUT_S}",
        f"-rss_limit_mb={MEMORY_MIB}",
        f"-artifact_prefix={failed}/",
        "-print_final_stats=1",
        str(corpus),
    ]
    with log.open("wb") as said:
        command = [sys.executable, __file__, _ONE, name, *options]
        code = subprocess.run(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=said, stderr=said, check=False
        ).returncode
    words = "held" if code == 0 else f"FAILED (exit {code}); see {log.relative_to(ROOT)}"
    print(f"{name:<11}{_runs(log):>12,} inputs  {len(list(corpus.iterdir())):>6,} kept  {words}", flush=True)
    if not any(failed.iterdir()):
        failed.rmdir()
    return code != 0


def _runs(log: Path) -> int:
    """How many inputs the fuzzer says that it ran."""
    lines = [line for line in log.read_text("utf-8", "replace").splitlines() if "number_of_executed_units" in line]
    return int(lines[-1].split()[-1]) if lines else 0


def fuzz_one(name: str, options: Sequence[str]) -> None:
    """Fuzz in this process, and end it."""
    import atheris

    with atheris.instrument_imports(include=["guardian"], enable_loader_override=False):
        from fuzz_targets import TARGETS
    target = TARGETS[name]
    seeds = target.seeds

    def change(data: bytes, most_bytes: int, number: int) -> bytes:
        """Half of the time a break of the target's own structure, else what libFuzzer does."""
        random = Random(number)
        if random.random() < 0.5:
            return bytes(atheris.Mutate(data, most_bytes))
        return target.mutate([data, data, random.choice(seeds)], random)[:most_bytes]

    atheris.Setup([name, *options], target.run, custom_mutator=change)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
