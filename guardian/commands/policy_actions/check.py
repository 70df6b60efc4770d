"""`guardian policy check [PATH]`: what is wrong with policies, and what their owner would want to know of them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from guardian.commands.policy_actions.own import own_policies, print_json
from guardian.errors import ModelError
from guardian.exits import ExitCode
from guardian.inference.manifest import Manifest, load_manifest
from guardian.policy.lint import lint_file
from guardian.policy.load import LoadedFile, load_policies, load_policy_file
from guardian.policy.problem import Level, Problem
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print one line a problem. Exit codes: 0, 2."""
    files = _files_to_check(args, settings)
    manifest, today = _manifest(settings), date.today()
    problems = [p for file in files for p in (*file.problems, *lint_file(file, manifest, today))]
    if args.json:
        print_json({"files": len(files), "problems": [problem.to_json() for problem in problems]})
    else:
        for problem in problems:
            sys.stdout.write(problem.to_line() + "\n")
        sys.stderr.write(_summary(len(files), problems) + "\n")
    return ExitCode.USAGE if any(problem.level is Level.ERROR for problem in problems) else ExitCode.CLEAN


def _files_to_check(args: argparse.Namespace, settings: Settings) -> tuple[LoadedFile, ...]:
    if args.path is None:
        own_policies(settings)  # puts the starter policies there, the first time
        return load_policies(settings.policies_dir).files
    path = Path(args.path)
    return load_policies(path).files if path.is_dir() else (load_policy_file(path),)


def _manifest(settings: Settings) -> Manifest | None:
    """The manifest, for what can be said of tactics; None where the model is not in order, which `doctor` tells."""
    try:
        return load_manifest(settings.model_dir / "manifest.toml")
    except ModelError:
        return None


def _summary(files: int, problems: Iterable[Problem]) -> str:
    levels = [problem.level for problem in problems]
    errors, warnings, info = (levels.count(level) for level in Level)
    return f"policy files: {files}; errors: {errors}; warnings: {warnings}; info: {info}"
