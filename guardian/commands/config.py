"""`guardian config show|set|unset`: every setting with its value and, when asked, its origin; and changing one.

Invariants: without comments or with them, what is shown is a settings file that means the same settings; what is
written and does not count, since something outranks the file, is said.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from guardian.exits import ExitCode
from guardian.safe_text import safe_text
from guardian.settings import Settings, find_key
from guardian.settings_write import Written, remove_setting, write_setting


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Do what `args.action` says. Raises SettingsError, OutputError.

    `args`: action; with show `origin`; with set `key` and `value`; with unset `key`.
    """
    match args.action:
        case "set":
            _say_written(write_setting(settings.paths, args.key, args.value), settings)
        case "unset":
            _say_written(remove_setting(settings.paths, args.key), settings)
        case _:
            _show(args, settings)
    return ExitCode.CLEAN


def _say_written(written: Written, settings: Settings) -> None:
    """What the file says now, on standard output; on standard error what keeps it from counting."""
    file = safe_text(str(settings.paths.settings_file))
    if written.after is None:
        print(f"{written.name} is not in {file}" + (" any more" if written.is_changed else "") + "; its default counts")
    else:
        print(f"{written.name} = {_toml(written.after)}" + ("" if written.is_changed else "   # it was so already"))
    variable = find_key(written.name).variable
    if os.environ.get(variable):
        print(f"guardian: {variable} is set in this shell, and outranks the file", file=sys.stderr)
    if written.still_wrong:
        print(f"guardian: something else is still wrong: {safe_text(written.still_wrong)}", file=sys.stderr)


def _show(args: argparse.Namespace, settings: Settings) -> None:
    """Print the settings in force as TOML, one a line."""
    lines = [(f"{name} = {_toml(value)}", origin) for name, value, origin in settings.items()]
    width = max(len(line) for line, _ in lines)
    for line, origin in lines:
        print(f"{line:<{width}}   # {safe_text(str(origin))}" if args.origin else line)


def _toml(value: object) -> str:
    """A number or string as TOML; what is dangerous on a terminal stands as a TOML escape."""
    if isinstance(value, str | Path):
        return f'"{"".join(map(_toml_character, str(value)))}"'
    return str(value)


def _toml_character(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character in "\n\t" or safe_text(character) != character:
        code = ord(character)
        return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    return character
