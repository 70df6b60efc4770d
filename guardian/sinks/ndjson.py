"""Verdicts as JSON, one object a line (design.md section 7)."""

from __future__ import annotations

import json

from guardian.gate import Screened


def json_line(screened: Screened, *, all_policies: bool = False) -> str:
    """The verdict as one line of ASCII JSON, so that no control or bidi character reaches a terminal raw."""
    return json.dumps(screened.verdict.to_json(all_policies=all_policies), ensure_ascii=True)
