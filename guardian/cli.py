"""The command tree: what can be asked, and in what words. Nothing else.

Invariants: nothing heavy is imported here, so that `--help` and `paths` answer at once; a usage error is one line;
options are never abbreviated, so that a new option cannot change what an old script means.

What a command finds in `args`, beside its own options by name: `command`; `action` (of `policy`, `model` and `config`);
`channel`, which is `incoming`, `ai` or None where nothing was said; and `settings_problem`, empty unless a command that
helps to mend broken settings runs on the defaults. Options that are settings arrive in `settings`, not in `args`.
"""

from __future__ import annotations

import argparse
import functools
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from guardian import __version__
from guardian.errors import UsageError

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

SHELLS = ("bash", "zsh", "tcsh")
"""The shells that completion rules can be printed for."""

_SCREENING_CODES = """\
exit codes:
  0    nothing flagged
  1    something flagged at or above --fail-on
  2    usage, settings, policy or model-file error
  3    {not_screened}
  74   input or output failed
  130  interrupted"""

_CHECKING_CODES = """\
exit codes:
  0    {good}
  2    {bad}"""


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, with a hint where to read on."""

    def __init__(self, **options: Any) -> None:
        wide = functools.partial(argparse.RawDescriptionHelpFormatter, max_help_position=30)
        super().__init__(allow_abbrev=False, formatter_class=wide, **options)

    def error(self, message: str) -> NoReturn:
        """Raise UsageError."""
        raise UsageError(message, hint=f"see {self.prog} --help")

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        """Print help or version; argparse's own way drops a failed write, and a full disk would look like success."""
        if file is not None:
            file.write(message)


def parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """`argv` as the commands read it. Raises UsageError."""
    if argv and not argv[0].startswith("-"):
        _refuse_unknown_command(argv[0], parser)
    args, unknown = parser.parse_known_args(argv)
    chosen: Parser = args.parser
    if unknown:
        chosen.error(f"unknown option {unknown[0]}" if unknown[0].startswith("-") else f"unexpected word {unknown[0]}")
    if args.command == "scan" and not args.paths and not args.ndjson:
        chosen.error("nothing to scan: name a PATH, or give --ndjson")
    return args


def build_parser() -> Parser:
    """The whole tree."""
    parser = Parser(
        prog="guardian",
        description=_filled(
            "Reads what people send you and what AI assistants answer, and tells you when it tries to work on you. "
            "Nothing leaves this machine."
        ),
        epilog="on a terminal, guardian alone opens the app\ntry: printf 'some text' | guardian filter --annotate",
    )
    parser.add_argument("--version", action="version", version=f"guardian {__version__}")
    parser.set_defaults(parser=parser, needs_settings=True, settings_problem="")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands", required=True)
    _add_filter(commands)
    _add_scan(commands)
    _add_policy(commands)
    _add_model(commands)
    _add_doctor(commands)
    _add_paths(commands)
    _add_config(commands)
    _add_completion(commands)
    return parser


_Commands = Any
"""What `add_subparsers` returns; argparse keeps its type private."""


def _add(commands: _Commands, name: str, does: str, *, codes: str = "", more: str = "") -> Parser:
    description = _filled(does[:1].upper() + does[1:] + "." + (f" {more}" if more else ""))
    command: Parser = commands.add_parser(name, help=does, description=description, epilog=codes or None)
    command.set_defaults(parser=command)
    return command


def _filled(text: str) -> str:
    return textwrap.fill(text, 80)


def _add_filter(commands: _Commands) -> None:
    not_screened = "passed on, but not (fully) screened; with --mail, 75 instead"
    command = _add(
        commands,
        "filter",
        "pass standard input on unchanged, and say what is wrong with it on standard error",
        codes=_SCREENING_CODES.format(not_screened=not_screened),
    )
    _add_channel_option(command)
    command.add_argument("--mail", action="store_true", help="read the input as a mail (RFC 5322)")
    shown = command.add_mutually_exclusive_group()
    shown.add_argument("--annotate", action="store_true", help="put the verdict in words before the text")
    shown.add_argument("--check", action="store_true", help="print nothing on standard output; answer by exit code")
    shown.add_argument("--json", action="store_true", help="print the verdict as JSON in place of the text")
    command.add_argument(
        "--fail-closed",
        action="store_true",
        help="pass the text on only if the exit code is 0; else keep it, and say where",
    )
    command.add_argument("--verbose", action="store_true", help="say more on standard error: findings, scores, limits")
    _add_screening_options(command)


def _add_scan(commands: _Commands) -> None:
    command = _add(
        commands,
        "scan",
        "screen files, folders or NDJSON, in order",
        codes=_SCREENING_CODES.format(not_screened="something was not (fully) screened, and nothing was flagged"),
    )
    command.add_argument(
        "paths", metavar="PATH", nargs="*", help="a file or folder; with --ndjson a file, or - for standard input"
    )
    _add_channel_option(command)
    command.add_argument(
        "--ndjson", action="store_true", help="read one JSON message a line, and print one JSON verdict a line"
    )
    command.add_argument("--json", action="store_true", help="print one JSON verdict a line in place of words")
    command.add_argument("--verbose", action="store_true", help="give the reasons below each message that has some")
    _add_screening_options(command)


def _add_screening_options(command: Parser) -> None:
    command.add_argument(
        "--fail-on",
        choices=("notice", "flagged"),
        metavar="notice|flagged",
        help="the mildest outcome that makes the exit code 1 (default: flagged)",
    )
    command.add_argument("--all-policies", action="store_true", help="in JSON, list every policy, matched or not")
    command.add_argument("--no-journal", action="store_true", help="record nothing")
    _add_policies_option(command)
    _add_threads_option(command)


def _add_channel_option(command: Parser) -> None:
    command.add_argument(
        "--as",
        dest="channel",
        choices=("incoming", "ai"),
        metavar="incoming|ai",
        help="who speaks: people (incoming, the default) or an AI assistant (ai)",
    )


def _add_policies_option(command: Parser) -> None:
    command.add_argument("--policies", metavar="DIR", help="use the policies in DIR in place of your own")


def _add_threads_option(command: Parser) -> None:
    command.add_argument("--threads", metavar="N", help="threads of the model (default: the usable cores, at most 4)")


def _add_policy(commands: _Commands) -> None:
    command = _add(commands, "policy", "look at your policies")
    actions = command.add_subparsers(dest="action", metavar="ACTION", title="actions", required=True)
    codes = _CHECKING_CODES.format(good="every policy can be used", bad="at least one cannot, or usage error")
    listing = _add(actions, "list", "list your policies: id, status, action, title", codes=codes)
    show = _add(actions, "show", "show one policy in full")
    show.add_argument("policy_id", metavar="ID", help="the policy's id, as policy list prints it")
    check = _add(actions, "check", "check policies without using them", codes=codes)
    check.add_argument("path", metavar="PATH", nargs="?", help="a policy file or a folder of them (your own)")
    for each in (listing, show, check):
        each.add_argument("--json", action="store_true", help="print JSON")
        _add_policies_option(each)
    _add(actions, "schema", "print the JSON schema of a policy file")


def _add_model(commands: _Commands) -> None:
    command = _add(commands, "model", "look at the embedded model")
    actions = command.add_subparsers(dest="action", metavar="ACTION", title="actions", required=True)
    listing = _add(actions, "list", "list models: file, hash, what each output finds and how well that was measured")
    codes = _CHECKING_CODES.format(good="the file is the pinned one", bad="it is missing, damaged or another")
    verify = _add(actions, "verify", "hash the model file again and compare it with its manifest", codes=codes)
    for each in (listing, verify):
        each.add_argument("--json", action="store_true", help="print JSON")
    _add(actions, "card", "print the model card: data, licences, measured quality, limits")


def _add_doctor(commands: _Commands) -> None:
    command = _add(
        commands,
        "doctor",
        "check that everything works on this machine, model and wall included",
        codes=_CHECKING_CODES.format(good="all is well, or only warnings", bad="something is bad"),
    )
    command.set_defaults(needs_settings=False)
    command.add_argument("--json", action="store_true", help="print JSON")
    _add_policies_option(command)
    _add_threads_option(command)


def _add_paths(commands: _Commands) -> None:
    command = _add(commands, "paths", "print where everything is kept", more="GUARDIAN_HOME moves it all.")
    command.set_defaults(needs_settings=False)
    command.add_argument("name", metavar="NAME", nargs="?", help="print this one alone, such as policies")
    command.add_argument("--json", action="store_true", help="print JSON")


def _add_config(commands: _Commands) -> None:
    command = _add(commands, "config", "look at your settings")
    actions = command.add_subparsers(dest="action", metavar="ACTION", title="actions", required=True)
    show = _add(
        actions,
        "show",
        "print every setting, as TOML",
        more="An option outranks the environment (GUARDIAN_...), that your settings file, that the default.",
    )
    show.add_argument("--origin", action="store_true", help="say where each value comes from")
    _add_policies_option(show)
    _add_threads_option(show)


def _add_completion(commands: _Commands) -> None:
    command = _add(commands, "completion", "print completion rules for your shell")
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
