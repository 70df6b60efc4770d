"""From words on a command line to one command's `run`.

Invariants: each command is one call of `run(args, settings)` in the file of its name under `guardian/commands/` (with _
for -), and only that file is imported; the core never imports the app, so the app is started as a program of its own.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from guardian.cli import build_parser, parse
from guardian.errors import SettingsError

if TYPE_CHECKING:
    from guardian.settings import Settings


def run(argv: Sequence[str], env: Mapping[str, str]) -> int:
    """Run the command that `argv` (without the program's name) asks for and return its exit code.

    Raises GuardianError for whatever the owner has to mend, SystemExit behind `--help` and `--version`.
    """
    if not argv and _has_terminal():
        _open_app(env)
    parser = build_parser()
    if not argv:
        parser.print_help()
        return 0
    args = parse(parser, argv)
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

    spec = find_spec("tui")
    if (
        sys.executable
        and spec is not None
        and spec.origin is not None
        and Path(spec.origin).with_name("__main__.py").is_file()
    ):
        # -P keeps the working directory, which may hold anybody's `tui`, off the module path.
        os.execve(sys.executable, [sys.executable, "-P", "-m", "tui"], dict(env))
