"""Keeps the table of limits in docs/guide/limits.md the same as `guardian/reading/limits.py`.

    python scripts/limit_table.py                            print the table
    python scripts/limit_table.py --write docs/guide/limits.md    put it between the markers of the document
    python scripts/limit_table.py --check docs/guide/limits.md    exit 1 unless it is the same

The markers are `<!-- limits -->` and `<!-- /limits -->`. Default and range come from the fields, the words from the
docstrings below them.
"""

from __future__ import annotations

import ast
import sys
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from marked_table import run  # noqa: E402

from guardian.reading import limits  # noqa: E402 - a checkout need not be installed
from guardian.settings_rules import Whole  # noqa: E402


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


if __name__ == "__main__":
    sys.exit(run("limits", "the table of reading's limits", limit_table(), "scripts/limit_table.py"))
