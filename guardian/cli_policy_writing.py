"""The part of the command tree that writes and checks policies. `guardian.cli_policy` has the rest.

Invariant: nothing heavy is imported here.
"""

from __future__ import annotations

from guardian.cli_parts import CHECKING_CODES, Commands, add_command, add_policies_option, add_threads_option

_CHECK_CODES = CHECKING_CODES.format(good="every policy can be used", bad="at least one cannot, or usage error")
_WRITE_CODES = (
    CHECKING_CODES.format(good="done, or nothing was to be done", bad="usage error, or the policy cannot be written")
    + "\n  74   input or output failed"
)


def add_writing(actions: Commands) -> None:
    """`guardian policy new|edit|check`."""
    _add_new(actions)
    _add_edit(actions)
    _add_check(actions)


def _add_new(actions: Commands) -> None:
    more = "On a terminal it asks four questions, unless --why and an example answer them. It begins on trial."
    command = add_command(actions, "new", "write a new policy", more=more, codes=_WRITE_CODES)
    start = command.add_argument_group("what it says")
    start.add_argument("--from", dest="seq", metavar="SEQ", type=int, help="start from this record of the journal")
    start.add_argument("--title", metavar="TEXT", help="a few words; the id is made of them")
    start.add_argument("--why", metavar="TEXT", help="what happened, or what is to be flagged")
    start.add_argument("--example", metavar="TEXT", action="append", help="a message to flag; may be repeated")
    start.add_argument("--fine", metavar="TEXT", action="append", help="a message that is fine; may be repeated")
    start.add_argument(
        "--channel",
        choices=("incoming", "ai", "both"),
        metavar="incoming|ai|both",
        help="who speaks: people (incoming, the default), AI assistants (ai), or both",
    )
    start.add_argument(
        "--action", dest="does", choices=("notice", "warn"), metavar="notice|warn", help="what to do (default: warn)"
    )
    start.add_argument(
        "--status",
        choices=("draft", "test", "active"),
        default="test",
        metavar="draft|test|active",
        help="how it begins (default: test)",
    )
    add_threads_option(command)


def _add_edit(actions: Commands) -> None:
    more = (
        "It opens a private copy in $VISUAL or $EDITOR, then checks it, tries its examples and shows what would "
        "change. Nothing takes force before you say so."
    )
    command = add_command(actions, "edit", "edit a policy, and see the effect first", more=more, codes=_WRITE_CODES)
    command.add_argument("policy_id", metavar="ID", help="the policy's id, as policy list prints it")
    add_threads_option(command)


def _add_check(actions: Commands) -> None:
    more = "It tries their examples and the shipped bank of ordinary messages, too."
    command = add_command(actions, "check", "check policies without using them", more=more, codes=_CHECK_CODES)
    command.add_argument("path", metavar="PATH", nargs="?", help="a policy file or a folder of them (your own)")
    command.add_argument("--no-model", action="store_true", help="leave out what needs the model")
    command.add_argument("--json", action="store_true", help="print JSON")
    add_policies_option(command)
    add_threads_option(command)
