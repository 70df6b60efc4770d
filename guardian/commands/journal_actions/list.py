"""`guardian journal list`: what was recorded, one line an entry, the newest last; in groups; or as it comes."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from typing import Final

from guardian.commands.journal_actions.asked import (
    asked_filter,
    has_colour,
    newest,
    opened,
    print_views,
    say,
    say_how_much,
)
from guardian.errors import UsageError
from guardian.exits import ExitCode
from guardian.journal.filters.matching import Filter
from guardian.journal.journal import Journal
from guardian.journal.reports.view import select
from guardian.journal.scan import Scan
from guardian.settings import Settings

LOOK_S: Final = 0.3
"""How often it is looked whether something came: one call of `stat`."""


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """List the newest entries, or groups, that the filter asks for; with `follow` go on until interrupted.

    `args`: filter (words), limit, group (conversation, campaign or None), follow, json. Raises UsageError,
    JournalError.
    """
    if args.follow and args.group:
        raise UsageError("--follow lists one alert a line as it comes, and goes with no --group")
    wanted = asked_filter(args.filter)
    with opened(settings) as journal:
        if args.group:
            return _groups(args, journal, wanted, settings)
        start = journal.size
        there = (view for view in select(Scan(journal), wanted) if view.seq < start)  # what comes meanwhile is new
        views, has_more = newest(there, args.limit)
        print_views(views, settings, as_json=args.json)
        if args.follow:
            _follow(args, journal, wanted, settings, start)
    say_how_much(wanted, len(views), settings, has_more=has_more)
    return ExitCode.CLEAN


def _follow(args: argparse.Namespace, journal: Journal, wanted: Filter, settings: Settings, start: int) -> None:
    """Never returns but by an error or an interruption."""
    from guardian.journal.reports.live import FileWatch, Newcomers

    newcomers, watch = Newcomers(journal, wanted, start), FileWatch(journal.store.path)
    if sys.stderr.isatty():
        say("waiting for more; Ctrl-C ends it")
    while True:
        if watch.has_changed():
            for view in newcomers.new():
                print_views([view], settings, as_json=args.json)
        sys.stdout.flush()
        time.sleep(LOOK_S)


def _groups(args: argparse.Namespace, journal: Journal, wanted: Filter, settings: Settings) -> ExitCode:
    from guardian.alerts.facts import alerts_of
    from guardian.alerts.group_lines import group_json, group_line
    from guardian.alerts.grouping import Grouping, group

    by = Grouping(args.group)
    groups = group(alerts_of(journal, wanted), by)
    shown = groups[: args.limit]
    colour, columns = has_colour(settings), shutil.get_terminal_size((120, 24)).columns
    for each in reversed(shown):
        line = json.dumps(group_json(each, by)) if args.json else group_line(each, by, colour=colour, columns=columns)
        sys.stdout.write(line + "\n")
    if len(groups) > len(shown):
        say(f"the newest {len(shown):,} of {len(groups):,} groups are shown; --limit N shows more")
    else:
        say_how_much(wanted, len(shown), settings, has_more=False)
    return ExitCode.CLEAN
