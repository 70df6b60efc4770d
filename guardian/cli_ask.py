"""The part of the command tree that asks about one text. Invariant: nothing heavy is imported here."""

from __future__ import annotations

from guardian.cli_parts import (
    SCREENING_CODES,
    Commands,
    add_channel_option,
    add_command,
    add_policies_option,
    add_threads_option,
    record_number,
)


def add_ask(commands: Commands) -> None:
    """`guardian ask`."""
    command = add_command(
        commands,
        "ask",
        "ask about one text: its verdict, and what can be said of that from evidence",
        more="Nothing of it is recorded, unless --keep says so.",
        codes=SCREENING_CODES.format(not_screened="it was not (fully) screened"),
    )
    command.add_argument(
        "text",
        metavar="TEXT",
        nargs="?",
        help="the text; without it, or as -, standard input. With --talk or --about: what you say",
    )
    add_channel_option(command)
    command.add_argument("--from", dest="sender", metavar="SENDER", default="", help="who sent it")
    command.add_argument(
        "--before", metavar="TURN", action="append", help="what was said before; may be repeated, oldest first"
    )
    asked = command.add_mutually_exclusive_group()
    for name, does in (
        ("why", "say what led to the verdict"),
        ("change", "say what would change it, and try that"),
        ("benign", "give a benign reading, and what tells the two apart"),
        ("reply", "give short replies that you could send"),
        ("similar", "show similar messages from your journal"),
    ):
        asked.add_argument(f"--{name}", dest="question", action="store_const", const=name, help=does)
    command.add_argument("--say", metavar="WORDS", help='ask in words of your own, such as "is it a false alarm?"')
    command.add_argument(
        "--about", metavar="SEQ", type=record_number, help="ask about a recorded message, by its number in the journal"
    )
    command.add_argument(
        "--talk",
        action="store_true",
        help="talk with the language model that you added for it; line by line on a terminal",
    )
    command.add_argument("--keep", action="store_true", help="record it in the journal as well")
    command.add_argument("--json", action="store_true", help="print JSON")
    command.add_argument(
        "--fail-on",
        choices=("notice", "flagged"),
        metavar="notice|flagged",
        help="the mildest outcome that makes the exit code 1 (default: flagged)",
    )
    command.add_argument("--no-journal", action="store_true", help="neither read nor write the journal")
    add_policies_option(command)
    add_threads_option(command)
