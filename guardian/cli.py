"""The command tree: what can be asked, and in what words. Nothing else.

Invariants: nothing heavy is imported here, so that `--help` and `paths` answer at once; a usage error is one line;
options are never abbreviated, so that a new option cannot change what an old script means.

What a command finds in `args`, beside its own options by name: `command`; `action` (of `policy`, `pack`,
`model`, `journal`, `key` and `config`); `channel`, which is `incoming`, `ai` or None where nothing was said; and
`settings_problem`, empty unless a command that helps to mend broken settings runs on the defaults. Options that are
settings arrive in `settings`, not in `args`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from guardian import __version__
from guardian.cli_adapt import add_adapt
from guardian.cli_ask import add_ask
from guardian.cli_clipboard import add_clipboard
from guardian.cli_digest import add_digest
from guardian.cli_filter import add_filter
from guardian.cli_health import add_health
from guardian.cli_hook import add_hook
from guardian.cli_journal import add_feedback, add_journal
from guardian.cli_keys import add_key, add_verify_receipt
from guardian.cli_model import add_model
from guardian.cli_pack import add_pack
from guardian.cli_parts import (
    CHECKING_CODES,
    SCREENING_CODES,
    Commands,
    Parser,
    add_channel_option,
    add_command,
    add_policies_option,
    add_screening_options,
    add_threads_option,
    filled,
    parse_known,
)
from guardian.cli_policy import add_policy
from guardian.cli_proxy import add_proxy
from guardian.cli_serve import add_serve
from guardian.cli_sources import add_source, add_watch

SHELLS = ("bash", "zsh", "tcsh")
"""The shells that completion rules can be printed for."""


def parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """`argv` as the commands read it. Raises UsageError."""
    if argv and not argv[0].startswith("-"):
        _refuse_unknown_command(argv[0], parser)
    args = parse_known(parser, argv)
    chosen: Parser = args.parser
    if args.command == "scan" and not args.paths and not args.ndjson:
        chosen.error("nothing to scan: name a PATH, or give --ndjson")
    if args.command == "calibrate" and not args.on:
        for option, value in (("--ndjson", args.ndjson), ("--as", args.on_journal and args.channel)):
            if value:
                chosen.error(f"{option} needs --on ARCHIVE")
        for option, value in (("--apply", args.apply), ("--days", args.days)):
            if value and not args.on_journal:
                chosen.error(f"{option} needs --on ARCHIVE or --on-journal")
    return args


def build_parser() -> Parser:
    """The whole tree."""
    parser = Parser(
        prog="guardian",
        description=filled(
            "Reads what people send you and what AI assistants answer, and tells you when it tries to work on you. "
            "Nothing leaves this machine."
        ),
        epilog="on a terminal, guardian alone opens the app\ntry: printf 'some text' | guardian filter --annotate",
    )
    parser.add_argument("--version", action="version", version=f"guardian {__version__}")
    parser.set_defaults(parser=parser, needs_settings=True, settings_problem="")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands", required=True)
    add_filter(commands)
    _add_scan(commands)
    add_serve(commands)
    add_watch(commands)
    add_source(commands)
    add_ask(commands)
    add_policy(commands)
    add_pack(commands)
    add_model(commands)
    _add_calibrate(commands)
    add_adapt(commands)
    add_journal(commands)
    add_feedback(commands)
    add_key(commands)
    add_verify_receipt(commands)
    add_hook(commands)
    add_proxy(commands)
    _add_doctor(commands)
    add_clipboard(commands)
    add_digest(commands)
    add_health(commands)
    _add_paths(commands)
    _add_config(commands)
    _add_completion(commands)
    return parser


def _add_scan(commands: Commands) -> None:
    command = add_command(
        commands,
        "scan",
        "screen files, folders, chat exports or NDJSON, in order",
        codes=SCREENING_CODES.format(not_screened="something was not (fully) screened, and nothing was flagged"),
    )
    command.add_argument(
        "paths", metavar="PATH", nargs="*", help="a file or folder; with --ndjson a file, or - for standard input"
    )
    add_channel_option(command)
    command.add_argument(
        "--ndjson", action="store_true", help="read one JSON message a line, and print one JSON verdict a line"
    )
    command.add_argument(
        "--me",
        metavar="NAME",
        action="append",
        help="the chat exports are yours, and call you NAME: what you wrote there is context, and is not screened",
    )
    command.add_argument("--json", action="store_true", help="print one JSON verdict a line in place of words")
    command.add_argument("--verbose", action="store_true", help="give the reasons below each message that has some")
    add_screening_options(command)


def _add_calibrate(commands: Commands) -> None:
    command = add_command(
        commands,
        "calibrate",
        "set how often you may be disturbed for nothing, on messages of your own",
        more="Alone it says where the thresholds stand. Nothing changes without --apply or --reset.",
        codes=CHECKING_CODES.format(
            good="done, or said", bad="usage error, or a calibration or journal that cannot be used"
        ),
    )
    what = command.add_mutually_exclusive_group()
    what.add_argument("--on", metavar="ARCHIVE", nargs="+", help="show what these files or folders would change")
    what.add_argument("--on-journal", action="store_true", help="show what the messages in your journal would change")
    what.add_argument("--reset", action="store_true", help="put the shipped thresholds back in force")
    command.add_argument(
        "--apply", action="store_true", help="with --on or --on-journal, put the new thresholds in force"
    )
    command.add_argument("--explain", action="store_true", help="give every threshold, and what it came from")
    command.add_argument(
        "--days",
        metavar="N",
        type=_days,
        help="how many days the archive spans (default: its dates); with --on-journal, how far back it looks "
        "(default: 90)",
    )
    command.add_argument("--ndjson", action="store_true", help="the archive holds one JSON message a line")
    add_channel_option(command)
    command.add_argument(
        "--false-alarms-per-week", metavar="N", help="the most that you accept, 0.1 to 100 (default: 3)"
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    add_policies_option(command)
    add_threads_option(command)


def _days(text: str) -> float:
    try:
        days = float(text)
    except ValueError:
        days = 0.0
    if not 1 <= days <= 36_600:
        raise argparse.ArgumentTypeError("must be a number of days from 1 to 36600")
    return days


def _add_doctor(commands: Commands) -> None:
    command = add_command(
        commands,
        "doctor",
        "check that everything works on this machine, model and wall included",
        codes=CHECKING_CODES.format(good="all is well, or only warnings", bad="something is bad"),
    )
    command.set_defaults(needs_settings=False)
    command.add_argument("--json", action="store_true", help="print JSON")
    command.add_argument("--network", action="store_true", help="show which process can reach what, and try it")
    add_policies_option(command)
    add_threads_option(command)


def _add_paths(commands: Commands) -> None:
    command = add_command(commands, "paths", "print where everything is kept", more="GUARDIAN_HOME moves it all.")
    command.set_defaults(needs_settings=False)
    command.add_argument("name", metavar="NAME", nargs="?", help="print this one alone, such as policies")
    command.add_argument("--json", action="store_true", help="print JSON")


def _add_config(commands: Commands) -> None:
    command = add_command(commands, "config", "look at your settings, and change them")
    actions = command.add_subparsers(dest="action", metavar="ACTION", title="actions", required=True)
    show = add_command(
        actions,
        "show",
        "print every setting, as TOML",
        more="An option outranks the environment (GUARDIAN_...), that your settings file, that the default.",
    )
    show.add_argument("--origin", action="store_true", help="say where each value comes from")
    add_policies_option(show)
    add_threads_option(show)
    codes = CHECKING_CODES.format(good="it is so now", bad="no such key, or it can't have that value") + (
        "\n  74   the file can't be written"
    )
    setting = add_command(
        actions,
        "set",
        "write one setting into your settings file",
        more="Everything else in the file stays as it is, comments too.",
        codes=codes,
    )
    unsetting = add_command(actions, "unset", "take one setting out, so that its default counts", codes=codes)
    for each in (setting, unsetting):
        each.set_defaults(needs_settings=False)
        each.add_argument("key", metavar="KEY", help="such as app.theme; guardian config show prints all")
    setting.add_argument("value", metavar="VALUE", help="what it is to be; '' for none, where that is allowed")


def _add_completion(commands: Commands) -> None:
    command = add_command(commands, "completion", "print completion rules for your shell")
    command.set_defaults(needs_settings=False)
    command.add_argument("shell", metavar="SHELL", choices=SHELLS, help=", ".join(SHELLS))


def _refuse_unknown_command(word: str, parser: Parser) -> None:
    names = command_parsers(parser)
    if word not in names:
        from difflib import get_close_matches

        near = get_close_matches(word[:30], list(names), n=1)
        parser.error(f"unknown command {word}" + (f"; did you mean {near[0]}?" if near else ""))


def command_parsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The commands (or actions) right under a parser, by name, in order."""
    for action in parser._actions:  # argparse has no public way to ask
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}
