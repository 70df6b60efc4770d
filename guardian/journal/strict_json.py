"""JSON from strangers, read in one way only.

Invariants: nothing is guessed or dropped: a key that stands twice, a number that is no number, and what is too big or
nested too deep are refused; errors are one lower-case line and quote nothing of what was read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, NoReturn

_MOST_DIGITS: Final = 19
"""Enough for 2^63 - 1; Python's own integers have no end, and reading a long one takes quadratic time."""


def read_object(text: str, *, most_bytes: int, most_depth: int, with_fractions: bool = False) -> dict[str, Any]:
    """The JSON object in `text`. Raises ValueError for anything else, and for fractions unless they are allowed."""
    if len(text) > most_bytes or len(text.encode("utf-8", "surrogatepass")) > most_bytes:
        raise ValueError(f"longer than {most_bytes >> 10} KiB")
    try:
        value = json.loads(
            text,
            object_pairs_hook=_without_doubles,
            parse_float=_fraction if with_fractions else _no_fraction,
            parse_int=_integer,
            parse_constant=_no_constant,
        )
    except json.JSONDecodeError as error:
        raise ValueError("not JSON") from error
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    _check_depth(value, most_depth)
    return value


def check_keys(value: object, keys: tuple[str, ...], where: str) -> Mapping[str, Any]:
    """`value`, which must be an object with exactly these keys. Raises ValueError, naming `where`."""
    if not isinstance(value, dict):
        raise ValueError(f"{where} is not a JSON object")
    if missing := [key for key in keys if key not in value]:
        raise ValueError(f"{where} lacks {missing[0]}")
    if len(value) > len(keys):
        raise ValueError(f"{where} has a key that does not belong there")
    return value


def _check_depth(value: object, depth_left: int) -> None:
    if isinstance(value, dict | list):
        if depth_left == 0:
            raise ValueError("nested too deep")
        for each in value.values() if isinstance(value, dict) else value:
            _check_depth(each, depth_left - 1)


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return value


def _integer(text: str) -> int:
    if len(text.lstrip("-")) > _MOST_DIGITS:
        raise ValueError("a number is too long")
    return int(text)


def _fraction(text: str) -> float:
    if len(text) > 2 * _MOST_DIGITS:
        raise ValueError("a number is too long")
    return float(text)


def _no_fraction(text: str) -> NoReturn:
    raise ValueError("a number is not a whole one")


def _no_constant(text: str) -> NoReturn:
    raise ValueError("a number is not a number")
