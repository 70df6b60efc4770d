"""`guardian paths`: where everything is kept, whether or not it is there yet."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path

from guardian.errors import UsageError
from guardian.exits import ExitCode
from guardian.safe_text import safe_line
from guardian.settings import Settings

_JSON_VERSION = 1


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print every directory and file that Guardian knows by itself, one a line, or the one that was named."""
    places: dict[str, Path] = {each.name: getattr(settings.paths, each.name) for each in fields(settings.paths)}
    chosen = {args.name: _named(args.name, places)} if args.name else places
    if args.json:
        print(json.dumps({"v": _JSON_VERSION, **{name: str(place) for name, place in chosen.items()}}, indent=2))
    elif args.name:
        _print_for_scripts(chosen[args.name])
    else:
        width = max(map(len, places))
        for name, place in places.items():
            print(f"{name:<{width}}  {safe_line(str(place))}")
    return ExitCode.CLEAN


def _named(name: str, places: dict[str, Path]) -> Path:
    if name not in places:
        nearest = get_close_matches(name[:60], list(places), n=1, cutoff=0.0)[0]
        raise UsageError(f"no path has the name {safe_line(name, 60)}", hint=f"the nearest is {nearest}")
    return places[name]


def _print_for_scripts(place: Path) -> None:
    """A path as it is, so that `cd "$(guardian paths policies)"` gets there; made safe only for eyes."""
    if sys.stdout.isatty():
        print(safe_line(str(place)))
    else:
        sys.stdout.buffer.write(os.fsencode(place) + b"\n")
