"""From words on a command line to one command's `run`.

Invariants: each command is one call of `run(args, settings)` in the file of its name under `guardian/commands/` (with _
for -), and only that file is imported; the core never imports the app, so the app is started as a program of its own.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from guardian.errors import SettingsError

if TYPE_CHECKING:
    import argparse

    from guardian.settings import Settings

_ANSWERED_BY_SERVICE = "filter"
"""The command that a warm service may answer: then neither the other commands' parsers nor the settings are needed."""


_WITHOUT_WALL = frozenset({"policy", "hook", "clipboard", "watch", "source", "proxy", "doctor", "ask"})
"""Commands behind which no wall is raised here: some start programs of the owner's, which would inherit it; some raise
one of their own (`ask` after it has started what speaks to a server), or try them."""


def run(argv: Sequence[str], env: Mapping[str, str]) -> int:
    """Run the command that `argv` (without the program's name) asks for and return its exit code.

    Raises GuardianError for whatever the owner has to mend, SystemExit behind `--help` and `--version`.
    """
    if argv[:1] == [_ANSWERED_BY_SERVICE]:
        return _run_filter(argv, env)
    if not argv and _has_terminal():
        _open_app(env)
    from guardian.cli import build_parser, parse  # here: a filter needs no other command's parser

    parser = build_parser()
    if not argv:
        parser.print_help()
        return 0
    return _run_command(parse(parser, argv), env)


def _run_filter(argv: Sequence[str], env: Mapping[str, str]) -> int:
    from guardian.commands.filter_warm import Unanswered, run_warm
    from guardian.filter_words import FilterWords, plain_words

    words = plain_words(argv)
    answered = run_warm(words if words is not None else FilterWords.of(_filter_args(argv)), env)
    if not isinstance(answered, Unanswered):
        return int(answered)
    args = _filter_args(argv)
    args.unanswered = answered
    return _run_command(args, env)


def _filter_args(argv: Sequence[str]) -> argparse.Namespace:
    from guardian.cli_filter import parse_filter  # here: the usual options are read without argparse

    return parse_filter(argv)


def _run_command(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    if args.command not in _WITHOUT_WALL:
        from guardian.walls.local_only import stay_local

        stay_local()  # where it can't be raised, `guardian doctor --network` says so
    import importlib

    settings = _settings(args, env)
    module = importlib.import_module(f"guardian.commands.{args.command.replace('-', '_')}")
    return int(module.run(args, settings))


def _settings(args: argparse.Namespace, env: Mapping[str, str]) -> Settings:
    from guardian.settings import default_settings, load_settings, setting_keys

    names = {key.name: key.flag.lstrip("-").replace("-", "_") for key in setting_keys() if key.flag}
    try:
        return load_settings(env, {key: getattr(args, name, None) for key, name in names.items()})
    except SettingsError as error:
        if args.needs_settings:
            raise
        args.settings_problem = error.line()  # the command helps to mend it, so it must run
        return default_settings(env)


def _has_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _open_app(env: Mapping[str, str]) -> None:
    """Become the app; return where it is not installed. The core never imports it, so it is started by name."""
    from importlib.util import find_spec
    from pathlib import Path

    spec = find_spec("tui")
    if (
        sys.executable
        and spec is not None
        and spec.origin is not None
        and Path(spec.origin).with_name("__main__.py").is_file()
    ):
        # -P keeps the working directory, which may hold anybody's `tui`, off the module path.
        os.execve(sys.executable, [sys.executable, "-P", "-m", "tui"], dict(env))
