"""The arguments of a tool call as a text that can be judged, and the notice that may stand for them.

Invariants: every string and every name of the arguments is in the text, unescaped, in order; what is no JSON is judged
as it stands.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from guardian.streams.payload import render


def readable_arguments(arguments: str) -> str:
    """`{"to": "Ann", "body": "Hi!\\nPay now."}` as `to: Ann`, a new line, `body: Hi!`, a new line, `Pay now.`"""
    try:
        value = json.loads(arguments, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        return arguments
    return "\n".join(_lines(value))


def held_arguments(notice: str) -> str:
    """What a tool gets instead: JSON that fits no tool, so that none runs on it."""
    return render({"guardian_held_back": notice})


class _Pairs(list[tuple[str, Any]]):
    """An object, with all that stands in it: a name may come twice, and who runs the tool may take either."""


def _lines(found: Any) -> Iterator[str]:
    waiting: list[tuple[str, Any]] = [("", found)]  # no recursion: a stranger says how deep it goes
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, list) and name and (not value or isinstance(value, _Pairs)):
            yield f"{name}:"
        if isinstance(value, _Pairs):
            waiting += reversed(value)
        elif isinstance(value, list):
            waiting += [(name, inner) for inner in reversed(value)]
        else:
            said = value if isinstance(value, str) else json.dumps(value)
            yield f"{name}: {said}" if name else said
