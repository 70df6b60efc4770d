"""Runs a few lines of Python behind a wall, in a process of their own, and tells what each attempt met.

Invariant: the wall is raised before the attempts are made, by the script itself, as Guardian's processes do.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_SCRIPT = """
import json, os, socket, subprocess, sys
from pathlib import Path

def met(attempt):
    try:
        attempt()
    except OSError as error:
        return type(error).__name__
    return "done"

{wall}
print(json.dumps({{name: met(attempt) for name, attempt in {{{attempts}}}.items()}}))
"""


def met_behind(wall: str, attempts: dict[str, str]) -> dict[str, str]:
    """What each attempt (an expression) met once the statements of `wall` had run: `done`, or the error's name."""
    lines = ", ".join(f"{name!r}: (lambda: {attempt})" for name, attempt in attempts.items())
    script = _SCRIPT.format(wall=wall, attempts=lines)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, cwd=ROOT, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()
    answer: dict[str, str] = json.loads(done.stdout)
    return answer
