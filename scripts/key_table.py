"""Keeps the table of keys in docs/guide/app.md the same as the app's own.

    python scripts/key_table.py                      print the table
    python scripts/key_table.py --write docs/guide/app.md    put it between the markers of the document
    python scripts/key_table.py --check docs/guide/app.md    exit 1 unless it is the same

The markers are `<!-- keys -->` and `<!-- /keys -->`.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from marked_table import run

from tui.keys import KEY_GROUPS, key_words


def key_table() -> str:
    """Every action of the app, by the place where it works: id, keys, and what it does."""
    lines = ["| id | keys | does |", "|---|---|---|"]
    for group in KEY_GROUPS:
        if group.bindings:
            lines.append(f"| **{group.title}** | | |")
        for binding in group.bindings:
            keys = key_words(binding.key).replace("|", "\\|")
            lines.append(f"| `{binding.id}` | {keys} | {binding.description}: {binding.tooltip} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(run("keys", "the table of the app's keys", key_table(), "scripts/key_table.py"))
