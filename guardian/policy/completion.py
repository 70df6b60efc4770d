"""What can stand at a place of a policy file: keys with what they are, choices, and tactics by their names.

Everything comes from the policy's own schema, so nothing is offered that would be refused. Invariants: pure; any text
will do, however broken, for somebody is in the middle of typing it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from guardian.policy.schema import policy_schema
from guardian.tactics import name_for, say_for

_WORD: Final = re.compile(r"[A-Za-z0-9_-]*$")
_HEADER: Final = re.compile(r"\s*\[\[?\s*([A-Za-z0-9_.-]*)\s*\]?\]?\s*(?:#.*)?")
_KEY: Final = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')
_MOST_LINES_OF_A_VALUE: Final = 200
_LISTS_OF_TABLES: Final = ("examples", "mutes")


@dataclass(frozen=True, slots=True)
class Completion:
    """One thing that can stand here."""

    label: str
    """As it is listed."""
    says: str
    """What it is, in one line; empty where its name says it."""
    text: str
    """As it is written into the file."""
    begin: int
    """Column, from 0, of what is already there of it; it ends at the place that was asked for."""


def completions(text: str, line: int, column: int) -> list[Completion]:
    """What can stand at a place (line and column from 0) of a text whose line ends are `\\n`."""
    lines = text.split("\n")
    if line >= len(lines):
        return []
    before = lines[line][:column]
    typed = _WORD.search(before)
    word = typed.group() if typed is not None else ""
    begin = len(before) - len(word)
    section, present = _section(lines, line)
    schema = policy_schema()
    key = _key_of_value(lines[:line], before)
    if key is not None:
        found = _values(schema, section, key, is_quoted=_is_in_quotes(before))
    elif before[:begin].strip(" \t["):
        found = iter(())
    else:
        begin = min(begin, len(before) - len(before.lstrip()))
        found = _keys(schema, section, present)
    fitting = [Completion(label, says, insert, begin) for label, says, insert in found if word in label]
    return sorted(fitting, key=lambda each: not each.label.lstrip("[").startswith(word))


def _section(lines: list[str], line: int) -> tuple[str, set[str]]:
    """The table that a line belongs to (empty: the top of the file), and the keys that stand in it already."""
    first = next((n for n in range(line - 1, -1, -1) if _header_of(lines[n]) is not None), -1)
    last = next((n for n in range(max(line, first + 1), len(lines)) if n != line and _header_of(lines[n])), len(lines))
    matches = (_KEY.match(each) for n, each in enumerate(lines[first + 1 : last], start=first + 1) if n != line)
    present = {match.group(1) for match in matches if match is not None}
    headers = {name for name in map(_header_of, lines) if name and name not in _LISTS_OF_TABLES}
    section = (_header_of(lines[first]) or "") if first >= 0 else ""
    return section, present | headers


def _header_of(line: str) -> str | None:
    match = _HEADER.fullmatch(line)
    return match.group(1) if match is not None else None


def _key_of_value(above: list[str], before: str) -> str | None:
    """The key whose value the place is in; None where a key, or a table's name, would stand."""
    here = _KEY.match(before)
    if here is not None:
        return here.group(1)
    depth = 0
    for line in reversed(above[-_MOST_LINES_OF_A_VALUE:]):  # inside a list that began further up
        bare = _STRING.sub("", line).partition("#")[0]
        depth += bare.count("[") - bare.count("]")
        match = _KEY.match(line)
        if match is not None:
            return match.group(1) if depth > 0 else None
        if _header_of(line) is not None:
            return None
    return None


def _is_in_quotes(before: str) -> bool:
    rest = _STRING.sub("", before)
    return '"' in rest or "'" in rest


def _keys(schema: Mapping[str, Any], section: str, present: set[str]) -> Iterator[tuple[str, str, str]]:
    table = _table(schema, section)
    for name, about in table.get("properties", {}).items():
        if name not in present and not _is_table(schema, about):
            yield name, _says(about), f"{name} = "
    for name, about in schema["properties"].items():
        if name not in present and _is_table(schema, about):
            header = f"[[{name}]]" if name in _LISTS_OF_TABLES else f"[{name}]"
            yield header, _says(_resolved(schema, about.get("items", about))), header
    if "match.thresholds" not in present:
        yield "[match.thresholds]", _says(_table(schema, "match")["properties"]["thresholds"]), "[match.thresholds]"
    if section == "match.thresholds":
        for tactic in table["propertyNames"]["enum"]:
            if tactic not in present:
                yield tactic, f"{name_for(tactic)}: {say_for(tactic)}", f"{tactic} = "


def _values(schema: Mapping[str, Any], section: str, key: str, *, is_quoted: bool) -> Iterator[tuple[str, str, str]]:
    if key in ("any", "all") and section == "match":  # tactics = { any = [...] }
        section = "match.tactics"
    about = _table(schema, section).get("properties", {}).get(key, {})
    choices = ("true", "false") if about.get("type") == "boolean" else _choices(schema, about)
    for choice in choices:
        is_bare = is_quoted or about.get("type") == "boolean"
        yield choice, _about_tactic(choice), choice if is_bare else f'"{choice}"'


def _table(schema: Mapping[str, Any], section: str) -> Mapping[str, Any]:
    """The schema of a table by its dotted name."""
    if section == "match.tactics":
        return _resolved(schema, {"$ref": "#/$defs/TacticsTable"})
    found: Mapping[str, Any] = schema
    for name in filter(None, section.split(".")):
        about = found.get("properties", {}).get(name, {})
        found = _resolved(schema, about.get("items", about))
    return found


def _resolved(schema: Mapping[str, Any], about: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = about.get("$ref", "")
    found: Mapping[str, Any] = schema["$defs"].get(reference.rpartition("/")[2], about) if reference else about
    return found


def _is_table(schema: Mapping[str, Any], about: Mapping[str, Any]) -> bool:
    return "properties" in _resolved(schema, about.get("items", about)) or "propertyNames" in about


def _choices(schema: Mapping[str, Any], about: Mapping[str, Any]) -> tuple[str, ...]:
    """The values that a key may have, where they can be counted."""
    shapes = [about, about.get("items", {}), *about.get("oneOf", ()), *about.get("anyOf", ())]
    for shape in (*shapes, *(each.get("items", {}) for each in shapes)):
        if "enum" in shape:
            return tuple(map(str, shape["enum"]))
    return ()


def _says(about: Mapping[str, Any]) -> str:
    if about.get("description"):
        return str(about["description"])
    choices = about.get("enum") or about.get("items", {}).get("enum") or ()
    longest = f"text of at most {about['maxLength']:,} characters" if "maxLength" in about else ""
    return ", ".join(map(str, choices)) or longest


def _about_tactic(name: str) -> str:
    try:
        return f"{name_for(name)}: {say_for(name)}"
    except KeyError:
        return ""
