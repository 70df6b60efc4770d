"""The part of the command tree that is about what policies would do, and what came of them.

Invariant: nothing heavy is imported here.
"""

from __future__ import annotations

import argparse

from guardian.cli_parts import CHECKING_CODES, Commands, add_command, add_policies_option

_MOST_DAYS = 3_650.0


def add_effects(actions: Commands) -> None:
    """`guardian policy preview` and `review`."""
    _add_preview(actions)
    _add_review(actions)


def _add_preview(actions: Commands) -> None:
    more = "Tries the file as it stands and the version in force on the journal's messages and the reference bank."
    codes = CHECKING_CODES.format(good="done", bad="usage error, or the policy cannot be used")
    command = add_command(
        actions, "preview", "show what a changed policy would do before it takes force", more=more, codes=codes
    )
    command.add_argument("policy", metavar="ID|FILE", help="a policy's id, as policy list prints it, or a policy file")
    command.add_argument(
        "--days", metavar="N", type=_days, default=90.0, help="how far back to look in the journal (default: 90)"
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    add_policies_option(command)


def _add_review(actions: Commands) -> None:
    more = (
        "Policies that you often called wrong, whose review is due, or that changed without a reason. On a terminal it "
        "asks about each; nothing is changed without your yes."
    )
    codes = CHECKING_CODES.format(good="done", bad="usage error, or a policy or the journal cannot be used")
    command = add_command(actions, "review", "list the policies that wait for your word", more=more, codes=codes)
    command.add_argument("--json", action="store_true", help="print JSON, and ask nothing")


def _days(text: str) -> float:
    try:
        days = float(text)
    except ValueError:
        days = 0.0
    if not 0 < days <= _MOST_DAYS:
        raise argparse.ArgumentTypeError(f"must be a number of days up to {_MOST_DAYS:,.0f}")
    return days
