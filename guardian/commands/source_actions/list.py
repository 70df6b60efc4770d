"""`guardian source list`: the live sources and how each fares."""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Final

from guardian.exits import ExitCode
from guardian.safe_text import safe_line
from guardian.settings import Settings
from guardian.sources.config import required_sources
from guardian.sources.live.base import Source
from guardian.watching.alone import is_watching
from guardian.watching.database import open_database
from guardian.watching.memory import Health, Memory
from guardian.watching.opening import make_sources

_UNITS: Final = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """List them, in the order of the file. Raises SourcesError."""
    tables = required_sources(settings.paths.sources_file)
    if not tables and not args.json:
        print("no sources yet; guardian source add KIND PATH adds one", file=sys.stderr)
        return ExitCode.CLEAN
    sources = make_sources(tables, settings, lambda _id, _line: None)
    healths = _healths(sources, settings)
    if args.json:
        rows = [_row(source, health) for source, health in zip(sources, healths, strict=True)]
        print(json.dumps({"watching": is_watching(settings.paths), "sources": rows}))
        return ExitCode.CLEAN
    width = max(len(source.id) for source in sources)
    for source, health in zip(sources, healths, strict=True):
        print(f"{source.id:<{width}}  {source.kind:<8}  {safe_line(source.place)}")
        print(f"{'':<{width}}  {_words(health)}")
    if not is_watching(settings.paths):
        print("nobody watches them now; guardian watch does", file=sys.stderr)
    return ExitCode.CLEAN


def _healths(sources: list[Source], settings: Settings) -> list[Health]:
    if not settings.paths.watched_file.exists():
        return [Health() for _ in sources]
    with open_database(settings.paths) as database:
        return [Memory(database, source.id).health() for source in sources]


def _words(health: Health) -> str:
    looked = f"looked at {_ago(health.looked_ms)}" if health.looked_ms else "never looked at"
    counts = f"{health.answered:,} screened, {health.flagged:,} flagged"
    unscreened = f", {health.unscreened:,} not fully judged" if health.unscreened else ""
    trouble = f"; trouble: {safe_line(health.trouble)}" if health.trouble else ""
    return f"{looked}; {counts}{unscreened}{trouble}"


def _ago(at_ms: int) -> str:
    seconds = max(int(time.time() - at_ms / 1000), 0)
    for unit_s, word in _UNITS:
        if seconds >= unit_s:
            count = seconds // unit_s
            return f"{count} {word}{'s' * (count != 1)} ago"
    return "just now"


def _row(source: Source, health: Health) -> dict[str, object]:
    return {
        "id": source.id,
        "kind": source.kind,
        "place": safe_line(source.place),
        "channel": source.channel.value,
        "looked_ms": health.looked_ms or None,
        "answered": health.answered,
        "flagged": health.flagged,
        "unscreened": health.unscreened,
        "trouble": safe_line(health.trouble),
    }
