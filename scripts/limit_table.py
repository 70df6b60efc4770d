"""Keeps the table of limits in docs/guide/limits.md the same as `guardian/reading/limits.py`.

    python scripts/limit_table.py                            print the table
    python scripts/limit_table.py --write docs/guide/limits.md    put it between the markers of the document
    python scripts/limit_table.py --check docs/guide/limits.md    exit 1 unless it is the same

The markers are `<!-- limits -->` and `<!-- /limits -->`. Default and range come from the fields, the words from the
docstrings below them.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from guardian.reading import limits  # noqa: E402 - a checkout need not be installed
from guardian.settings_rules import Whole  # noqa: E402

_BLOCK = re.compile(r"(<!-- limits -->\n).*?(<!-- /limits -->)", re.DOTALL)


def limit_table() -> str:
    """Every limit: key, default, range, and why it is what it is."""
    words, usual = _words(), limits.Limits()
    lines = ["| key | default | range | bounds |", "|---|---|---|---|"]
    for name, rule in limits.limit_rules().items():
        if not isinstance(rule, Whole):
            raise TypeError(f"limit {name} has no range")
        span = f"{rule.low:,} to {rule.high:,}"
        lines.append(f"| `limits.{name}` | {getattr(usual, name):,} | {span} | {words[name]} |")
    return "\n".join(lines) + "\n"


def _words() -> dict[str, str]:
    """The docstring below each field, on one line. Raises KeyError, where it is used, for a field without one."""
    tree = ast.parse(Path(limits.__file__).read_text("utf-8"))
    body = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Limits").body
    found = {}
    for field, said in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(said, ast.Expr):
            found[field.target.id] = " ".join(ast.literal_eval(said.value).split()).replace("|", "\\|")
    return found


def with_table(document: str) -> str:
    """The document with the live table between its markers."""
    return _BLOCK.sub(lambda block: f"{block[1]}{limit_table()}{block[2]}", document)


def main() -> int:
    """Print, write or check."""
    parser = argparse.ArgumentParser(description="the table of reading's limits")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--write", metavar="FILE", type=Path, help="put the live table between the markers")
    what.add_argument("--check", metavar="FILE", type=Path, help="exit 1 where it differs")
    args = parser.parse_args()
    file: Path | None = args.write or args.check
    if file is None:
        print(limit_table(), end="")
        return 0
    before = file.read_text("utf-8")
    after = with_table(before)
    if args.write:
        file.write_text(after, "utf-8")
        return 0
    if before != after or "<!-- limits -->" not in before:
        print(f"{file}: the table of limits is not the program's: python scripts/limit_table.py --write {file}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
