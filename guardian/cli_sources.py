"""The part of the command tree that is about live sources. `guardian.cli` has the rest.

Invariant: nothing heavy is imported here.
"""

from __future__ import annotations

from guardian.cli_parts import CHECKING_CODES, SCREENING_CODES, Commands, add_command

CHANNELS = ("incoming", "ai_output")
"""As `guardian.message.Channel` names them."""

_CODES = CHECKING_CODES.format(good="done", bad="usage error, or the sources can't be used") + (
    "\n  74   input or output failed"
)


def add_watch(commands: Commands) -> None:
    """`guardian watch`."""
    command = add_command(
        commands,
        "watch",
        "screen what arrives in your mail folders, chats and other sources",
        more="Prints a line for each message that is flagged or could not be judged. Nothing there is moved or marked.",
        codes=SCREENING_CODES.format(not_screened="something was not (fully) screened, and nothing was flagged"),
    )
    command.add_argument("ids", metavar="ID", nargs="*", help="the sources to watch (default: all)")
    command.add_argument("--once", action="store_true", help="screen what is new, and end; for cron")
    command.add_argument(
        "--fail-on",
        choices=("notice", "flagged"),
        metavar="notice|flagged",
        help="the mildest outcome that is printed, and makes the exit code 1 (default: flagged)",
    )
    command.add_argument("--verbose", action="store_true", help="print every message, with the reasons below it")


def add_source(commands: Commands) -> None:
    """`guardian source`."""
    more = "They stand in sources.toml, which you may edit too."
    command = add_command(commands, "source", "say where your messages come from", more=more)
    actions = command.add_subparsers(dest="action", metavar="ACTION", title="actions", required=True)
    _add_add(actions)
    listing = add_command(actions, "list", "list the sources, and how each fares", codes=_CODES)
    listing.add_argument("--json", action="store_true", help="print JSON")
    test = add_command(
        actions,
        "test",
        "try whether sources can be watched; nothing is marked",
        codes=CHECKING_CODES.format(good="they can", bad="one can't, or the sources can't be used"),
    )
    test.add_argument("ids", metavar="ID", nargs="*", help="the sources to try (default: all)")
    remove = add_command(actions, "remove", "watch a source no more", codes=_CODES)
    remove.add_argument("id", metavar="ID", help="the source, as source list prints it")


def _add_add(actions: Commands) -> None:
    command = add_command(
        actions,
        "add",
        "add a source",
        more="What is there already counts as seen, unless you say --from all.",
        codes=_CODES,
    )
    command.add_argument("kind", metavar="KIND", help="what it is: maildir, mbox, folder, a messenger's export, ...")
    command.add_argument("path", metavar="PATH", help="the file or folder; for a mail server its name")
    command.add_argument("--id", metavar="ID", help="your name for it (default: made from PATH)")
    command.add_argument(
        "--login", metavar="NAME", help="for imap: the name that you log in with; the password is asked for"
    )
    command.add_argument(
        "--channel",
        dest="speaks",
        choices=CHANNELS,
        metavar="incoming|ai_output",
        help="who speaks there: people (incoming, the default) or an AI assistant",
    )
    command.add_argument(
        "--from",
        dest="start",
        choices=("now", "all"),
        default="now",
        metavar="now|all",
        help="screen what arrives from now on (the default), or all that is there too",
    )
    command.add_argument("--set", metavar="KEY=VALUE", action="append", help="one more key of that kind of source")
