"""The part of the command tree that is about policies. `guardian.cli` has the rest.

Invariant: nothing heavy is imported here.
"""

from __future__ import annotations

from guardian.cli_parts import CHECKING_CODES, Commands, add_command, add_policies_option

_CODES = CHECKING_CODES.format(good="every policy can be used", bad="at least one cannot, or usage error")


def add_policy(commands: Commands) -> None:
    """`guardian policy ACTION`."""
    command = add_command(commands, "policy", "write, try, change and explain your policies")
    actions = command.add_subparsers(dest="action", metavar="ACTION", title="actions", required=True)
    _add_list(actions)
    _add_show(actions)
    _add_check(actions)
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
