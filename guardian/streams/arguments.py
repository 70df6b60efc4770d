"""The arguments of a tool call as a text that can be judged, and the notice that may stand for them.

Invariants: every string of the arguments is in the text, unescaped, under the names that lead to it; what is no JSON
is judged as it stands.
"""

from __future__ import annotations

import json
from typing import Any

from guardian.streams.payload import render

_MOST_DEPTH = 50


def readable_arguments(arguments: str) -> str:
    """`{"to": "Ann", "body": "Hi!\\nPay now."}` as `to: Ann`, a new line, `body: Hi!`, a new line, `Pay now.`"""
    try:
        value = json.loads(arguments)
    except (ValueError, RecursionError):
        return arguments
    lines = _lines(value, "", 0)
    return arguments if lines is None else "\n".join(lines)


def held_arguments(notice: str) -> str:
    """What a tool gets instead: JSON that fits no tool, so that none runs on it."""
    return render({"guardian_held_back": notice})


def _lines(value: Any, name: str, depth: int) -> list[str] | None:
    """None where it is nested too deeply to be shown."""
    if depth > _MOST_DEPTH:
        return None
    if isinstance(value, dict):
        rows = [(str(key), inner) for key, inner in value.items()]
    elif isinstance(value, list):
        rows = [(name, inner) for inner in value]
    else:
        said = value if isinstance(value, str) else json.dumps(value)
        return [f"{name}: {said}" if name else said]
    lines: list[str] = []
    for key, inner in rows:
        below = _lines(inner, key, depth + 1)
        if below is None:
            return None
        lines += below
    return lines
