"""The part of the command tree that learns from the owner's labels. Invariant: nothing heavy is imported here."""

from __future__ import annotations

import argparse

from guardian.cli_parts import CHECKING_CODES, Commands, add_command, add_threads_option


def add_adapt(commands: Commands) -> None:
    """`guardian adapt`."""
    command = add_command(
        commands,
        "adapt",
        "let the model learn from what you called right or wrong",
        more="Alone it shows what that would change. Nothing is learned without --apply.",
        codes=CHECKING_CODES.format(good="done, or said", bad="usage error, too few labels, or recall would fall")
        + "\n  74   the journal or a version cannot be read or written",
    )
    what = command.add_mutually_exclusive_group()
    what.add_argument("--apply", action="store_true", help="put what was learned in force")
    what.add_argument("--list", action="store_true", help="list the versions, and which one is in force")
    what.add_argument(
        "--back",
        metavar="VERSION",
        nargs="?",
        type=_version,
        const=0,
        help="go back to an earlier version (default: the one before)",
    )
    what.add_argument("--off", action="store_true", help="let the model judge as shipped again")
    command.add_argument("--why", metavar="TEXT", default="", help="your reason; it stands in the journal")
    command.add_argument(
        "--yes-lower-recall",
        action="store_true",
        help="with --apply, accept that less manipulation is found on the shipped test",
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    add_threads_option(command)


def _version(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 10 and int(text) > 0):
        raise argparse.ArgumentTypeError("must be the number of a version")
    return int(text)
