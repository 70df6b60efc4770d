"""What one check of a policy found, before it is a problem of a file.

Invariant: problems come out in the order of the file.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from guardian.policy.position import Place
from guardian.policy.problem import Level, Problem

Found = tuple[Level, str, Place, str, str]
"""Level, code, place, message, hint."""


def as_problems(path: Path, found: Iterable[Found]) -> list[Problem]:
    """What was found in one file, in its order."""
    return [
        Problem(path, place.line, place.column, level, code, message, hint)
        for level, code, place, message, hint in sorted(found, key=lambda each: each[2])
    ]
