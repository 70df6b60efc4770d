"""The app on a real terminal, in front of a large journal: first paint, key to paint, idle CPU, memory.

Everything is measured from outside, on a pseudo-terminal: from the process's start to the first words on the screen,
and from a key going in to the first byte that comes out. Linux alone.

Invariant: a key is pressed only when the screen has been still, so that no other paint is taken for its own.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import statistics
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path

from benchmarks.figure import Figure, NotMeasured, Row, Target, at_most
from benchmarks.journal import large_journal, without_keyring
from benchmarks.memory import family, read_memory
from benchmarks.workplace import Workplace

FIRST_PAINT = at_most(700)
KEY_TO_PAINT = at_most(50)
IDLE = at_most(1)
MEMORY = at_most(150)

_LARGE = 100_000
_SIZE = (120, 36)
_KEYS = (b"j", b"j", b"k", b"\x1b[6~", b"j", b"\x1b[5~", b"G", b"k", b"g", b"j")
"""Down, up, a page on and back, to the end and to the beginning."""
_ENTRY = "import sys; from tui.__main__ import main; sys.exit(main())"
_STILL_S = 0.3
"""Silence after which the screen counts as still."""
_SETTLED_S = 2.5
"""Silence after which the journal is read and the model runs."""
_LONGEST_S = 180.0


class Terminal:
    """The app on a pseudo-terminal of its own."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._near, far = pty.openpty()
        fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", _SIZE[1], _SIZE[0], 0, 0))
        self._began = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-c", _ENTRY],
            stdin=far,
            stdout=far,
            stderr=far,
            env={**env, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
            start_new_session=True,
        )
        os.close(far)

    def first_paint_ms(self) -> float:
        """From the process's start to the first words. Raises RuntimeError where they do not come."""
        seen = b""
        while b"Inbox" not in seen:
            seen += self._read(_LONGEST_S)
        return 1000 * (time.perf_counter() - self._began)

    def wait_until_still(self, still_s: float) -> None:
        """Read what is drawn until nothing has been drawn for so long. Raises RuntimeError."""
        give_up = time.perf_counter() + _LONGEST_S
        while select.select([self._near], [], [], still_s)[0]:
            self._read(0)
            if time.perf_counter() > give_up:
                raise RuntimeError("the screen never came to rest")

    def press_ms(self, key: bytes) -> float | None:
        """From the key to the first byte drawn; None where it draws nothing, as at the end of the list."""
        began = time.perf_counter()
        os.write(self._near, key)
        if not select.select([self._near], [], [], 1.0)[0]:
            return None
        return 1000 * (time.perf_counter() - began)

    def close(self) -> None:
        """End the app."""
        if self.process.poll() is None:
            os.write(self._near, b"q")
            give_up = time.perf_counter() + 5
            while self.process.poll() is None and time.perf_counter() < give_up:
                if select.select([self._near], [], [], 0.1)[0]:
                    try:
                        os.read(self._near, 1 << 16)
                    except OSError:
                        break
        self.process.kill()
        self.process.wait()
        os.close(self._near)

    def _read(self, wait_s: float) -> bytes:
        if not select.select([self._near], [], [], wait_s)[0]:
            raise RuntimeError("the app drew nothing")
        try:
            return os.read(self._near, 1 << 16)
        except OSError:
            raise RuntimeError(f"the app ended with exit code {self.process.wait()}") from None


def run(bench: Workplace) -> list[Row]:
    """First paint over several starts, then one app that stays."""
    if not Path("/proc/self/stat").exists():
        return [NotMeasured("the app", "there is no /proc here")]
    with without_keyring():
        home = large_journal(bench)
    size = bench.counts.journal_records
    paints = []
    for _ in range(max(1, bench.counts.processes // 3) + 1):
        with _terminal(bench, home) as terminal:
            paints.append(terminal.first_paint_ms())
    began = time.perf_counter()
    with _terminal(bench, home) as terminal:
        terminal.first_paint_ms()
        terminal.wait_until_still(_SETTLED_S)
        settled = f"everything read after {time.perf_counter() - began - _SETTLED_S:.1f} s"
        keys = _keys(terminal, bench.counts.rounds)
        idle = _idle_percent(terminal.process.pid, 20.0 if size >= _LARGE else 2.0)
        parent, *children = [read_memory(number) for number in family(terminal.process.pid)]
    apart = f"the model's cell besides: {sum(each.rss for each in children) / 1e6:.0f} MB"
    words = f"{size:,} alerts"
    return [
        Figure("app: first paint", paints[1:] or paints, "ms", FIRST_PAINT, "process start to first words, a real pty"),
        Figure(f"app: key to paint, {words}", keys, "ms", _for_large(KEY_TO_PAINT, size), settled),
        Figure("  the slowest of twenty (p95)", [_p95(keys)], "ms", _for_large(KEY_TO_PAINT, size)),
        Figure(f"app: CPU while idle, {words}", [idle], "%", _for_large(IDLE, size), "of one core, with the cell"),
        Figure(f"app: resident memory, {words}", [parent.rss / 1e6], "MB", _for_large(MEMORY, size), apart),
    ]


@contextmanager
def _terminal(bench: Workplace, home: Path) -> Iterator[Terminal]:
    terminal = Terminal(bench.environment(home))
    try:
        yield terminal
    finally:
        terminal.close()


def _keys(terminal: Terminal, presses: int) -> list[float]:
    took = []
    for key in islice(cycle(_KEYS), max(presses, len(_KEYS))):
        terminal.wait_until_still(_STILL_S)
        each = terminal.press_ms(key)
        if each is not None:
            took.append(each)
    return took


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


def _idle_percent(process: int, span_s: float) -> float:
    """Of one core, of the process and all that it started."""
    before, began = _cpu_s(process), time.perf_counter()
    time.sleep(span_s)
    return 100 * (_cpu_s(process) - before) / (time.perf_counter() - began)


def _cpu_s(process: int) -> float:
    """User and system time so far, in seconds: the 14th and 15th fields of `stat` (proc(5)), counted in ticks."""
    ticks = 0
    for number in family(process):
        fields = Path(f"/proc/{number}/stat").read_bytes().rpartition(b")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _for_large(target: Target, size: int) -> Target | None:
    """The target, where the journal is as large as the one that it is set for."""
    return target if size >= _LARGE else None
