"""`guardian filter` on the command line, alone as well: a thin client has no time for the parsers of every command.

Invariants: nothing but the standard library is imported here; what `parse_filter` says of a command line, help and
usage errors included, is word for word what the whole tree says of it.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from guardian.cli_parts import (
    SCREENING_CODES,
    Commands,
    Parser,
    add_channel_option,
    add_command,
    add_screening_options,
    parse_known,
)


def parse_filter(argv: Sequence[str]) -> argparse.Namespace:
    """`argv`, whose first word is `filter`, as the command reads it. Raises UsageError."""
    parser = Parser(prog="guardian")
    parser.set_defaults(parser=parser, needs_settings=True, settings_problem="")
    add_filter(parser.add_subparsers(dest="command", metavar="COMMAND", required=True))
    return parse_known(parser, argv)


def add_filter(commands: Commands) -> None:
    """The command and its options."""
    not_screened = (
        "passed on, but not (fully) screened; with --mail, 75 instead\n"
        "       where that may be over soon, and in place of 2 and 74"
    )
    command = add_command(
        commands,
        "filter",
        "pass standard input on unchanged, and say what is wrong with it on standard error",
        codes=SCREENING_CODES.format(not_screened=not_screened),
    )
    command.set_defaults(unanswered=None)
    add_channel_option(command)
    command.add_argument(
        "--mail",
        action="store_true",
        help="read the input as a mail (RFC 5322), and put X-Guardian- headers on top of it",
    )
    shown = command.add_mutually_exclusive_group()
    shown.add_argument("--annotate", action="store_true", help="put the verdict in words before the text")
    shown.add_argument("--check", action="store_true", help="print nothing on standard output; answer by exit code")
    shown.add_argument("--json", action="store_true", help="print the verdict as JSON in place of the text")
    command.add_argument(
        "--fail-closed",
        action="store_true",
        help="pass the text on only if the exit code is 0; else keep it, and say where",
    )
    command.add_argument("--verbose", action="store_true", help="say more on standard error: findings, scores, limits")
    add_screening_options(command)
