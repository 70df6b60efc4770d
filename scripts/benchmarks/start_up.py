"""How long each command takes as a whole process, from starting it to its end; files are in the system's cache."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict

from benchmarks.figure import Figure, NotMeasured, Row, at_most, typical
from benchmarks.texts import MESSAGE_100_TOKENS
from benchmarks.turns import elapsed_ms
from benchmarks.workplace import CommandFailed, Workplace

_MESSAGE = MESSAGE_100_TOKENS.encode()
_FILTER = ("filter",)
_COMMANDS: tuple[tuple[str, ...], ...] = (
    ("--version",),
    ("--help",),
    ("paths",),
    ("completion", "bash"),
    ("config", "show"),
    ("policy", "list"),
    ("policy", "check"),
    ("model", "list"),
    ("model", "verify"),
    ("model", "card"),
    ("calibrate",),
    ("doctor",),
    _FILTER,
)
COLD_FILTER = at_most(1000)


def run(bench: Workplace) -> list[Row]:
    """Each command in turn, round by round, beside the bare interpreter; then a filter in a home never used before."""
    samples: dict[tuple[str, ...], list[float]] = defaultdict(list)
    failures: dict[tuple[str, ...], str] = {}
    python: list[float] = []
    for words in _COMMANDS:  # the first round fills the home: starter policies, embedded examples
        _time_one(bench, words, [], failures)
    for _ in range(bench.counts.processes):
        python.append(_bare_python_ms())
        for words in _COMMANDS:
            _time_one(bench, words, samples[words], failures)
    rows: list[Row] = [Figure("python itself: -c pass", python, "ms")]
    for words in _COMMANDS:
        name = f"guardian {' '.join(words)}" + (", cold, 100 tokens" if words == _FILTER else "")
        if words in failures:
            rows.append(NotMeasured(name, failures[words], is_error=True))
        else:
            rows.append(
                Figure(name, samples[words], "ms", COLD_FILTER if words == _FILTER else None, _baseline(words, python))
            )
    return [*rows, *_first_ever(bench)]


def _baseline(words: tuple[str, ...], python: list[float]) -> str:
    if words == _FILTER:
        return "llama_cpp import 160-260 ms + model load 50-100 ms (traps.md 9)"
    return f"python itself {typical(python)} ms"


def _input(words: tuple[str, ...]) -> bytes:
    return _MESSAGE if words == _FILTER else b""


def _time_one(
    bench: Workplace, words: tuple[str, ...], samples: list[float], failures: dict[tuple[str, ...], str]
) -> None:
    """One run of a command; one that failed once is not run again."""
    if words not in failures:
        try:
            samples.append(bench.command_ms(words, stdin=_input(words)))
        except CommandFailed as error:
            failures[words] = str(error)


def _first_ever(bench: Workplace) -> list[Row]:
    """With the copying of the starter policies and the embedding of their examples."""
    name = "guardian filter, the first one ever"
    homes = [bench.home / f"new-{number}" for number in range(-(-bench.counts.processes // 3))]
    try:
        samples = [bench.command_ms(_FILTER, stdin=_MESSAGE, home=home) for home in homes]
    except CommandFailed as error:
        return [NotMeasured(name, str(error), is_error=True)]
    return [Figure(name, samples, "ms", baseline="copies and embeds the starter policies, once")]


def _bare_python_ms() -> float:
    return elapsed_ms(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True))
