"""The JSON Schema beside the owner's policies, by which any editor that reads `#:schema` completes and checks them.

Invariant: the file is Guardian's own and made from the program that runs; a policy never depends on it.
"""

from __future__ import annotations

from pathlib import Path

from guardian.policy.amend import write_policy_file
from guardian.policy.schema import policy_schema_text
from guardian.policy.starter import SCHEMA


def refresh_schema(folder: Path) -> None:
    """Write the schema where it is missing or another version's. Raises PolicyError where it can't be written."""
    path, text = folder / SCHEMA, policy_schema_text()
    try:
        is_current = path.read_text(encoding="utf-8") == text
    except (OSError, ValueError):
        is_current = False
    if not is_current:
        write_policy_file(path, text)
