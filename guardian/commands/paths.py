"""`guardian paths`: where everything is kept, whether or not it is there yet."""

from __future__ import annotations

import argparse
import json
from dataclasses import fields

from guardian.exits import ExitCode
from guardian.safe_text import safe_line
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print every directory and file that Guardian knows by itself, one a line."""
    places = {each.name: str(getattr(settings.paths, each.name)) for each in fields(settings.paths)}
    if args.json:
        print(json.dumps(places, indent=2))
    else:
        width = max(map(len, places))
        for name, place in places.items():
            print(f"{name:<{width}}  {safe_line(place)}")
    return ExitCode.CLEAN
