"""The part of the command tree that tries and explains policies. `guardian.cli_policy` has the rest.

Invariant: nothing heavy is imported here.
"""

from __future__ import annotations

from guardian.cli_parts import (
    CHECKING_CODES,
    Commands,
    add_channel_option,
    add_command,
    add_policies_option,
    add_threads_option,
    record_number,
)

_IO_CODE = "\n  74   input or output failed"
_TEST_CODES = (
    CHECKING_CODES.format(
        good="every example comes out right", bad="one does not, a file cannot be used, or usage error"
    )
    + _IO_CODE
)
_EXPLAIN_CODES = CHECKING_CODES.format(good="explained", bad="usage error, or the policy cannot be used") + _IO_CODE


def add_trying(actions: Commands) -> None:
    """`guardian policy test|explain|why`."""
    _add_test(actions)
    _add_explain(actions)
    _add_why(actions)


def _add_test(actions: Commands) -> None:
    more = "Drafts and retired policies are tried as if they were active. Nothing is recorded."
    command = add_command(
        actions,
        "test",
        "run the examples of your policies as tests, or try them on an archive",
        codes=_TEST_CODES,
        more=more,
    )
    command.add_argument("policy_id", metavar="ID", nargs="?", help="this policy alone")
    command.add_argument("--on", metavar="PATH", help="count the hits in a folder, a file, an mbox or an .ndjson file")
    add_channel_option(command)
    command.add_argument("--json", action="store_true", help="print JSON")
    add_policies_option(command)
    add_threads_option(command)


def _add_explain(actions: Commands) -> None:
    more = "Reads the message from standard input where neither --text nor --seq is given. Nothing is recorded."
    command = add_command(
        actions, "explain", "follow one message through one policy, step by step", codes=_EXPLAIN_CODES, more=more
    )
    command.add_argument("policy_id", metavar="ID", help="the policy's id, as policy list prints it")
    message = command.add_mutually_exclusive_group()
    message.add_argument("--text", metavar="TEXT", help="the message; - for standard input, the default")
    message.add_argument("--seq", metavar="N", type=record_number, help="the message of this record of the journal")
    add_channel_option(command)
    command.add_argument("--sender", metavar="ADDRESS", help="who sent it")
    command.add_argument("--mail", action="store_true", help="it is a mail, with its headers")
    command.add_argument("--json", action="store_true", help="print JSON")
    add_policies_option(command)
    add_threads_option(command)


def _add_why(actions: Commands) -> None:
    command = add_command(
        actions, "why", "show which policies looked at a recorded message, and how near each came", codes=_EXPLAIN_CODES
    )
    command.add_argument(
        "seq", metavar="SEQ", type=record_number, help="the record's number, as journal list prints it"
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    add_policies_option(command)
