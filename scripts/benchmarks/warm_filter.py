"""A filter that a warm service answers: as a whole process, 50 clients at once, and what client and service hold.

Invariants: every client is a real one, over the real socket; a question that got no answer is counted, never left out.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.figure import Figure, NotMeasured, Row, at_most, typical
from benchmarks.memory import RESIDENT, family, read_memory
from benchmarks.texts import MESSAGE_100_TOKENS, Text
from benchmarks.turns import elapsed_ms
from benchmarks.workplace import Workplace, guardian_command
from guardian.errors import GuardianError
from guardian.message import Message
from guardian.paths import HOME_VARIABLE
from guardian.service.client import ServiceClient
from guardian.service.place import socket_path

WARM_FILTER = at_most(80)
CLIENT_MEMORY = at_most(25)
CLIENTS = 50
QUESTIONS_EACH = 4
_STARTS_WITHIN_S = 60.0
_STOPS_WITHIN_S = 60.0
_MB = 1e6
_MESSAGE = MESSAGE_100_TOKENS.encode()
_PEAK = re.compile(rb"^VmHWM:\s+(\d+) kB", re.MULTILINE)
_TELL_PEAK = """\
import sys
from guardian.__main__ import main
code = main()
print(open("/proc/self/status").read(), file=sys.stderr, flush=True)
sys.exit(code)
"""
"""A client that says its own peak: what the system tells its parent (ru_maxrss) is at least the parent's size."""


def run(bench: Workplace) -> list[Row]:
    """The whole process beside the bare interpreter, the bare question, then many clients, then memory."""
    home = bench.home / "warm"
    with served(bench, home) as service:
        rows = [*_processes(bench, home), *_at_once(home), _client_memory(bench, home)]
        rows += _service_memory(bench, home, service.pid)
    return rows


@contextmanager
def served(bench: Workplace, home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A service of this home that answers; it ends with the context, and must end well."""
    environment = bench.environment(home)
    process = subprocess.Popen(guardian_command("serve"), stdin=subprocess.DEVNULL, env=environment)
    try:
        until = time.monotonic() + _STARTS_WITHIN_S
        while not _answers(home):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"no service came up, exit code {process.returncode}")
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        process.wait(_STOPS_WITHIN_S)


def _answers(home: Path) -> bool:
    try:
        with _client(home) as client:
            client.screen(Message(_MESSAGE))  # the model is up behind the first answer, not behind the socket
        return True
    except GuardianError:
        return False


def _client(home: Path) -> ServiceClient:
    return ServiceClient(socket_path({HOME_VARIABLE: str(home)}))


def _processes(bench: Workplace, home: Path) -> Iterator[Row]:
    rounds = bench.counts.rounds
    python, whole, asked = [], [], []
    bench.command_ms(["filter"], stdin=_MESSAGE, home=home)
    with _client(home) as client:
        for _ in range(rounds):
            python.append(elapsed_ms(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True)))
            whole.append(bench.command_ms(["filter"], stdin=_MESSAGE, home=home))
            asked.append(elapsed_ms(lambda: client.screen(Message(_MESSAGE))))
    yield Figure("guardian filter, warm, 100 tokens", whole, "ms", WARM_FILTER, f"python itself {typical(python)} ms")
    yield Figure("  95 of 100 within", [percentile(whole, 95)], "ms")
    yield Figure("  the question alone, on an open connection", asked, "ms", baseline="reading, model, journal, socket")


def _at_once(home: Path) -> Iterator[Row]:
    """Clients that all begin in one moment and ask one question after the other."""
    took_ms: list[list[float]] = [[] for _ in range(CLIENTS)]
    begin = threading.Barrier(CLIENTS)

    def ask(mine: list[float]) -> None:
        begin.wait()
        for _ in range(QUESTIONS_EACH):
            began = time.perf_counter()
            try:
                with _client(home) as client:
                    client.screen(Message(_MESSAGE))
            except GuardianError:
                continue
            mine.append((time.perf_counter() - began) * 1000)

    threads = [threading.Thread(target=ask, args=(mine,)) for mine in took_ms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answered = [each for mine in took_ms for each in mine]
    lost = CLIENTS * QUESTIONS_EACH - len(answered)
    name = f"{CLIENTS} clients at once, a new connection each time"
    if not answered:
        yield NotMeasured(name, "no question was answered", is_error=True)
        return
    means = [statistics.mean(mine) for mine in took_ms if mine]
    spread = f"slowest client's mean {max(means) / min(means):.2f} times the fastest's"
    yield Figure(name, answered, "ms", baseline=spread)
    yield Figure("  95 of 100 within", [percentile(answered, 95)], "ms")
    yield Figure("  questions without an answer", [float(lost)], "", at_most(0), f"of {CLIENTS * QUESTIONS_EACH}")


def _client_memory(bench: Workplace, home: Path) -> Row:
    name = "client's peak memory"
    done = subprocess.run(
        [sys.executable, "-c", _TELL_PEAK, "filter"],
        input=_MESSAGE,
        capture_output=True,
        env=bench.environment(home),
        check=False,
    )
    found = _PEAK.search(done.stderr)
    if found is None:
        return NotMeasured(name, "there is no /proc here")
    return Figure(name, [int(found.group(1)) * 1024 / _MB], "MB", CLIENT_MEMORY, "VmHWM")


def _service_memory(bench: Workplace, home: Path, service: int) -> Iterator[Row]:
    """Of the service and all that it started, after a batch of many kinds."""
    if not Path("/proc/self/status").exists():
        yield NotMeasured("service, resident memory", "there is no /proc here")
        return
    texts: Sequence[Text] = bench.texts.mixed(bench.counts.texts, 0.5)
    with _client(home) as client:
        for text in texts:
            client.screen(text.message())
    each = [read_memory(number).rss / _MB for number in family(service)]
    apart = f"{each[0]:.0f} + {sum(each[1:]):.0f} MB (service, what it started); after {len(texts)} texts"
    yield Figure("service, resident memory, RSS", [sum(each)], "MB", RESIDENT, apart)


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that so many of a hundred do not exceed."""
    return sorted(values)[min(len(values) * percent // 100, len(values) - 1)]
