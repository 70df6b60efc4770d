"""`guardian source add`: one more place that messages come from.

Invariant: with `--from now` everything that is there counts as seen before the source stands in the file, so that
nothing old is ever asked about; what arrives in between is.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from collections.abc import Mapping
from typing import Final

from guardian.errors import SourcesError, UsageError
from guardian.exits import ExitCode
from guardian.journal.places.passphrase import terminal_ask
from guardian.paths import Paths
from guardian.policy.problem import did_you_mean, quoted
from guardian.safe_text import safe_line
from guardian.settings import Settings
from guardian.sources.config import parse_sources, required_sources
from guardian.sources.config_write import add_table, as_value, table_text
from guardian.sources.live.base import Source, SourceTable
from guardian.sources.live.registry import load_kinds
from guardian.watching.database import open_database
from guardian.watching.memory import Memory
from guardian.watching.opening import make_sources

SETTLES_WITHIN_S: Final = 10.0
"""What is still being written after so long counts as new."""
_LONGEST_ID: Final = 40


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Add a source. Raises UsageError, SourcesError, OutputError; then nothing was added."""
    kinds = load_kinds()
    kind = kinds.get(args.kind)
    if kind is None:
        hint = did_you_mean(args.kind, list(kinds)) or f"there are {', '.join(kinds)}"
        raise UsageError(f"no kind of source {quoted(args.kind)}", hint=hint)
    taken = {table.id for table in required_sources(settings.paths.sources_file)}
    row = _row(args, kind, taken)
    table = _table(settings.paths, row)
    if table.id in taken:
        raise SourcesError(f"there is a source {table.id} already", hint="--id gives this one another name")
    source = make_sources([table], settings, _say)[0]
    try:
        source.prepare(terminal_ask)
        report = source.test()
        if not report.is_good:
            raise SourcesError(f"cannot watch it: {safe_line('; '.join(report.lines))}", hint="nothing was added")
        count = _count_as_seen(source, settings.paths, is_all=args.start == "all")
        add_table(settings.paths, row)
    finally:
        source.close()
    _tell(source, count, is_all=args.start == "all")
    return ExitCode.CLEAN


def _row(args: argparse.Namespace, kind: type[Source], taken: set[str]) -> dict[str, object]:
    """The table as it is to stand in the file."""
    place = os.path.abspath(os.path.expanduser(args.path)) if kind.place_key == "path" else args.path
    row: dict[str, object] = {"id": args.id or _free_id(place, taken), "kind": kind.kind, kind.place_key: place}
    if args.login:
        row["login"] = args.login
    if args.speaks:
        row["channel"] = args.speaks
    for pair in args.set or ():
        name, equals, value = pair.partition("=")
        if not equals:
            raise UsageError(f"--set {safe_line(pair, 40)} sets nothing", hint="write --set KEY=VALUE")
        row[name.strip()] = as_value(value.strip())
    return row


def _table(paths: Paths, row: Mapping[str, object]) -> SourceTable:
    """The row as its kind reads it. Raises SourcesError."""
    found = parse_sources(table_text(row), paths.sources_file)
    if found.problems:
        problem = found.problems[0]
        raise SourcesError(safe_line(problem.message), hint=safe_line(problem.hint))
    return found.tables[0]


def _free_id(place: str, taken: set[str]) -> str:
    """An id made of the last part of a path or host, with a number where it is taken."""
    words = re.sub(r"[^a-z0-9]+", "-", os.path.basename(place.rstrip("/")).lower()).strip("-")[:_LONGEST_ID]
    name = words.strip("-") or "source"
    numbered = (f"{name}-{number}" for number in range(2, len(taken) + 3))
    return next(each for each in (name, *numbered) if each not in taken)


def _count_as_seen(source: Source, paths: Paths, *, is_all: bool) -> int:
    """Begin its memory; without `is_all`, with everything that is there now. How much that is."""
    with open_database(paths) as database:
        memory = Memory(database, source.id)
        memory.forget()  # of an earlier source of this id
        if is_all:
            return 0
        ends = time.monotonic() + SETTLES_WITHIN_S
        while True:
            count = memory.finish_all(source.present())
            if not source.is_unsettled or time.monotonic() > ends:
                return count
            time.sleep(0.5)


def _tell(source: Source, count: int, *, is_all: bool) -> None:
    print(f"added {source.id}: {safe_line(source.does)}, {safe_line(source.place)}", file=sys.stderr)
    if is_all:
        print("everything that is there now will be screened too", file=sys.stderr)
    else:
        what = "1 message that is there now counts as seen" if count == 1 else f"{count:,} messages count as seen"
        print(f"{what}; --from all would have them screened too", file=sys.stderr)
    print("guardian watch screens what arrives from now on", file=sys.stderr)


def _say(source_id: str, line: str) -> None:
    print(f"guardian: {safe_line(f'{source_id}: {line}')}", file=sys.stderr)
