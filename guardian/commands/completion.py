"""`guardian completion SHELL`: completion rules, made from the command tree by shtab."""

from __future__ import annotations

import argparse

import shtab

from guardian.cli import build_parser, command_parsers
from guardian.exits import ExitCode
from guardian.settings import Settings

_COMPLETED_AS = {"PATH": shtab.FILE, "DIR": shtab.DIRECTORY}
"""By the name that an argument has in the help, what may stand there."""


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print completion rules for one shell."""
    parser = build_parser()
    _mark_paths(parser)
    print(shtab.complete(parser, shell=args.shell))
    return ExitCode.CLEAN


def _mark_paths(parser: argparse.ArgumentParser) -> None:
    for action in parser._actions:  # argparse has no public way to ask
        if isinstance(action.metavar, str) and action.metavar in _COMPLETED_AS:
            action.complete = _COMPLETED_AS[action.metavar]  # type: ignore[attr-defined]  # shtab's own attribute
    for each in command_parsers(parser).values():
        _mark_paths(each)
