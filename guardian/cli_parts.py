"""What the parsers of all commands share: the class, the options that several have, the exit codes that they quote.

Invariants: nothing heavy is imported here; a usage error is one line.
"""

from __future__ import annotations

import argparse
import functools
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from guardian.errors import UsageError

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

SCREENING_CODES = """\
exit codes:
  0    nothing flagged
  1    something flagged at or above --fail-on
  2    usage, settings, policy or model-file error
  3    {not_screened}
  74   input or output failed
  130  interrupted"""

CHECKING_CODES = """\
exit codes:
  0    {good}
  2    {bad}"""


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, with a hint where to read on."""

    def __init__(self, **options: Any) -> None:
        wide = functools.partial(argparse.RawDescriptionHelpFormatter, max_help_position=30)
        super().__init__(allow_abbrev=False, formatter_class=wide, **options)

    def error(self, message: str) -> NoReturn:
        """Raise UsageError."""
        raise UsageError(message, hint=f"see {self.prog} --help")

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        """Print help or version; argparse's own way drops a failed write, and a full disk would look like success."""
        if file is not None:
            file.write(message)


def parse_known(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """`argv` by the options and words that a tree knows. Raises UsageError for any other."""
    args, unknown = parser.parse_known_args(argv)
    chosen: Parser = args.parser
    if unknown:
        chosen.error(f"unknown option {unknown[0]}" if unknown[0].startswith("-") else f"unexpected word {unknown[0]}")
    return args


Commands = Any
"""What `add_subparsers` returns; argparse keeps its type private."""


def add_command(commands: Commands, name: str, does: str, *, codes: str = "", more: str = "") -> Parser:
    """One more command (or action), described by the sentence that its parent's help lists it with."""
    description = filled(does[:1].upper() + does[1:] + "." + (f" {more}" if more else ""))
    command: Parser = commands.add_parser(name, help=does, description=description, epilog=codes or None)
    command.set_defaults(parser=command)
    return command


def filled(text: str) -> str:
    """A paragraph of a help text."""
    return textwrap.fill(text, 80)


def add_screening_options(command: Parser) -> None:
    """What every command that screens for an exit code takes."""
    command.add_argument(
        "--fail-on",
        choices=("notice", "flagged"),
        metavar="notice|flagged",
        help="the mildest outcome that makes the exit code 1 (default: flagged)",
    )
    command.add_argument("--all-policies", action="store_true", help="in JSON, list every policy, matched or not")
    command.add_argument("--no-journal", action="store_true", help="record nothing")
    command.add_argument(
        "--judge-timeout",
        metavar="SECONDS",
        help="how long a message waits for your judge's opinion, where you have one (default: 2)",
    )
    add_policies_option(command)
    add_threads_option(command)


def add_channel_option(command: Parser) -> None:
    """Who speaks."""
    command.add_argument(
        "--as",
        dest="channel",
        choices=("incoming", "ai"),
        metavar="incoming|ai",
        help="who speaks: people (incoming, the default) or an AI assistant (ai)",
    )


def add_policies_option(command: Parser) -> None:
    """Another folder of policies."""
    command.add_argument("--policies", metavar="DIR", help="use the policies in DIR in place of your own")


def add_threads_option(command: Parser) -> None:
    """Threads of the model."""
    command.add_argument("--threads", metavar="N", help="threads of the model (default: the usable cores, at most 4)")


def record_number(text: str) -> int:
    """The number of a record of the journal, as an argument."""
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise argparse.ArgumentTypeError("must be the number of a record")
    return int(text)
