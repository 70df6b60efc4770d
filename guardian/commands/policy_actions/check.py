"""`guardian policy check [PATH]`: what is wrong with policies, and what their owner would want to know of them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from guardian.commands.narration import narrate
from guardian.commands.policy_actions.checking import check_files
from guardian.commands.policy_actions.own import own_policies, print_json
from guardian.commands.progress import ProgressBar
from guardian.errors import PolicyError
from guardian.exits import ExitCode
from guardian.policy.load import LoadedFile, load_policies, load_policy_file
from guardian.policy.problem import Level, Problem
from guardian.safe_text import safe_line
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print one line a problem. Exit codes: 0, 2 where a file cannot be used."""
    files, others = _files_to_check(args, settings)
    with ProgressBar(len(files), sys.stderr, "policies") as bar:
        found = check_files(
            files,
            settings,
            with_model=not args.no_model,
            others=others,
            observer=narrate(verbose=False),
            advance=bar.advance,
        )
    problems, left_out = found.problems, found.left_out
    if args.json:
        rows = [problem.to_json() for problem in problems]
        print_json({"files": len(files), "problems": rows, "left_out": list(map(safe_line, left_out))})
    else:
        for problem in problems:
            sys.stdout.write(problem.to_line() + "\n")
        sys.stdout.flush()
        sys.stderr.write(_summary(len(files), problems) + "\n")
        for words in left_out:
            sys.stderr.write(f"not checked: {safe_line(words)}\n")
    return ExitCode.USAGE if any(problem.level is Level.ERROR for problem in problems) else ExitCode.CLEAN


def _files_to_check(args: argparse.Namespace, settings: Settings) -> tuple[Sequence[LoadedFile], Sequence[LoadedFile]]:
    """The files that were asked for, and the owner's others, to which one file may say the opposite."""
    if args.path is None:
        own_policies(settings)  # puts the starter policies there, the first time
        return load_policies(settings.policies_dir).files, ()
    path = Path(args.path)
    if path.is_dir():
        return load_policies(path).files, ()
    file = load_policy_file(path)
    return [file], _neighbours(file, settings)


def _neighbours(file: LoadedFile, settings: Settings) -> Sequence[LoadedFile]:
    """The owner's other policies; another version of the same one is none of them."""
    try:
        own = load_policies(settings.policies_dir).files
    except PolicyError:
        return ()
    taken = file.policy.id if file.policy is not None else ""
    return [other for other in own if other.policy is not None and other.policy.id != taken]


def _summary(files: int, problems: Iterable[Problem]) -> str:
    levels = [problem.level for problem in problems]
    errors, warnings, info = (levels.count(level) for level in Level)
    return f"policy files: {files}; errors: {errors}; warnings: {warnings}; info: {info}"
