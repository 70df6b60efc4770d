"""`guardian key ACTION [PLACE]` as a program, and what a test needs beside it: `begin` a journal, `read` it.

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
from guardian.settings import default_settings

RECORDS = 5


def main() -> int:
    """Do what the command line says."""
    action, *words = sys.argv[1:]
    settings = default_settings(os.environ)
    try:
        if action == "begin":
            journal = open_or_begin(settings)
            for number in range(RECORDS):
                journal.append(Record(Kind.FEEDBACK, number, {"number": number}))
            journal.close()
        elif action == "read":
            with open_journal(settings, ask=terminal_ask) as journal:
                found = [entry.record for entry in journal.entries()]
                numbers = [record.body.get("number") for record in found if isinstance(record, Record)]
            print(f"{sum(number is not None for number in numbers)} read, {len(found) - len(numbers)} unreadable")
        else:
            place = words[0] if words else None
            return int(run(argparse.Namespace(action=action, place=place, to=place, json=True), settings))
    except GuardianError as error:
        print(f"guardian: {error.line()}", file=sys.stderr)
        return int(exit_code_for(error))
    return 0


if __name__ == "__main__":
    sys.exit(main())
