"""Fifty clients at once: is anybody lost, how long do they wait, is it fair, and what do clients that stall cost?

    .venv/bin/python scripts/live/service_clients.py [--clients 50] [--questions 20] [--stalled 200]

Each client asks one question after the other about a text of 100 tokens. Fair is: the mean waits of the luckiest and
the unluckiest client lie close together. With `--stalled` so many connections besides stop in the middle of a question.
"""

from __future__ import annotations

import argparse
import socket
import statistics
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT)]

from guardian.message import Message  # noqa: E402
from guardian.service.client import ServiceClient  # noqa: E402
from live.service_house import ORDINARY, footprint, service  # noqa: E402


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="load on the warm service")
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--questions", type=int, default=20)
    parser.add_argument("--stalled", type=int, default=200)
    args = parser.parse_args()
    with service() as (process, path):
        _report("one client", _load(path, 1, args.questions))
        _report(f"{args.clients} clients at once", _load(path, args.clients, args.questions))
        before = footprint(process)
        stalled = _stalled(path, args.stalled)
        _report(f"one client beside {args.stalled} stalled ones", _load(path, 1, args.questions))
        for each in stalled:
            each.close()
        _wait_for_one_client(path)
        after = footprint(process)
        print(f"descriptors {before.descriptors} -> {after.descriptors}, threads {before.threads} -> {after.threads}")
        print(f"resident {before.resident_mb:.0f} -> {after.resident_mb:.0f} MB (shared pages once: ", end="")
        print(f"{before.shared_once_mb:.0f} -> {after.shared_once_mb:.0f} MB)")


def _load(path: Path, clients: int, questions: int) -> list[list[float]]:
    """How long each question of each client took, in milliseconds."""
    waits: list[list[float]] = [[] for _ in range(clients)]
    begin = threading.Barrier(clients)

    def ask(number: int) -> None:
        with ServiceClient(path) as client:
            begin.wait()
            for turn in range(questions):
                name = f"{number}.{turn}"
                began = time.perf_counter()
                answer = client.screen(Message(f"{ORDINARY} {name}".encode(), id=name))
                waits[number].append((time.perf_counter() - began) * 1000)
                if answer.verdict["id"] != name:
                    raise AssertionError("an answer to another question")

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(clients)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    if any(len(each) != questions for each in waits):
        raise AssertionError("a question was lost")
    return waits


def _report(what: str, waits: list[list[float]]) -> None:
    every = sorted(wait for each in waits for wait in each)
    means = sorted(statistics.fmean(each) for each in waits)
    p95 = every[min(int(len(every) * 0.95), len(every) - 1)]
    print(f"{what}: {len(every)} answers, 0 lost; p50 {statistics.median(every):.0f} ms, p95 {p95:.0f} ms", end="")
    print(f", longest {every[-1]:.0f} ms; mean wait of the luckiest client {means[0]:.0f} ms, ", end="")
    print(f"of the unluckiest {means[-1]:.0f} ms")


def _stalled(path: Path, count: int) -> list[socket.socket]:
    starts = (b"", b"\0\0", b"\0\0\1\0\0\x10\0\0", b"\0\0\0\5\0\0\0\0{")
    stalled = []
    for number in range(count):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(path))
        connection.sendall(starts[number % len(starts)])
        stalled.append(connection)
    return stalled


def _wait_for_one_client(path: Path) -> None:
    with ServiceClient(path) as client:
        while client.status()["clients"] > 1:
            time.sleep(0.05)


if __name__ == "__main__":
    main()
