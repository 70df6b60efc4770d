"""What pydantic says of a policy file, in the owner's words and with its place in the file.

Invariant: no message repeats more of the file than a short key, and none of pydantic's own wording reaches the owner
for the mistakes that people make.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from guardian.policy.position import Place, Positions
from guardian.policy.problem import Level, Problem, did_you_mean, nearest, quoted
from guardian.policy.schema import ExampleTable, MatchTable, PolicyFile, TacticsTable
from guardian.policy.schema_scope import ConversationTable, MuteTable, SendersTable, WhenTable

KeyPath = tuple[str | int, ...]

_TABLES: Mapping[KeyPath, type[BaseModel]] = {
    (): PolicyFile,
    ("match",): MatchTable,
    ("match", "tactics"): TacticsTable,
    ("senders",): SendersTable,
    ("when",): WhenTable,
    ("conversation",): ConversationTable,
    ("mutes",): MuteTable,
    ("examples",): ExampleTable,
}
_TYPES = {
    "string_type": ("must be a text", "put it in quotes"),
    "bool_type": ("must be true or false", ""),
    "int_type": ("must be a whole number", ""),
    "int_from_float": ("must be a whole number", ""),
    "float_type": ("must be a number", ""),
    "finite_number": ("must be a finite number", ""),
    "list_type": ("must be a list", "put it in square brackets"),
    "dict_type": ("must be a table", ""),
    "model_type": ("must be a table", ""),
    "date_type": ("must be a day", "write it without quotes, such as 2026-11-21"),
    "date_from_datetime_inexact": ("must be a day without a time", "write it as 2026-11-21"),
    "string_pattern_mismatch": ("may hold only small letters, digits and hyphens, at most 64", ""),
    "union_tag_not_found": ("must be a list, an expression in quotes, or a table of any and all", ""),
}
_LIMITS = {
    "greater_than": ("must be greater than", "gt"),
    "greater_than_equal": ("must be at least", "ge"),
    "less_than": ("must be less than", "lt"),
    "less_than_equal": ("must be at most", "le"),
}


def schema_problems(error: ValidationError, data: Mapping[str, Any], positions: Positions, file: Path) -> list[Problem]:
    """One problem for each of pydantic's errors about a policy, in the order of the file."""
    return problems_of(error.errors(include_url=False, include_input=False), data, positions, file, _TABLES)


def problems_of(
    details: Sequence[ErrorDetails],
    data: Mapping[str, Any],
    positions: Positions,
    file: Path,
    tables: Mapping[KeyPath, type[BaseModel]],
) -> list[Problem]:
    """One problem for each of pydantic's errors about any TOML file, in the order of the file.

    `data` is what the file holds, `tables` the model of each table by its path without indexes of lists.
    """
    extra = (_path(detail, data) for detail in details if detail["type"] == "extra_forbidden")
    misspelt = {_misspelt(path, tables) for path in extra}
    problems = []
    for detail in details:
        path = _path(detail, data)
        if detail["type"] == "none_required":
            continue  # the other half of "this, or left out"; TOML has no null that could be meant
        if detail["type"] == "missing" and path in misspelt:
            continue  # the misspelt key is told, with this name as its hint
        place, code, message, hint = _tell(detail, path, data, positions, tables)
        problems.append(Problem(file, place.line, place.column, Level.ERROR, code, message, hint))
    return sorted(problems, key=lambda each: (each.line, each.column, each.code == "missing-key"))


def _path(detail: ErrorDetails, data: Mapping[str, Any]) -> KeyPath:
    """The error's place as keys of the file: pydantic mixes names of union members into it."""
    path: KeyPath = ()
    node: Any = data
    for part in detail["loc"]:
        is_there = (isinstance(node, dict) and part in node) or (
            isinstance(node, list) and isinstance(part, int) and part < len(node)
        )
        if is_there:
            path += (part,)
            node = node[part]
    return (*path, detail["loc"][-1]) if detail["type"] == "missing" else path


def _misspelt(path: KeyPath, tables: Mapping[KeyPath, type[BaseModel]]) -> KeyPath:
    guess = nearest(str(path[-1]), _keys_of(path[:-1], tables))
    return (*path[:-1], guess or "")


def _keys_of(table: KeyPath, tables: Mapping[KeyPath, type[BaseModel]]) -> list[str]:
    model = tables.get(tuple(part for part in table if isinstance(part, str)))
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _tell(
    detail: ErrorDetails,
    path: KeyPath,
    data: Mapping[str, Any],
    positions: Positions,
    tables: Mapping[KeyPath, type[BaseModel]],
) -> tuple[Place, str, str, str]:
    """Place, code, message and hint of one error."""
    kind, context = detail["type"], detail.get("ctx", {})
    name = _name(path)
    if kind == "extra_forbidden":
        keys = _keys_of(path[:-1], tables)
        hint = did_you_mean(str(path[-1]), keys) or f"known here: {', '.join(keys)}"
        return positions.key(path), "unknown-key", f"unknown key {quoted(str(path[-1]))}{_within(path[:-1])}", hint
    if kind == "missing":
        return positions.key(path[:-1]), "missing-key", f"{quoted(str(path[-1]))} is missing{_within(path[:-1])}", ""
    if "message" in context:
        message = context["message"]
        said = f"{name}{message}" if message.startswith("must") else f"{name.rstrip()}: {message}"
        return _place(detail, path, positions), kind, said.removeprefix(": "), context["hint"]
    if kind in _TYPES:
        message, hint = _TYPES[kind]
        return positions.value(path), "bad-value", f"{name}{message}", hint
    if kind == "literal_error":
        valid = context["expected"].replace("'", "").replace(" or ", ", ")
        hint = did_you_mean(_word(path, data), valid.split(", "))
        return positions.value(path), "bad-value", f"{name}must be one of {valid}", hint
    return positions.value(path), "bad-value", f"{name}{_limit(kind, context, detail['msg'])}", ""


def _place(detail: ErrorDetails, path: KeyPath, positions: Positions) -> Place:
    column = detail.get("ctx", {}).get("column")
    if column is not None:
        return positions.inside_string(path, column - 1)
    return positions.key(path) if detail["loc"][-1:] == ("[key]",) else positions.value(path)


def _limit(kind: str, context: Mapping[str, Any], message: str) -> str:
    if kind in _LIMITS:
        words, key = _LIMITS[kind]
        return f"{words} {context[key]:g}"
    if kind == "string_too_long":
        return f"is longer than {context['max_length']:,} characters"
    if kind == "too_long":
        return f"has more than {context['max_length']:,} entries"
    if kind in ("too_short", "string_too_short"):
        return "must not be empty"
    return message[:1].lower() + message[1:]


def _name(path: KeyPath) -> str:
    """`"match.rarity" ` before a message; nothing for the file itself."""
    return f"{quoted(_dotted(path))} " if path else ""


def _within(table: KeyPath) -> str:
    return f" in [{_dotted(table)}]" if table else ""


def _dotted(path: Sequence[str | int]) -> str:
    """`match.patterns[2]`: indexes count from 1, as `example:K` does."""
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def _word(path: KeyPath, data: Mapping[str, Any]) -> str:
    """The text at a path; empty where something else stands there (a number may be too long to print)."""
    node: Any = data
    for part in path:
        node = node[part]
    return node if isinstance(node, str) else ""
