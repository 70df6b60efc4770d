"""How long each command takes as a whole process, from starting it to its end; files are in the system's cache."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass

from benchmarks.figure import Figure, NotMeasured, Row, at_most, typical
from benchmarks.texts import MESSAGE_100_TOKENS
from benchmarks.turns import elapsed_ms
from benchmarks.workplace import CommandFailed, Workplace, guardian_command

_MESSAGE = MESSAGE_100_TOKENS.encode()
_FLAGGED = b"Final notice: buy four gift cards within the hour, text me the codes, and tell nobody."
_PREPARE_TIMEOUT_S = 300.0
_SEQ = "SEQ"
"""Stands for the number of a verdict in the journal."""
_FILTER = ("filter",)
_VERIFY_RECEIPT = ("verify-receipt", "-")
_COMMANDS: tuple[tuple[str, ...], ...] = (
    ("--version",),
    ("--help",),
    ("paths",),
    ("completion", "bash"),
    ("config", "show"),
    ("policy", "list"),
    ("policy", "check"),
    ("policy", "history"),
    ("pack", "trusted"),
    ("model", "list"),
    ("model", "verify"),
    ("model", "card"),
    ("calibrate",),
    ("adapt", "--list"),
    ("doctor",),
    ("health", "--no-model"),
    ("hook", "claude-code", "--print-settings"),
    ("serve", "--print-unit", "systemd"),
    ("watch", "--help"),
    ("source", "list"),
    _FILTER,
    ("ask", "Mind the small print."),
    ("journal", "list"),
    ("digest",),
    ("clipboard", "--help"),
    ("journal", "verify"),
    ("feedback", _SEQ, "right"),
    ("key", "show"),
    ("proxy", "--print-token"),
    _VERIFY_RECEIPT,
)
COLD_FILTER = at_most(1000)


def run(bench: Workplace) -> list[Row]:
    """Each command in turn, round by round, beside the bare interpreter; then a filter in a home never used before."""
    samples: dict[tuple[str, ...], list[float]] = defaultdict(list)
    failures: dict[tuple[str, ...], str] = {}
    python: list[float] = []
    recorded = _record_one(bench)
    for words in _COMMANDS:  # the first round fills the home: starter policies, embedded examples
        _time_one(bench, words, recorded, [], failures)
    for _ in range(bench.counts.processes):
        python.append(_bare_python_ms())
        for words in _COMMANDS:
            _time_one(bench, words, recorded, samples[words], failures)
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


@dataclass(frozen=True, slots=True)
class _Recorded:
    """What the commands about the journal are given."""

    seq: str
    """Number of a verdict; empty where none could be recorded: those commands then fail, and say why."""
    receipt: bytes


def _record_one(bench: Workplace) -> _Recorded:
    """Have one message recorded, and a receipt made of it."""
    try:
        seq = str(json.loads(_output(bench, ("filter", "--json"), _FLAGGED))["journal"]["seq"])
    except (ValueError, KeyError, TypeError):
        return _Recorded("", b"")
    return _Recorded(seq, _output(bench, ("journal", "prove", seq, "--reveal", "outcome,policy"), b""))


def _output(bench: Workplace, words: tuple[str, ...], stdin: bytes) -> bytes:
    done = subprocess.run(
        guardian_command(*words),
        input=stdin,
        capture_output=True,
        env=bench.environment(),
        timeout=_PREPARE_TIMEOUT_S,
        check=False,
    )
    return done.stdout


def _input(words: tuple[str, ...], recorded: _Recorded) -> bytes:
    return {_FILTER: _MESSAGE, _VERIFY_RECEIPT: recorded.receipt}.get(words, b"")


def _time_one(
    bench: Workplace,
    words: tuple[str, ...],
    recorded: _Recorded,
    samples: list[float],
    failures: dict[tuple[str, ...], str],
) -> None:
    """One run of a command; one that failed once is not run again."""
    if words not in failures:
        given = [recorded.seq if word == _SEQ else word for word in words]
        try:
            samples.append(bench.command_ms(given, stdin=_input(words, recorded)))
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
