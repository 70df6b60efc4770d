"""The owner's own keys: `keymap.toml` in the configuration folder, one line for each action that gets other keys.

    "list.next" = "n,down"
    "app.ask" = "f3"

The ids are those of `tui.keys`, and stand in docs/guide/app.md.

Invariants: a line that can't be used leaves the action with its own keys and is told, with file, line and the nearest
valid name; so is a key that means two things in one place. A missing file is an empty one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual.binding import Binding
from textual.keys import Keys, _character_to_key

from guardian.errors import SettingsError
from guardian.safe_text import safe_line
from tui.keys import KEY_GROUPS, KeyGroup, key_words

if TYPE_CHECKING:
    from tui.app import GuardianApp

_MODIFIERS: Final = ("ctrl", "shift", "alt", "super", "meta", "hyper")
_NAMED: Final = frozenset({key.value for key in Keys if not key.value.startswith("<")} | {"enter", "space"})
_EVERYWHERE: Final = ("Everywhere",)
_APART: Final = ("Sheets",)
"""Groups on sheets, where the keys below don't work but those that say so."""


@dataclass(frozen=True, slots=True)
class Keymap:
    """What the file says, as far as it can be used."""

    keys: Mapping[str, str]
    """{id of a binding: its keys, with commas}."""
    problems: tuple[str, ...] = ()
    """One safe line for each entry that can't be used, or that means two things."""


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    value: object
    place: str


def read_keymap(file: Path) -> Keymap:
    """The owner's keymap. Never raises: whatever is wrong is one of its problems."""
    try:
        lines = tuple(_lines(file))
    except SettingsError as error:
        return Keymap({}, (safe_line(error.line()),))
    return checked(lines)


def apply_keymap(app: GuardianApp) -> None:
    """Give the owner's keys to the app, and tell the banner what can't be used."""
    keymap = read_keymap(app.settings.paths.keymap_file)
    if keymap.keys:
        app.set_keymap(dict(keymap.keys))
    if keymap.problems:
        app.state = replace(app.state, keymap_problems=keymap.problems)


def checked(lines: Sequence[_Line]) -> Keymap:
    """What of the lines can be used, and what is wrong with the others."""
    bindings = {binding.id: binding for group in KEY_GROUPS for binding in group.bindings if binding.id}
    keys: dict[str, str] = {}
    places: dict[str, str] = {}
    problems: list[str] = []
    for line in lines:
        trouble = _trouble(line, bindings)
        if trouble:
            problems.append(f"{line.place}: {trouble}")
        else:
            keys[line.name], places[line.name] = ",".join(_split(str(line.value))), line.place
    for name, other, key in list(_clashes(keys)):
        problems.append(f"{places[name]}: {_clash_words(name, other, key, bindings)}")
    return Keymap(keys, tuple(safe_line(problem) for problem in problems))


def _lines(file: Path) -> Iterator[_Line]:
    """Every entry of the file; `list.next` without quotes is the same as with them. Raises SettingsError."""
    from guardian.settings_file import parse_settings, read_settings_text

    text = read_settings_text(file)
    for entry in parse_settings(text, file) if text.strip() else ():
        yield _Line(entry.name, entry.value, f"{file.name}:{entry.line}")


def _trouble(line: _Line, bindings: Mapping[str, Binding]) -> str:
    """Why a line can't be used; empty where it can."""
    if line.name not in bindings:
        near = get_close_matches(line.name[:60], list(bindings), n=1, cutoff=0.0)[0]
        return f'unknown action "{safe_line(line.name, 60)}" (the nearest valid name is {near})'
    if not isinstance(line.value, str) or not _split(line.value):
        return f'{line.name} needs a key, or several with commas, such as "n,down"'
    for key in _split(line.value):
        if not _is_key(key):
            near = get_close_matches(key[:30], sorted(_NAMED), n=1, cutoff=0.0)[0]
            return f'no key is called "{safe_line(key, 30)}" (the nearest is {near})'
    return ""


def _split(value: str) -> list[str]:
    """The keys of an entry, by the names that Textual has for them."""
    keys = [key.strip() for key in value.split(",")]
    return [_character_to_key(key) if len(key) == 1 else key for key in keys if key]


def _is_key(key: str) -> bool:
    """Whether a terminal may ever send it. A character of its own is one, by its name too (`question_mark`)."""
    *modifiers, last = key.split("+")
    if any(modifier not in _MODIFIERS for modifier in modifiers):
        return False
    return key in _NAMED or last in _NAMED or len(last) == 1 or _is_named_character(last)


def _is_named_character(key: str) -> bool:
    import unicodedata

    try:
        return _character_to_key(unicodedata.lookup(key.replace("_", " ").upper())) == key
    except KeyError:
        return any(_character_to_key(chr(code)) == key for code in range(0x20, 0x7F))


def _clashes(keys: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """(id in the keymap, id that has the same key in the same place, the key), each pair once."""
    told: set[frozenset[str]] = set()
    for group in KEY_GROUPS:
        for binding in group.bindings:
            for other_group in KEY_GROUPS:
                if _work_together(group, other_group):
                    for other in other_group.bindings:
                        name, beside = binding.id or "", other.id or ""
                        common = _keys_of(binding, keys) & _keys_of(other, keys)
                        if name in keys and name != beside and common and frozenset({name, beside}) not in told:
                            told.add(frozenset({name, beside}))
                            yield name, beside, min(common)


def _work_together(one: KeyGroup, other: KeyGroup) -> bool:
    """Whether keys of both may be meant at once."""
    if one is other:
        return True
    titles = {one.title, other.title}
    if titles & set(_APART):
        return False
    if titles & set(_EVERYWHERE):
        return True
    return one.screen == other.screen if one.screen and other.screen else bool(one.screen or other.screen)


def _keys_of(binding: Binding, keys: Mapping[str, str]) -> set[str]:
    return {*_split(keys.get(binding.id or "", binding.key))}


def _clash_words(name: str, other: str, key: str, bindings: Mapping[str, Binding]) -> str:
    shown, label = key_words(key), bindings[other].description
    return f"{shown} is the key of {other} ({label}) too; where both work, one of them has to give way"
