"""`python scripts/hostile/mails.py`: the corpus of mails, its mutants and the bombs, beside the stock parser.

    python scripts/hostile/mails.py [--mutants N] [--walled N] [--seed N] [--keep FOLDER]

Invariants: standard output is the table, in Markdown, standard error says how far it is; the same seed gives the
same mutants; a mail that went wrong is kept in the folder that was named. Exit code 1 where Guardian raised, was late,
or was wrong.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests" / "fuzz"), str(ROOT)]

from mail_bombs import bombs  # noqa: E402
from mail_mutants import mutants  # noqa: E402

from guardian.message import Format, Message  # noqa: E402
from guardian.reading.limits import Limits  # noqa: E402
from guardian.reading.reader import WalledReader  # noqa: E402
from hostile.mail_runs import Tally, cap_memory, read_by_guardian, read_by_the_stock_parser  # noqa: E402

CORPUS: Final = ROOT.parent / "shared" / "corpora" / "mail"
_CHUNK: Final = 1_000
Run = Callable[[Iterator[tuple[str, bytes]]], Tally]


def main() -> int:
    """Measure and print."""
    args = _parser().parse_args()
    walled = list(_walled(args.walled, args.seed))  # first: the largest child so far is then the reader's
    print("| mails | read by | number | exceptions | over 5 s | wrong | slowest | mean |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    rows = []
    for reader, run in (("guardian", read_by_guardian), ("stock parser", read_by_the_stock_parser)):
        for what, jobs in _sets(args.mutants):
            tally = _in_processes(jobs, run, args.seed)
            rows.append((what, reader, tally))
            print(_row(what, reader, tally), flush=True)
    for what, reader, tally in rows:
        print(f"\n{what}, {reader}: {_words(tally)}")
    print("\n" + "\n".join(walled))
    ours = [tally for _, reader, tally in rows if reader == "guardian"]
    _keep(args.keep, ours)
    return int(any(tally.exceptions or tally.overdue or tally.wrong for tally in ours))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="read hostile mails, and say what became of them", allow_abbrev=False)
    parser.add_argument("--mutants", type=int, default=100_000, help="mutants of the corpus (100,000)")
    parser.add_argument("--walled", type=int, default=5_000, help="of them through the walled reader (5,000)")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same mutants (7)")
    parser.add_argument("--keep", type=Path, help="folder for the mails that went wrong")
    return parser


def seeds() -> list[bytes]:
    """The mails of the corpus, in one order."""
    return [path.read_bytes() for path in sorted(CORPUS.rglob("*.*")) if path.suffix in (".eml", ".msg")]


def _sets(mutant_count: int) -> Iterator[tuple[str, Sequence[tuple[str, int]]]]:
    """What is read, as jobs: (which, where it begins or how many)."""
    yield "the corpus", [("corpus", 0)]
    yield f"{mutant_count:,} mutants", [("mutants", number) for number in range(max(mutant_count // _CHUNK, 1))]
    yield "bombs", [("bombs", number) for number in range(8)]


def _mails(job: tuple[str, int], seed: int) -> Iterator[tuple[str, bytes]]:
    which, number = job
    if which == "corpus":
        yield from ((f"mail {place}", raw) for place, raw in enumerate(seeds()))
    elif which == "mutants":
        found = mutants(seeds(), _CHUNK, seed * 1_000_003 + number)
        yield from ((f"mutant {number * _CHUNK + place}", raw) for place, raw in enumerate(found))
    else:
        for place, bomb in enumerate(bombs()):
            if place % 8 == number:
                yield f"{bomb.kind}, {bomb.size:,}", bomb.raw


def _one_job(job: tuple[str, int], run: Run, seed: int) -> Tally:
    mails = list(_mails(job, seed)) if job[0] != "bombs" else _mails(job, seed)
    cap_memory()
    return run(iter(mails))


def _in_processes(jobs: Sequence[tuple[str, int]], run: Run, seed: int) -> Tally:
    total = Tally()
    one = partial(_one_job, run=run, seed=seed)
    with multiprocessing.get_context("spawn").Pool(maxtasksperchild=20) as pool:
        for number, tally in enumerate(pool.imap_unordered(one, jobs), 1):
            total.add(tally)
            print(f"{number} of {len(jobs)}: {total.mails:,} mails, {total.exceptions.total()} raised", file=sys.stderr)
    return total


def _row(what: str, reader: str, tally: Tally) -> str:
    slowest_s, name = tally.slowest[0] if tally.slowest else (0.0, "none")
    mean_ms = tally.total_s / max(tally.mails, 1) * 1000
    return (
        f"| {what} | {reader} | {tally.mails:,} | {tally.exceptions.total():,} | {tally.overdue} | {tally.wrong} | "
        f"{slowest_s * 1000:,.0f} ms ({name}) | {mean_ms:.2f} ms |"
    )


def _words(tally: Tally) -> str:
    parts = [f"read whole {tally.read:,}"]
    parts += [f"{code} {count:,}" for code, count in tally.reasons.most_common()]
    parts += [f"raised {name} {count:,}" for name, count in tally.exceptions.most_common()]
    slowest = ", ".join(f"{name} {seconds * 1000:,.0f} ms" for seconds, name in tally.slowest)
    return f"{'; '.join(parts)}. Slowest: {slowest}."


def _walled(count: int, seed: int) -> Iterator[str]:
    """So many mutants, and every bomb, through the walled reader: how it ended, how long it took, how much it held."""
    endings: Counter[str] = Counter()
    took: list[tuple[float, str]] = []
    reader = WalledReader(Limits())
    wall = reader.wall
    sample = ((f"mutant {place}", raw) for place, raw in enumerate(mutants(seeds(), count, seed)))
    all_bombs = ((f"{bomb.kind}, {bomb.size:,}", bomb.raw) for bomb in bombs())
    for name, raw in chain(sample, all_bombs):
        began = time.perf_counter()
        reading = reader.read(Message(raw, format=Format.MAIL))
        took.append((time.perf_counter() - began, name))
        stopped = [reason.say for reason in reading.reasons if reason.code in ("reader-stopped", "reader-failed")]
        endings[stopped[0] if stopped else "read, with a reason" if reading.reasons else "read whole"] += 1
    restarts = reader.restarts
    reader.close()
    peak_bytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    took.sort()
    slowest_s, name = took[-1]
    yield f"Through the walls ({wall}), {len(took):,} mails, by the clock: slowest {slowest_s:.2f} s ({name}), median"
    yield f"{took[len(took) // 2][0] * 1000:.1f} ms, {restarts} restarts, largest process {peak_bytes >> 20} MiB."
    for what, number in endings.most_common():
        yield f"- {what}: {number:,}"


def _keep(folder: Path | None, tallies: Sequence[Tally]) -> None:
    for what, raw in [pair for tally in tallies for pair in tally.failed]:
        name = hashlib.sha256(raw).hexdigest()[:16]
        print(f"\nwent wrong: {what} ({name})")
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(raw)


if __name__ == "__main__":
    sys.exit(main())
