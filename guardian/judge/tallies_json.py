"""The judge's register as JSON, and back.

Invariant: what is read is checked field by field, and refused where it is not exactly as it was written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, Final

from guardian.judge.base import Label
from guardian.judge.tallies import (
    FAILURE_CODES,
    OTHER_FAILURE,
    RECENT_CALLS,
    ROUNDS_KEPT,
    CallNumbers,
    ModelTallies,
    Moments,
    RoundNumbers,
    Sums,
)
from guardian.judge.troubles import Trouble

_COUNTS: Final = ("used_ms", "rules_agree", "rules_differ", "encoder_agree", "encoder_differ", "rounds_made")
_ROUND_COUNTS: Final = {"at_ms", "found", "to_find", "alone", "to_leave", "not_asked", "own_right", "own", "deaths"}
_MOST: Final = 1e15


def tallies_to_json(tallies: ModelTallies) -> dict[str, Any]:
    """As it stands in the file."""
    return {
        **{name: getattr(tallies, name) for name in _COUNTS},
        "failures": tallies.failures,
        "total": asdict(tallies.total),
        "long_run": asdict(tallies.long_run),
        "recent": [list(call) for call in tallies.recent],
        "rounds": [asdict(each) for each in tallies.rounds],
    }


def tallies_from_json(row: Any) -> ModelTallies:
    """What the file says. Raises ValueError, TypeError, KeyError or AttributeError for anything else."""
    failures = {_code(code): _count(number) for code, number in row["failures"].items()}
    if row.keys() != {each.name for each in fields(ModelTallies)}:
        raise ValueError
    tallies = ModelTallies(failures=failures, total=_sums(row["total"]), long_run=_sums(row["long_run"]))
    for name in _COUNTS:
        setattr(tallies, name, _count(row[name]))
    tallies.recent.extend(_call(each) for each in row["recent"][-RECENT_CALLS:])
    tallies.rounds.extend(_round(each) for each in row["rounds"][-ROUNDS_KEPT:])
    return tallies


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -_MOST <= value <= _MOST:
        raise ValueError
    return float(value)


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= _MOST:
        raise ValueError
    return value


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError
    return value


def _sums(row: Mapping[str, Any]) -> Sums:
    sums = Sums()
    if row.keys() != {each.name for each in fields(Sums)}:
        raise ValueError
    for name, value in row.items():
        setattr(sums, name, _moments(value) if isinstance(getattr(sums, name), Moments) else _number(value))
    return sums


def _moments(row: Mapping[str, Any]) -> Moments:
    return Moments(*(_number(row[name]) for name in ("count", "mean", "squares")))


def _call(row: Sequence[Any]) -> CallNumbers:
    checks = (_count, *[_number] * 4, *[_count] * 4, *[_flag] * 4, _code)
    call = CallNumbers._make(check(value) for check, value in zip(checks, row, strict=True))
    if call.label >= len(Label):
        raise ValueError
    return call


def _code(value: Any) -> str:
    if not isinstance(value, str) or value not in {"", OTHER_FAILURE, *FAILURE_CODES}:
        raise ValueError
    return value


def _round(row: Mapping[str, Any]) -> RoundNumbers:
    troubles = tuple(Trouble(code).value for code in row["troubles"])
    values: dict[str, Any] = {}
    for each in fields(RoundNumbers):
        if each.name != "troubles":
            values[each.name] = (_count if each.name in _ROUND_COUNTS else _number)(row[each.name])
    return RoundNumbers(**values, troubles=troubles)
