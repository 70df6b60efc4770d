"""`guardian key ACTION [PLACE]` as a program, and what a test needs beside it: to begin a journal, and to read it.

Errors become lines and exit codes as they do at the program's own edge.
"""

from __future__ import annotations

import argparse
import os
import sys

from guardian.commands.key import run
from guardian.errors import GuardianError
from guardian.exits import exit_code_for
from guardian.journal.opening import open_journal, open_or_begin
from guardian.journal.passphrase import terminal_ask
from guardian.journal.record import Kind, Record
from guardian.settings import Settings, default_settings

RECORDS = 5


def begin(settings: Settings) -> None:
    """A journal of five records, its key wherever a new one's goes."""
    journal = open_or_begin(settings)
    for number in range(RECORDS):
        journal.append(Record(Kind.FEEDBACK, number, {"number": number}))
    journal.close()


def read(settings: Settings) -> str:
    """How many of the records can be read. Raises GuardianError."""
    with open_journal(settings, ask=terminal_ask) as journal:
        found = [entry.record for entry in journal.entries()]
    records = [record for record in found if isinstance(record, Record)]
    return f"{sum('number' in record.body for record in records)} read, {len(found) - len(records)} unreadable"


def main() -> int:
    """Do what the command line says."""
    action, *words = sys.argv[1:]
    settings = default_settings(os.environ)
    place = words[0] if words else None
    try:
        if action == "read":
            print(read(settings))
            return 0
        return int(run(argparse.Namespace(action=action, place=place, to=place, json=True), settings))
    except GuardianError as error:
        print(f"guardian: {error.line()}", file=sys.stderr)
        return int(exit_code_for(error))


if __name__ == "__main__":
    sys.exit(main())
