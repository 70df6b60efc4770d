"""The options of `guardian hook`.

Invariants: those of `guardian.cli`.
"""

from __future__ import annotations

import argparse

from guardian.cli_parts import Commands, Parser, add_command

_CLAUDE_CODES = """\
exit codes:
  0    an answer was printed, whatever it says
  2    usage or settings error; with --fail-closed, no event came in"""

_EXEC_CODES = """\
exit codes:
  the command's own, but
  1    with --fail-on: something was flagged at or above it
  2    usage or settings error
  3    with --fail-closed: what it printed was not (fully) screened
  74   the command cannot be run, or output failed"""


def add_hook(commands: Commands) -> None:
    """`guardian hook NAME`."""
    command = add_command(commands, "hook", "screen what AI tools say and what they bring in")
    names = command.add_subparsers(dest="action", metavar="NAME", title="hooks", required=True)
    _add_claude_code(names)
    _add_exec(names)


def _add_claude_code(names: Commands) -> None:
    command = add_command(
        names,
        "claude-code",
        "answer one event of Claude Code's hooks: JSON in, JSON out",
        codes=_CLAUDE_CODES,
        more="It tells you and the assistant; it stops a tool only where a policy of yours says hold.",
    )
    command.set_defaults(needs_settings=False)  # broken settings are told in the answer: code 2 would stop the tool
    command.add_argument(
        "--print-settings", action="store_true", help="print what goes into ~/.claude/settings.json, and end"
    )
    command.add_argument(
        "--fail-closed", action="store_true", help="stop also what was flagged or could not be screened"
    )


def _add_exec(names: Commands) -> None:
    command = add_command(
        names,
        "exec",
        "run a command, pass on what it prints, and say on standard error what is wrong with it",
        codes=_EXEC_CODES,
    )
    command.add_argument(
        "--as",
        dest="channel",
        choices=("incoming", "ai"),
        default="ai",
        metavar="incoming|ai",
        help="who speaks: an AI assistant (ai, the default) or people (incoming)",
    )
    _add_fail_options(command)
    command.add_argument(
        "words", metavar="COMMAND", nargs=argparse.REMAINDER, help="the command and its words, behind --"
    )


def _add_fail_options(command: Parser) -> None:
    command.add_argument(
        "--fail-on",
        choices=("notice", "flagged"),
        metavar="notice|flagged",
        help="the mildest outcome that makes the exit code 1 (default: none does)",
    )
    command.add_argument(
        "--fail-closed", action="store_true", help="exit with 3 where what it printed was not (fully) screened"
    )
