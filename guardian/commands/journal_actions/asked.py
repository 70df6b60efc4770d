"""What the actions that read the journal share: the owner's filter, and words for an answer that is empty or cut."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice

from guardian.errors import PolicyError
from guardian.journal.filters.matching import Filter
from guardian.journal.filters.query import joined, parse_filter
from guardian.journal.journal import Journal
from guardian.journal.opening import open_journal
from guardian.journal.places.passphrase import terminal_ask
from guardian.journal.reports.view import View
from guardian.journal.reports.view_lines import list_line
from guardian.policy.problem import did_you_mean, quoted
from guardian.settings import Settings


def asked_filter(arguments: Sequence[str]) -> Filter:
    """The filter on the command line. Raises UsageError."""
    return parse_filter(joined(arguments), datetime.now())  # naive: the owner's own clock and days


@contextmanager
def opened(settings: Settings) -> Iterator[Journal]:
    """The owner's journal, unlocked; the passphrase, where there is one, is asked for on the terminal."""
    with open_journal(settings, ask=terminal_ask) as journal:
        yield journal


def newest(views: Iterable[View], limit: int) -> tuple[list[View], bool]:
    """The first `limit` of views that come newest first, put oldest first; and whether there are more."""
    found = list(islice(views, limit + 1))
    return found[:limit][::-1], len(found) > limit


def print_views(
    views: Sequence[View], settings: Settings, *, as_json: bool, below: Callable[[View], str] = lambda _: ""
) -> None:
    """One line a view, or one JSON object a line; `below` may add a safe line under a view."""
    colour = has_colour(settings)
    columns = shutil.get_terminal_size((120, 24)).columns
    for view in views:
        if as_json:
            sys.stdout.write(json.dumps(view.to_json(), ensure_ascii=True) + "\n")
            continue
        sys.stdout.write(list_line(view, colour=colour, columns=columns) + "\n")
        more = below(view)
        sys.stdout.write(f"{more}\n" if more else "")


def has_colour(settings: Settings) -> bool:
    """Whether standard output is to have colours."""
    return settings.output.colour == "always" or (settings.output.colour == "auto" and sys.stdout.isatty())


def say(words: str) -> None:
    """One line beside the answer, on standard error."""
    sys.stdout.flush()
    sys.stderr.write(f"guardian: {words}\n")


def say_how_much(wanted: Filter, shown: int, settings: Settings, *, has_more: bool) -> None:
    """Say that an answer is empty, and why that may be, or that it is not the whole one."""
    if has_more:
        say(f"the newest {shown:,} are shown; --limit N shows more")
    elif not shown:
        say("nothing in the journal matches" + "".join(_unknown_policies(wanted, settings)))


def _unknown_policies(wanted: Filter, settings: Settings) -> Iterator[str]:
    """A filter may name a policy that is long gone, so an unknown id is no error; but it may be a slip."""
    if not wanted.policies():
        return
    from guardian.policy.load import load_policies

    try:
        known = [policy.id for policy in load_policies(settings.policies_dir).policies]
    except PolicyError:
        return
    for policy_id in wanted.policies():
        if policy_id not in known:
            hint = did_you_mean(policy_id, known)
            yield f"; no policy has the id {quoted(policy_id)}" + (f", {hint}" if hint else "")
