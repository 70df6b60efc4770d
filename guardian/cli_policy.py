"""The part of the command tree that is about policies. `guardian.cli` has the rest.

Invariant: nothing heavy is imported here.
"""

from __future__ import annotations

import argparse
import re

from guardian.cli_parts import CHECKING_CODES, Commands, add_command, add_policies_option

_CODES = CHECKING_CODES.format(good="every policy can be used", bad="at least one cannot, or usage error")


def add_policy(commands: Commands) -> None:
    """`guardian policy ACTION`."""
    command = add_command(commands, "policy", "write, try, change and explain your policies")
    actions = command.add_subparsers(dest="action", metavar="ACTION", title="actions", required=True)
    _add_list(actions)
    _add_show(actions)
    _add_check(actions)
    _add_amend(actions)
    _add_history(actions)
    _add_restore(actions)
    add_command(actions, "schema", "print the JSON schema of a policy file")


def _add_list(actions: Commands) -> None:
    command = add_command(actions, "list", "list your policies: id, status, action, title", codes=_CODES)
    command.add_argument("--json", action="store_true", help="print JSON")
    add_policies_option(command)


def _add_show(actions: Commands) -> None:
    command = add_command(actions, "show", "show one policy in full")
    command.add_argument("policy_id", metavar="ID", help="the policy's id, as policy list prints it")
    command.add_argument("--json", action="store_true", help="print JSON")
    add_policies_option(command)


def _add_check(actions: Commands) -> None:
    command = add_command(actions, "check", "check policies without using them", codes=_CODES)
    command.add_argument("path", metavar="PATH", nargs="?", help="a policy file or a folder of them (your own)")
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


def _version(text: str) -> tuple[str, int]:
    match = _VERSION.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError("must be a version such as pressure-to-pay@2")
    return match[1], int(match[2])
