"""A table in a document, between two markers (`<!-- NAME -->` and `<!-- /NAME -->`), kept the same as the program's.

What the scripts that make such tables share: with no option they print the table; `--write FILE` puts it between the
markers of the document; `--check FILE` exits 1 unless it stands there.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path


def with_table(document: str, name: str, table: str) -> str | None:
    """The document with the table between its markers; None where it has none."""
    block = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    after, count = block.subn(lambda found: f"{found[1]}{table}{found[2]}", document)
    return after if count else None


def run(name: str, what: str, table: str, script: str) -> int:
    """Print, write or check, as the command line says; the exit status. `script` is how the owner calls it."""
    parser = argparse.ArgumentParser(description=what)
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--write", metavar="FILE", type=Path, help="put the live table between the markers")
    action.add_argument("--check", metavar="FILE", type=Path, help="exit 1 where it differs")
    args = parser.parse_args()
    file: Path | None = args.write or args.check
    if file is None:
        print(table, end="")
        return 0
    before = file.read_text("utf-8")
    after = with_table(before, name, table)
    if after is None:
        print(f"{file}: there is no <!-- {name} --> to put a table behind")
        return 1
    if args.write:
        file.write_text(after, "utf-8")
    elif before != after:
        print(f"{file}: {what} is not the program's: python {script} --write {file}")
        return 1
    return 0
