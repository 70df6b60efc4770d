"""The lines of a policy file that mute something: putting them there, and taking them out.

Invariants: pure, text in and text out; everything else in the file stays as its owner wrote it, comments and layout
too; the new text says what the old one said but for the mutes, checked by reading both, or nothing is changed at all.
Line ends are "\\n" only, and the old text is one that `guardian.policy.load` accepts.
"""

from __future__ import annotations

import tomllib
from typing import Any, Final, TypeVar

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AbstractTable

from guardian.errors import PolicyError
from guardian.policy.base import Mute

_KEY: Final = "mutes"
_Made = TypeVar("_Made", bound=AbstractTable)


def with_mute(text: str, mute: Mute) -> str:
    """The text with one more mute: behind everything else, or in the list where the owner wrote one.

    Raises PolicyError where the file's layout does not let it.
    """
    before = tomllib.loads(text)
    if _is_list_in_brackets(text, before):
        document = _document(text)
        document[_KEY].append(_fill(tomlkit.inline_table(), mute))
        after = document.as_string()
    else:
        tables = tomlkit.aot()
        tables.append(_fill(tomlkit.table(), mute))
        block = tomlkit.document().append(_KEY, tables).as_string()
        after = f"{text.rstrip()}\n\n{block.strip()}\n" if text.strip() else f"{block.strip()}\n"
    return _checked(after, {**before, _KEY: [*before.get(_KEY, []), _fields(mute)]})


def without_mute(text: str, index: int) -> str:
    """The text without its mute `index` (from 0). Comments of the owner's stay where they are.

    Raises PolicyError where the file's layout does not let it.
    """
    before = tomllib.loads(text)
    left = [mute for number, mute in enumerate(before[_KEY]) if number != index]
    wanted = {**before, _KEY: left} if left else {key: value for key, value in before.items() if key != _KEY}
    if not _is_list_in_brackets(text, before):
        return _checked(_without_block(text, index), wanted)
    document = _document(text)
    document[_KEY].pop(index)
    return _checked(document.as_string(), {**before, _KEY: left})


def _without_block(text: str, index: int) -> str:
    """The text without the lines from the header of one `[[mutes]]` to the last of its keys."""
    lines = text.split("\n")
    starts = _table_starts(lines)
    headers = [number for number in starts if _adds_a_mute(lines[number])]
    if index >= len(headers):
        raise _by_hand()
    first = headers[index]
    end = next((number for number in starts if number > first), len(lines))
    meant = tomllib.loads("\n".join(lines[first:end]))
    while end > first + 1 and _says("\n".join(lines[first : end - 1]), meant):
        end -= 1
    kept_above = lines[:first]
    if kept_above and not kept_above[-1].strip() and (end >= len(lines) or not lines[end].strip()):
        kept_above.pop()
    left = "\n".join([*kept_above, *lines[end:]])
    return left if left.endswith("\n") else f"{left}\n"


def _table_starts(lines: list[str]) -> list[int]:
    """The lines that are headers of tables, and not parts of a text or a list that look like one.

    What stands between a header and the next is whole by itself; what an open text or list is cut off in is not.
    """
    starts, begin = [], 0
    for number, line in enumerate(lines):
        if line.lstrip().startswith("[") and _says("\n".join(lines[begin:number]), None):
            starts.append(number)
            begin = number
    return starts


def _adds_a_mute(header: str) -> bool:
    try:
        return tomllib.loads(header) == {_KEY: [{}]}
    except tomllib.TOMLDecodeError:
        return False


def _says(text: str, meant: dict[str, Any] | None) -> bool:
    """Whether a text is TOML, and says what was meant where that is given."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return meant is None or said == meant


def _is_list_in_brackets(text: str, data: dict[str, Any]) -> bool:
    """Whether the mutes are one list, `mutes = [{...}]`, and not tables of their own."""
    lines = text.split("\n")
    return _KEY in data and not any(_adds_a_mute(lines[number]) for number in _table_starts(lines))


def _document(text: str) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(text)
    except TOMLKitError:  # it is stricter than tomllib in places
        raise _by_hand() from None


def _fields(mute: Mute) -> dict[str, Any]:
    """The keys of a mute in the order in which they are written; what is empty is left out."""
    fields = {
        "tactic": mute.tactic,
        "sender": mute.sender,
        "since": mute.since,
        "until": mute.until,
        "why": mute.why,
    }
    return {key: value for key, value in fields.items() if value}


def _fill(table: _Made, mute: Mute) -> _Made:
    for key, value in _fields(mute).items():
        table.append(key, value)
    return table


def _checked(after: str, wanted: dict[str, Any]) -> str:
    if not _says(after, wanted):
        raise _by_hand()
    return after


def _by_hand() -> PolicyError:
    return PolicyError("the file's layout does not let a command change its mutes", hint="edit the [[mutes]] by hand")
