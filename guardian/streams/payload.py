"""The JSON of an event: read, looked into, changed.

Invariants: what cannot be read is None, never an exception; what is written is one line of ASCII, so that it fits
every framing and holds no lone surrogate.
"""

from __future__ import annotations

import json
from typing import Any

from guardian.streams.base import Json, Path


def parse(data: str) -> Json | None:
    """The JSON object that `data` is; None where it is none, or where a name stands in an object twice: one reader
    takes the first, another the last."""
    try:
        value = json.loads(data, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _object(pairs: list[tuple[str, Any]]) -> Json:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name stands twice")
    return value


def render(payload: Any) -> str:
    """`payload` as one line of JSON."""
    return json.dumps(payload, separators=(",", ":"))


def value_at(payload: Any, path: Path) -> Any:
    """What stands at `path`; None where nothing does."""
    for step in path:
        if isinstance(payload, dict) and isinstance(step, str):
            payload = payload.get(step)
        elif isinstance(payload, list) and isinstance(step, int) and 0 <= step < len(payload):
            payload = payload[step]
        else:
            return None
    return payload


def text_at(payload: Any, path: Path) -> str:
    """The string that stands at `path`; empty where none does."""
    value = value_at(payload, path)
    return value if isinstance(value, str) else ""


def rows_at(payload: Any, path: Path) -> list[tuple[int, Json]]:
    """The objects of the list at `path`, with their places in it."""
    value = value_at(payload, path)
    return [(at, row) for at, row in enumerate(value) if isinstance(row, dict)] if isinstance(value, list) else []


def put(payload: Any, path: Path, value: Any) -> None:
    """Set what stands at `path`; nothing happens where nothing stands there."""
    *way, last = path
    holder = value_at(payload, tuple(way))
    is_there = (isinstance(holder, dict) and last in holder) or (
        isinstance(holder, list) and isinstance(last, int) and last < len(holder)
    )
    if is_there:
        holder[last] = value


def whole_number(value: Any, default: int = 0) -> int:
    """`value` where it is a number from 0 that can tell things apart; else `default`."""
    is_number = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return value if is_number else default
