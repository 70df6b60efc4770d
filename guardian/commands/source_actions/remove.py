"""`guardian source remove`: a source is watched no more, and what was remembered of it is forgotten."""

from __future__ import annotations

import argparse
import sys

from guardian.exits import ExitCode
from guardian.settings import Settings
from guardian.sources.config import required_sources
from guardian.sources.config_write import remove_table
from guardian.watching.database import open_database
from guardian.watching.memory import Memory


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Remove one. Raises SourcesError, OutputError; nothing is removed then."""
    (table,) = required_sources(settings.paths.sources_file, [args.id])
    remove_table(settings.paths, table.id)
    if settings.paths.watched_file.exists():
        with open_database(settings.paths) as database:
            Memory(database, table.id).forget()
    print(f"removed {table.id}; its messages and the journal's records of them stay", file=sys.stderr)
    return ExitCode.CLEAN
