"""The options of `guardian clipboard`. Nothing heavy is imported here."""

from __future__ import annotations

from guardian.cli_parts import SCREENING_CODES, Commands, Parser, add_channel_option, add_command

WATCHING_CODES = """\
exit codes:
  2    usage or settings error, or there is no clipboard that can be followed
  130  interrupted"""


def add_clipboard(commands: Commands) -> None:
    """`guardian clipboard ACTION`."""
    command = add_command(
        commands,
        "clipboard",
        "screen what you copied or marked",
        more="Nothing is read unless you start it. What a password manager marks as a secret is never read.",
    )
    actions = command.add_subparsers(dest="action", metavar="ACTION", title="actions", required=True)
    codes = SCREENING_CODES.format(not_screened="there was no text to read, or it was not (fully) screened")
    once = add_command(actions, "once", "screen what lies on the clipboard now", codes=codes)
    selection = add_command(actions, "selection", "screen what is marked with the mouse now", codes=codes)
    for each in (once, selection):
        _add_asking_options(each)
    watch = add_command(
        actions,
        "watch",
        "screen whatever is copied, until interrupted",
        more="One line for each text that is not clean. Of what is clean nothing is kept.",
        codes=WATCHING_CODES,
    )
    add_channel_option(watch)


def _add_asking_options(command: Parser) -> None:
    add_channel_option(command)
    command.add_argument("--notify", action="store_true", help="say it by a notification of the desktop, for shortcuts")
    command.add_argument("--json", action="store_true", help="print the verdict as JSON")
    command.add_argument(
        "--fail-on",
        choices=("notice", "flagged"),
        metavar="notice|flagged",
        help="the mildest outcome that makes the exit code 1 (default: flagged)",
    )
