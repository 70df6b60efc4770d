"""The policies' track records in words, kept beside the journal, so that an alert can show them without its key.

Invariants: made from the journal at each word of the owner's; numbers and a day by policy id, nothing of a message;
mode 0600; a file that is damaged counts as none, and the next word makes it anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from guardian.errors import JournalError
from guardian.journal.journal import Journal
from guardian.journal.places.private_file import read_private, write_private
from guardian.journal.scan import Scan
from guardian.policy.effects.track_record import track_record_line, track_records

_MOST_BYTES: Final = 1 << 20
_LONGEST_LINE: Final = 200


def keep_track(path: Path, journal: Journal) -> None:
    """Write down how the policies' judged alerts fared. Raises JournalError."""
    records = track_records(Scan(journal))
    lines = {policy: track_record_line(record) for policy, record in records.items() if record.judged}
    write_private(path, json.dumps(lines, sort_keys=True, indent=1) + "\n")


def read_track(path: Path) -> Mapping[str, str]:
    """What was written down, by policy id; empty where there is nothing, or nothing that can be used."""
    try:
        lines = json.loads(read_private(path, _MOST_BYTES) or "{}")
    except (JournalError, ValueError, RecursionError):
        return {}
    if not isinstance(lines, dict):
        return {}
    return {str(policy): line[:_LONGEST_LINE] for policy, line in lines.items() if isinstance(line, str)}
