"""The part of the command tree that is about policies. `guardian.cli` has the rest.

Invariant: nothing heavy is imported here.
"""

from __future__ import annotations

import argparse
import re

from guardian.cli_parts import CHECKING_CODES, Commands, add_command, add_policies_option
from guardian.cli_policy_effects import add_effects
from guardian.cli_policy_trying import add_trying
from guardian.cli_policy_writing import add_writing

_CODES = CHECKING_CODES.format(good="every policy can be used", bad="at least one cannot, or usage error")


def add_policy(commands: Commands) -> None:
    """`guardian policy ACTION`."""
    command = add_command(commands, "policy", "write, try, change and explain your policies")
    actions = command.add_subparsers(dest="action", metavar="ACTION", title="actions", required=True)
    _add_list(actions)
    _add_show(actions)
    add_writing(actions)
    _add_amend(actions)
    _add_history(actions)
    _add_restore(actions)
    _add_mute(actions)
    _add_unmute(actions)
    add_trying(actions)
    add_effects(actions)
    add_command(actions, "schema", "print the JSON schema of a policy file")


def _add_list(actions: Commands) -> None:
    command = add_command(actions, "list", "list your policies: id, status, action, title", codes=_CODES)
    command.add_argument(
        "--long", action="store_true", help="with hits of 30 days, right and wrong, review, author, what needs you"
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    add_policies_option(command)


def _add_show(actions: Commands) -> None:
    command = add_command(actions, "show", "show one policy in full")
    command.add_argument("policy_id", metavar="ID", help="the policy's id, as policy list prints it")
    command.add_argument("--json", action="store_true", help="print JSON")
    add_policies_option(command)


_CHANGE_CODES = CHECKING_CODES.format(good="done", bad="usage error, or the policy or the journal cannot be used") + (
    "\n  74   input or output failed"
)
_VERSION = re.compile(r"([a-z0-9][a-z0-9-]{0,63})@([0-9]{1,9})")


def _add_amend(actions: Commands) -> None:
    more = "Asks for the reason where none is given; also for a change that was noticed earlier."
    command = add_command(
        actions, "amend", "take what you changed in a policy's file in force", more=more, codes=_CHANGE_CODES
    )
    command.add_argument("policy_id", metavar="ID", help="the policy's id, as policy list prints it")
    command.add_argument("--why", metavar="TEXT", default="", help="your reason; it stands in the journal")


def _add_history(actions: Commands) -> None:
    command = add_command(actions, "history", "list how policies were changed, when, and why", codes=_CHANGE_CODES)
    command.add_argument("policy_id", metavar="ID", nargs="?", help="this policy alone")
    command.add_argument("--diff", action="store_true", help="show what was changed")
    command.add_argument("--json", action="store_true", help="print JSON")


def _add_restore(actions: Commands) -> None:
    command = add_command(actions, "restore", "go back to an earlier version of a policy", codes=_CHANGE_CODES)
    command.add_argument("version", metavar="ID@N", type=_version, help="as policy history prints it")
    command.add_argument("--why", metavar="TEXT", default="", help="your reason; it stands in the journal")


def _add_mute(actions: Commands) -> None:
    more = "It writes lines with an end date into the policy's file."
    command = add_command(
        actions, "mute", "mute a policy, or one tactic or sender in it, for a while", more=more, codes=_CHANGE_CODES
    )
    command.add_argument("policy_id", metavar="ID", help="the policy's id, as policy list prints it")
    command.add_argument("--tactic", metavar="TACTIC", help="only what matches by this tactic, or group of tactics")
    command.add_argument("--sender", metavar="SENDER", help="only from this address, @domain, or either with *")
    command.add_argument("--days", metavar="N", type=_number, default=30, help="how long: 1 to 90 (default: 30)")
    command.add_argument("--why", metavar="TEXT", default="", help="your reason; in the file and in the journal")


def _add_unmute(actions: Commands) -> None:
    more = "Without a number it lists them."
    command = add_command(
        actions, "unmute", "list what a policy mutes, or take mutes out", more=more, codes=_CHANGE_CODES
    )
    command.add_argument("policy_id", metavar="ID", help="the policy's id, as policy list prints it")
    command.add_argument("numbers", metavar="NUMBER", nargs="*", type=_number, help="a mute's number in that list")
    command.add_argument("--over", action="store_true", help="take out those whose time is over")
    command.add_argument("--why", metavar="TEXT", default="", help="your reason; it stands in the journal")


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise argparse.ArgumentTypeError("must be a whole number")
    return int(text)


def _version(text: str) -> tuple[str, int]:
    match = _VERSION.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError("must be a version such as pressure-to-pay@2")
    return match[1], int(match[2])
