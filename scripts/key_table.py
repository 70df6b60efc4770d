"""Keeps the table of keys in docs/guide/app.md the same as the app's own.

    python scripts/key_table.py                      print the table
    python scripts/key_table.py --write docs/guide/app.md    put it between the markers of the document
    python scripts/key_table.py --check docs/guide/app.md    exit 1 unless it is the same

The markers are `<!-- keys -->` and `<!-- /keys -->`.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tui.keys import KEY_GROUPS, key_words  # a checkout need not be installed

_BLOCK = re.compile(r"(<!-- keys -->\n).*?(<!-- /keys -->)", re.DOTALL)


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


def with_table(document: str) -> str:
    """The document with the live table between its markers."""
    return _BLOCK.sub(lambda block: f"{block[1]}{key_table()}{block[2]}", document)


def main() -> int:
    """Print, write or check."""
    parser = argparse.ArgumentParser(description="the table of the app's keys")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--write", metavar="FILE", type=Path, help="put the live table between the markers")
    what.add_argument("--check", metavar="FILE", type=Path, help="exit 1 where it differs")
    args = parser.parse_args()
    file: Path | None = args.write or args.check
    if file is None:
        print(key_table(), end="")
        return 0
    before = file.read_text("utf-8")
    after = with_table(before)
    if args.write:
        file.write_text(after, "utf-8")
        return 0
    if before != after:
        print(f"{file}: the table of keys is not the app's: python scripts/key_table.py --write {file}")
    return int(before != after)


if __name__ == "__main__":
    sys.exit(main())
