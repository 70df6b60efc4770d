"""The options of `guardian digest`. Nothing heavy is imported here."""

from __future__ import annotations

from guardian.cli_parts import CHECKING_CODES, Commands, add_command


def add_digest(commands: Commands) -> None:
    """Add the command."""
    codes = CHECKING_CODES.format(good="done", bad="usage error, or the journal cannot be used") + (
        "\n  74   input or output failed"
    )
    command = add_command(
        commands,
        "digest",
        "sum up a day or a week: what was not judged, what was flagged, what waits for you",
        codes=codes,
        more="No text of a message is in it unless you ask.",
    )
    length = command.add_mutually_exclusive_group()
    length.add_argument("--daily", action="store_true", help="one day (the default)")
    length.add_argument("--weekly", action="store_true", help="the seven days that end with that day")
    command.add_argument("--on", metavar="DAY", help="a day such as 2026-11-21, today (the default) or yesterday")
    command.add_argument("--html", metavar="FILE", help="write a page to FILE, and print nothing")
    command.add_argument("--force", action="store_true", help="replace FILE where it is there already")
    command.add_argument("--with-text", action="store_true", help="put the texts in, where the journal kept them")
