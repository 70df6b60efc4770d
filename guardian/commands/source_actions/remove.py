"""`guardian source remove`: a source is watched no more, and what was remembered and kept for it alone goes."""

from __future__ import annotations

import argparse
import sys

from guardian.errors import InputError
from guardian.exits import ExitCode
from guardian.safe_text import safe_line
from guardian.settings import Settings
from guardian.sources.config import required_sources
from guardian.sources.config_write import remove_table
from guardian.sources.live.below import cause_of
from guardian.watching.database import open_database
from guardian.watching.memory import Memory
from guardian.watching.opening import make_sources


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Remove one. Raises SourcesError, OutputError; nothing is removed then."""
    tables = required_sources(settings.paths.sources_file)
    (table,) = required_sources(settings.paths.sources_file, [args.id])
    remove_table(settings.paths, table.id)
    if settings.paths.watched_file.exists():
        with open_database(settings.paths) as database:
            Memory(database, table.id).forget()
    (source,) = make_sources([table], settings, _say)
    try:
        source.removed([each for each in tables if each.id != table.id])
    except InputError as error:
        _say(table.id, error.line())
    except OSError as error:
        _say(table.id, f"what was kept for it stays: {cause_of(error)}")
    finally:
        source.close()
    print(f"removed {table.id}; its messages and the journal's records of them stay", file=sys.stderr)
    return ExitCode.CLEAN


def _say(source_id: str, line: str) -> None:
    print(f"guardian: {safe_line(f'{source_id}: {line}')}", file=sys.stderr)
