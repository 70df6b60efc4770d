"""`make run`: screens the bundled example inbox, names what to try next, and on a terminal opens the app on it.

Invariant: the examples are nobody's mail, so nothing of them goes into the owner's journal.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INBOX = Path("examples", "inbox")
FOUND_SOMETHING = (0, 1, 3)
"""Exit codes of a scan that did its work (see `guardian scan --help`)."""

NEXT = """
Next, try:
  printf 'Your parcel is held. Pay 1.99 within the hour: http://post-redelivery.example' | .venv/bin/guardian filter
  .venv/bin/guardian policy list          your rules: plain files, yours to change ({policies})
  .venv/bin/guardian                      the app: paste a text, see what it does and why
"""


def main() -> int:
    """Scan, tell, open the app. Returns the scan's exit code where the scan itself failed."""
    guardian = [sys.executable, "-m", "guardian"]
    print("Screening the example inbox with the embedded model, on this machine alone:\n", flush=True)
    scan = subprocess.run([*guardian, "scan", "--verbose", "--no-journal", str(INBOX)], cwd=ROOT, check=False)
    if scan.returncode not in FOUND_SOMETHING:
        return scan.returncode
    told = subprocess.run([*guardian, "paths", "--json"], cwd=ROOT, check=True, capture_output=True, text=True)
    print(NEXT.format(policies=json.loads(told.stdout)["policies"]), flush=True)
    if sys.stdin.isatty() and sys.stdout.isatty():
        input("Press Enter to open the app on the example inbox (Ctrl+C to stop here). ")
        os.chdir(ROOT)
        os.execv(sys.executable, [sys.executable, "-m", "tui", "--no-journal", str(INBOX)])
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
