"""`make soak`: everything that runs for long, at work for as long as one likes, while its model is killed every minute.

    python scripts/live/soak.py [--seconds S] [--kill-every S] [--json FILE]

A service, `guardian watch` on a Maildir and `guardian proxy` before a small AI server; filters, connected clients,
arriving mails and conversations ask them all the time. Said at the end: what was lost (it must be nothing), and how
memory, descriptors and threads of each went. `make soak SOAK_S=86400` is the whole day.

Invariants: nothing is judged by time; exit code 1 where anything was lost, a part ended, or descriptors or threads
grew; memory is told as a slope, since some of it fills for hours.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT)]

from benchmarks.texts import load_texts  # noqa: E402

from live.soak_house import House, open_house  # noqa: E402
from live.soak_load import SENDER, Askers, Filters, Load, Mails, Talks, in_all  # noqa: E402
from live.soak_samples import Sampler, growth  # noqa: E402

FILTERS: Final = 2
CLIENTS: Final = 4
LOOK_EVERY_S: Final = 5.0
CATCH_UP_S: Final = 600.0
"""How long the watcher may take, at the end, to be through with what arrived."""
MAY_VARY: Final = 8
"""Descriptors or threads that may be more at the end: connections and workers that are in use at one moment."""
FIGURES: Final = ("memory_mb", "descriptors", "threads")


def main(arguments: list[str] | None = None) -> int:
    """Soak, and say what came of it."""
    args = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="guardian-soak-") as folder, open_house(Path(folder) / "home") as house:
        sampler = Sampler({name: process.pid for name, process in house.processes.items()})
        loads = _loads(house)
        for load in loads:
            load.start()
        ended = _soak(house, sampler, args.seconds, args.kill_every)
        for load in loads:
            load.stop()
        for load in loads:
            load.join()
        lost = [f"{name} ended" for name in ended]
        lost += [line for _, _, losses in in_all(loads).values() for line in losses]
        lost += _mails_without_record(house, sum(load.done for load in loads if isinstance(load, Mails)))
        grown = _tell(house, loads, sampler, lost)
        if args.json:
            args.json.write_text(json.dumps(_as_json(house, loads, sampler, lost), indent=2) + "\n", "utf-8")
    return int(bool(lost or grown))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="keep Guardian's live parts at work", allow_abbrev=False)
    parser.add_argument("--seconds", type=float, default=1800.0, help="how long (default: 1800)")
    parser.add_argument("--kill-every", type=float, default=60.0, help="seconds between two crashes of the model")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write every sample to FILE too")
    return parser


def _loads(house: House) -> list[Load]:
    texts = load_texts(ROOT / "models" / "training").mixed(200, 0.3)
    loads: list[Load] = [Filters(house.home, texts, seed) for seed in range(FILTERS)]
    loads += [Askers(house.home, texts, 100 + seed) for seed in range(CLIENTS)]
    loads.append(Mails(house.home, texts, 200, house.maildir))
    loads.append(Talks(house.home, texts, 300, house.port, house.token))
    return loads


def _soak(house: House, sampler: Sampler, seconds: float, kill_every_s: float) -> list[str]:
    """Returns the parts that ended by themselves."""
    began = time.monotonic()
    next_kill = began + kill_every_s
    while (now := time.monotonic()) < began + seconds and not house.ended():
        if now >= next_kill:
            house.kill_children()
            next_kill += kill_every_s
        sampler.look()
        if sys.stderr.isatty():
            print(f"\rsoak: {now - began:.0f} of {seconds:.0f} s", end="", file=sys.stderr, flush=True)
        time.sleep(min(LOOK_EVERY_S, max(began + seconds - now, 0.1)))
    return house.ended()


def _mails_without_record(house: House, delivered: int) -> list[str]:
    """Each mail leaves one record; the watcher is given the time to be through with them."""
    until = time.monotonic() + CATCH_UP_S
    while (recorded := house.records_of(SENDER)) < delivered and time.monotonic() < until and not house.ended():
        time.sleep(1.0)
    return [] if recorded == delivered else [f"{delivered} mails arrived, {recorded} were recorded"]


def _tell(house: House, loads: list[Load], sampler: Sampler, lost: list[str]) -> bool:
    """Print the report. Returns whether anything but memory grew."""
    grown = False
    print(f"model and reader killed {house.kills} times")
    for name, (done, outcomes, _) in in_all(loads).items():
        print(f"{name:<10} {done:>8} done: {', '.join(f'{what} {count}' for what, count in sorted(outcomes.items()))}")
    for name, samples in sampler.samples.items():
        for figure in FIGURES if samples else ():
            went = growth(samples, figure)
            is_more = figure != "memory_mb" and went.last > went.first + MAY_VARY
            grown = grown or is_more
            said = f"{went.first:.1f} first, {went.last:.1f} last, {went.most:.1f} most, {went.per_hour:+.2f} an hour"
            print(f"{name:<10} {figure:<12} {said}{'  GROWN' if is_more else ''}")
    print(f"lost: {len(lost)}")
    for line in lost:
        print(f"  {line}")
    return grown


def _as_json(house: House, loads: list[Load], sampler: Sampler, lost: list[str]) -> dict[str, object]:
    return {
        "kills": house.kills,
        "loads": {name: {"done": done, "outcomes": outcomes} for name, (done, outcomes, _) in in_all(loads).items()},
        "samples": {name: [asdict(each) for each in samples] for name, samples in sampler.samples.items()},
        "lost": lost,
    }


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
