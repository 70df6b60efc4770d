"""Canonical JSON: the same report is the same bytes.

Invariants: keys are sorted, floats are rounded to `DIGITS`, the file is ASCII with one line feed at its end, and what
is not a finite number is refused; all that changes from run to run stands in the keys of `VOLATILE`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Final

DIGITS: Final = 4
VOLATILE: Final = ("date", "timings")
"""Top keys that differ between two runs over the same data: the day, and what was timed and where."""


def canonical_json(report: Mapping[str, Any]) -> str:
    """The report as text. Raises ValueError for what JSON cannot hold."""
    text = json.dumps(_rounded(report), sort_keys=True, ensure_ascii=True, allow_nan=False, indent=1)
    return text.replace("\x7f", "\\u007f") + "\n"  # the one control character that json leaves as it is


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("a report holds finite numbers alone")
        return round(value, DIGITS) + 0.0  # -0.0 becomes 0.0
    if isinstance(value, Mapping):
        return {str(key): _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return value
