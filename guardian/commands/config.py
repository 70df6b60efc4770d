"""`guardian config show`: every setting with its value and, when asked, its origin.

Invariant: without comments or with them, the output is a settings file that means the same settings.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from guardian.exits import ExitCode
from guardian.safe_text import safe_text
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print the settings in force as TOML, one a line."""
    lines = [(f"{name} = {_toml(value)}", origin) for name, value, origin in settings.items()]
    width = max(len(line) for line, _ in lines)
    for line, origin in lines:
        print(f"{line:<{width}}   # {safe_text(str(origin))}" if args.origin else line)
    return ExitCode.CLEAN


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
