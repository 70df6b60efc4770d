"""How long `guardian adapt` takes for thirty of the owner's words, as a whole process."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Final

from benchmarks.figure import Figure, NotMeasured, Row, at_most
from benchmarks.workplace import CommandFailed, Workplace, guardian_command
from guardian.journal.feedback import Says
from guardian.journal.opening import open_journal
from guardian.journal.speaking import say
from guardian.paths import HOME_VARIABLE
from guardian.settings import load_settings

WORDS: Final = 30
THIRTY_LABELS: Final = at_most(5000)
_PREPARE_TIMEOUT_S: Final = 300.0
_FLAGGED: Final = (
    "You never loved me. After everything I did for you in year {number}, you owe me {number} hundred. "
    "If you tell your sister, you will lose the children. "
) * 2
_ROUNDS: Final = 3


def run(bench: Workplace) -> list[Row]:
    """A home with thirty judged alerts, and the preview on it, some times over."""
    home, name = bench.home / "adapting", f"guardian adapt, {WORDS} words of the owner's"
    try:
        _fill(bench, home)
        taken_ms = [bench.command_ms(("adapt",), home=home) for _ in range(min(_ROUNDS, bench.counts.processes))]
    except CommandFailed as error:
        return [NotMeasured(name, str(error), is_error=True)]
    about = "most of it is the model reading the texts, some 300 characters each"
    return [Figure(name, taken_ms, "ms", THIRTY_LABELS, about)]


def _fill(bench: Workplace, home: Path) -> None:
    """Have thirty messages flagged, and every other one called wrong."""
    rows = [
        {"text": _FLAGGED.format(number=number), "sender": f"k{number}@x.example"} for number in range(2, WORDS + 2)
    ]
    done = subprocess.run(
        guardian_command("scan", "--ndjson"),
        input="\n".join(map(json.dumps, rows)).encode(),
        capture_output=True,
        env=bench.environment(home),
        timeout=_PREPARE_TIMEOUT_S,
        check=False,
    )
    verdicts = [json.loads(line) for line in done.stdout.splitlines()]
    recorded = [verdict["journal"]["seq"] for verdict in verdicts if verdict["outcome"] == "flagged"]
    if len(recorded) < WORDS:
        raise CommandFailed(f"only {len(recorded)} of {WORDS} messages were flagged")
    settings = load_settings({HOME_VARIABLE: str(home)}, {})
    with open_journal(settings) as journal:
        for place, seq in enumerate(recorded):
            say(journal, settings.paths, int(seq), Says.WRONG if place % 2 else Says.RIGHT)
